/// A label of a series.
package struct Label: Hashable, Comparable, Sendable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    package static func < (left: Label, right: Label) -> Bool {
        (left.name, left.value) < (right.name, right.value)
    }
}

/// Which series a sample belongs to: a metric's name and its labels.
///
/// A label with an empty value is the same as no label in Prometheus' data model, so there are none.
package struct SeriesKey: Hashable, Sendable {
    package let name: String
    /// The labels, sorted by name, each name once.
    package let labels: [Label]

    /// How many labels a series may have.
    package static let maximumLabels = 64

    /// The series with these labels; of labels with the same name the first counts.
    package init(name: String, labels: some Sequence<Label>) {
        self.name = name
        var sorted: [Label] = []
        for label in labels.filter({ !$0.value.isEmpty }).enumerated().sorted(by: {
            ($0.element.name, $0.offset) < ($1.element.name, $1.offset)
        }) where sorted.last?.name != label.element.name {
            sorted.append(label.element)
        }
        self.labels = sorted
    }

    /// The value of a label; nothing when the series has none of that name.
    package subscript(_ label: String) -> String? {
        labels.first { $0.name == label }?.value
    }

    /// Reads a key as ``ExpositionSink/sample(key:value:timestampMilliseconds:)`` gets it.
    package static func parse(_ key: UnsafeRawBufferPointer) throws(ExpositionError) -> SeriesKey {
        do throws(ExpositionFailure) {
            return try parse(RawText(key))
        } catch {
            throw ExpositionError(line: nil, column: error.position + 1, error.message)
        }
    }

    /// Reads a key that was kept, such as ``SeriesIndex/key(of:)``.
    package static func parse(_ key: ArraySlice<UInt8>) throws(ExpositionError) -> SeriesKey {
        try key.withUnsafeBufferPointer { buffer throws(ExpositionError) in
            try parse(UnsafeRawBufferPointer(buffer))
        }
    }

    private static func parse(_ text: RawText) throws(ExpositionFailure) -> SeriesKey {
        var parts: [KeyScanner.Part] = []
        var scanner = KeyScanner(text, from: 0, to: text.count)
        try scanner.key { if parts.count <= maximumLabels + 1 { parts.append($0) } }
        guard scanner.position == text.count else {
            let rest = text.endOfBlanks(from: scanner.position, to: text.count)
            let isHistogram = rest < text.count && text[rest] == UInt8(ascii: "{")
            throw ExpositionFailure(
                position: rest,
                message: isHistogram
                    ? "native histograms are not read as text; let the target show classic buckets (le)"
                    : "expected the end of the series, found \(text.excerpt(rest, text.count))")
        }
        var name = ""
        var labels: [Label] = []
        var names: Set<String> = []
        for part in parts {
            switch part {
            case .name(let range, let isQuoted): name = try text.string(range, isEscaped: isQuoted)
            case .label(let range, let isQuoted, let value):
                let label = Label(
                    name: try text.string(range, isEscaped: isQuoted), value: try text.string(value, isEscaped: true))
                guard names.insert(label.name).inserted else {
                    throw ExpositionFailure(
                        position: range.lowerBound, message: "the label \"\(label.name)\" is here twice")
                }
                labels.append(label)
            }
        }
        guard labels.count <= maximumLabels else {
            throw ExpositionFailure(position: 0, message: "the series has more than \(maximumLabels) labels")
        }
        return SeriesKey(name: name, labels: labels)
    }
}

extension RawText {
    /// The text at `range`. Of escapes there are `\\`, `\"` and `\n`; a backslash before anything else is itself, as
    /// Prometheus reads it.
    fileprivate func string(_ range: Range<Int>, isEscaped: Bool) throws(ExpositionFailure) -> String {
        let bytes = slice(range.lowerBound, range.upperBound)
        let text: String?
        if isEscaped, bytes.contains(UInt8(ascii: "\\")) {
            var plain: [UInt8] = []
            plain.reserveCapacity(bytes.count)
            var rest = bytes[...]
            while let byte = rest.popFirst() {
                let next = rest.first
                switch (byte, next) {
                case (UInt8(ascii: "\\"), UInt8(ascii: "n")):
                    plain.append(0x0A)
                    rest = rest.dropFirst()
                case (UInt8(ascii: "\\"), UInt8(ascii: "\\")), (UInt8(ascii: "\\"), UInt8(ascii: "\"")):
                    plain.append(rest.removeFirst())
                default: plain.append(byte)
                }
            }
            text = String(validating: plain, as: UTF8.self)
        } else {
            text = String(validating: bytes, as: UTF8.self)
        }
        guard let text else {
            throw ExpositionFailure(position: range.lowerBound, message: "the text is not valid UTF-8")
        }
        return text
    }
}
