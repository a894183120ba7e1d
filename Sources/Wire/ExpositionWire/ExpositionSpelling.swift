import ByteCursor

/// How names, labels, numbers and times are spelled in an exposition.
extension [UInt8] {
    /// `name{a="1"}`, or `{"any name",a="1"}` when the name is outside the classic alphabet.
    mutating func append(key: SeriesKey) {
        if ExpositionText.isClassic(key.name, colons: true) {
            append(text: key.name)
            guard !key.labels.isEmpty else { return }
            append(UInt8(ascii: "{"))
        } else {
            append(UInt8(ascii: "{"))
            append(quoted: key.name)
            if !key.labels.isEmpty { append(UInt8(ascii: ",")) }
        }
        append(labels: key.labels)
        append(UInt8(ascii: "}"))
    }

    /// What stands between the braces.
    mutating func append(labels: [Label]) {
        for (index, label) in labels.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            if ExpositionText.isClassic(label.name, colons: false) {
                append(text: label.name)
            } else {
                append(quoted: label.name)
            }
            append(UInt8(ascii: "="))
            append(quoted: label.value)
        }
    }

    /// A metric's name in a comment.
    mutating func append(metricName name: String) {
        if ExpositionText.isClassic(name, colons: true) { append(text: name) } else { append(quoted: name) }
    }

    /// A label with a classic name.
    mutating func append(label name: String, _ value: String) {
        append(text: name)
        append(UInt8(ascii: "="))
        append(quoted: value)
    }

    mutating func append(quoted text: String) {
        append(UInt8(ascii: "\""))
        append(escaped: text, quotes: true)
        append(UInt8(ascii: "\""))
    }

    mutating func append(escaped text: String, quotes: Bool) {
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
    mutating func append(expositionNumber value: Double) {
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

    /// Milliseconds as seconds with three decimals. They are read back as doubles: exact up to 2⁵⁰.
    mutating func append(secondsOf milliseconds: Int64) {
        if milliseconds < 0 { append(UInt8(ascii: "-")) }
        append(decimal: milliseconds.magnitude / 1000)
        let fraction = milliseconds.magnitude % 1000
        guard fraction > 0 else { return }
        append(ascii: fraction < 10 ? ".00" : fraction < 100 ? ".0" : ".")
        append(decimal: fraction)
    }
}
