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
        let given = labels.filter { !$0.value.isEmpty }
        // As whoever has it from a key already gives them.
        if zip(given, given.dropFirst()).allSatisfy({ $0.name < $1.name }) {
            self.labels = given
            return
        }
        var sorted: [Label] = []
        for label in given.enumerated().sorted(by: {
            ($0.element.name, $0.offset) < ($1.element.name, $1.offset)
        }) where sorted.last?.name != label.element.name {
            sorted.append(label.element)
        }
        self.labels = sorted
    }

    private init(name: String, sorted labels: [Label]) {
        self.name = name
        self.labels = labels
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
        var read = LabelReader(text)
        var scanner = KeyScanner(text, from: 0, to: text.count)
        try scanner.key { read.visit($0) }
        guard scanner.position == text.count else {
            let rest = text.endOfBlanks(from: scanner.position, to: text.count)
            let isHistogram = rest < text.count && text[rest] == UInt8(ascii: "{")
            throw ExpositionFailure(
                position: rest,
                message: isHistogram
                    ? ExpositionFailure.nativeHistogram
                    : "expected the end of the series, found \(text.excerpt(rest, text.count))")
        }
        var labels = try read.labels()
        labels.sort { $0.name < $1.name }
        try read.checkNames(of: labels)
        if labels.contains(where: { $0.value.isEmpty }) { labels.removeAll { $0.value.isEmpty } }
        return SeriesKey(name: try read.name(), sorted: labels)
    }
}
