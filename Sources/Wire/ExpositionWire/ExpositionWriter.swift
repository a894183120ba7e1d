import ByteCursor

/// Writes metrics as text.
///
/// A family's lines must stand together: call ``family(_:help:type:unit:)``, then all its samples; ``finish()`` last.
package struct ExpositionWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    package let format: ExpositionFormat

    /// The `Content-Type` of what is written by default.
    package static let contentType = ExpositionFormat.prometheus.contentType

    package init(format: ExpositionFormat = .prometheus) {
        self.format = format
    }

    /// `# HELP`, `# TYPE` and, in OpenMetrics, `# UNIT`.
    package mutating func family(_ name: String, help: String, type: MetricType, unit: String? = nil) {
        self.help(name, help)
        self.type(name, type)
        if let unit { self.unit(name, unit) }
    }

    /// `# HELP`. Blanks at its beginning and carriage returns at its end do not survive reading.
    package mutating func help(_ name: String, _ text: String) {
        bytes.append(ascii: "# HELP ")
        bytes.append(metricName: name)
        bytes.append(UInt8(ascii: " "))
        bytes.append(escaped: text, quotes: format == .openMetrics)
        bytes.append(0x0A)
    }

    /// `# TYPE`.
    package mutating func type(_ name: String, _ type: MetricType) {
        bytes.append(ascii: "# TYPE ")
        bytes.append(metricName: name)
        bytes.append(UInt8(ascii: " "))
        bytes.append(text: type.spelling(in: format))
        bytes.append(0x0A)
    }

    /// `# UNIT`; nothing in Prometheus' text. The name must end in `_` and the unit.
    package mutating func unit(_ name: String, _ unit: String) {
        guard format == .openMetrics else { return }
        bytes.append(ascii: "# UNIT ")
        bytes.append(metricName: name)
        bytes.append(UInt8(ascii: " "))
        bytes.append(text: unit)
        bytes.append(0x0A)
    }

    /// One sample with labels that are formatted already: `labels` as ``labelText(_:)`` makes it, `further` one label
    /// more, such as a bucket's `le`. `suffix` is `_bucket`, `_sum` or `_count`.
    package mutating func sample(
        _ name: String, suffix: String = "", labels: String = "", further: (name: String, value: String)? = nil,
        _ value: Double, exemplar: Exemplar? = nil
    ) {
        bytes.append(text: name)
        bytes.append(text: suffix)
        if !labels.isEmpty || further != nil {
            bytes.append(UInt8(ascii: "{"))
            bytes.append(text: labels)
            if let further {
                if !labels.isEmpty { bytes.append(UInt8(ascii: ",")) }
                bytes.append(label: further.name, further.value)
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
        bytes.append(expositionNumber: value)
        if let exemplar { append(exemplar) }
        bytes.append(0x0A)
    }

    /// One sample with its labels, in this order.
    package mutating func sample(
        _ name: String, suffix: String = "", labels: [(name: String, value: String)], _ value: Double
    ) {
        sample(name, suffix: suffix, labels: Self.labelText(labels), value)
    }

    /// One sample of any name and any labels, with its time and, in OpenMetrics, an example of what it counts.
    package mutating func sample(
        _ key: SeriesKey, _ value: Double, timestampMilliseconds: Int64? = nil, exemplar: Exemplar? = nil
    ) {
        bytes.append(key: key)
        bytes.append(UInt8(ascii: " "))
        bytes.append(expositionNumber: value)
        if let timestampMilliseconds {
            bytes.append(UInt8(ascii: " "))
            switch format {
            case .prometheus: bytes.append(decimal: timestampMilliseconds)
            case .openMetrics: bytes.append(secondsOf: timestampMilliseconds)
            }
        }
        if let exemplar { append(exemplar) }
        bytes.append(0x0A)
    }

    /// At a line's end; nothing in Prometheus' text.
    private mutating func append(_ exemplar: Exemplar) {
        guard format == .openMetrics else { return }
        bytes.append(ascii: " # {")
        bytes.append(labels: exemplar.labels)
        bytes.append(ascii: "} ")
        bytes.append(expositionNumber: exemplar.value)
        guard let time = exemplar.timestampMilliseconds else { return }
        bytes.append(UInt8(ascii: " "))
        bytes.append(secondsOf: time)
    }

    /// When a series began: `key` is its family's name with `_created`, and its labels. For OpenMetrics.
    package mutating func created(_ key: SeriesKey, timestampMilliseconds: Int64) {
        bytes.append(key: key)
        bytes.append(UInt8(ascii: " "))
        bytes.append(secondsOf: timestampMilliseconds)
        bytes.append(0x0A)
    }

    /// Ends the text: `# EOF` in OpenMetrics, nothing in Prometheus' text.
    package mutating func finish() {
        if format == .openMetrics { bytes.append(ascii: "# EOF\n") }
    }

    /// Labels as they stand between the braces, to be made once and written often: `a="1",b="2"`.
    package static func labelText(_ labels: [(name: String, value: String)]) -> String {
        var text: [UInt8] = []
        for (index, (name, value)) in labels.enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text.append(label: name, value)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
