import ByteCursor

/// Writes [Prometheus text 0.0.4](https://prometheus.io/docs/instrumenting/exposition_formats/).
///
/// A family's lines must stand together: call ``family(_:help:type:)``, then all its samples.
package struct ExpositionWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    /// The `Content-Type` of what is written.
    package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    package init() {}

    /// `# HELP` and `# TYPE`.
    package mutating func family(_ name: String, help: String, type: MetricType) {
        bytes.append(ascii: "# HELP ")
        bytes.append(text: name)
        bytes.append(UInt8(ascii: " "))
        bytes.append(escaped: help, quotes: false)
        bytes.append(ascii: "\n# TYPE ")
        bytes.append(text: name)
        bytes.append(UInt8(ascii: " "))
        bytes.append(text: type.rawValue)
        bytes.append(0x0A)
    }

    /// One sample with labels that are formatted already: `labels` as ``labelText(_:)`` makes it, `further` one label
    /// more, such as a bucket's `le`. `suffix` is `_bucket`, `_sum` or `_count`.
    package mutating func sample(
        _ name: String, suffix: String = "", labels: String = "", further: (name: String, value: String)? = nil,
        _ value: Double
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
        bytes.append(0x0A)
    }

    /// One sample with its labels, in this order.
    package mutating func sample(
        _ name: String, suffix: String = "", labels: [(name: String, value: String)], _ value: Double
    ) {
        sample(name, suffix: suffix, labels: Self.labelText(labels), value)
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

extension [UInt8] {
    fileprivate mutating func append(label name: String, _ value: String) {
        append(text: name)
        append(ascii: "=\"")
        append(escaped: value, quotes: true)
        append(UInt8(ascii: "\""))
    }

    fileprivate mutating func append(escaped text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append(ascii: "\\\\")
            case 0x0A: append(ascii: "\\n")
            case UInt8(ascii: "\"") where quotes: append(ascii: "\\\"")
            default: append(byte)
            }
        }
    }

    /// The shortest spelling that reads back as `value`: whole numbers without a point.
    fileprivate mutating func append(expositionNumber value: Double) {
        if let whole = Int64(exactly: value), whole != 0 || value.sign == .plus {
            append(decimal: whole)
        } else if value.isFinite {
            append(text: value.description)
        } else if value.isNaN {
            append(ascii: "NaN")
        } else {
            append(ascii: value > 0 ? "+Inf" : "-Inf")
        }
    }
}
