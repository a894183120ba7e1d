import ByteCursor
import JSONWire

/// How scalars are spelled: plain where no reader can mistake them, quoted otherwise.
enum YAMLScalar {
    /// A scalar, or an empty collection, on one line.
    static func inLine(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): isPlain(text) ? text : quoted(text)
        case .null, .bool, .integer, .number, .array, .object: value.text
        }
    }

    /// The lines of a text that is best read as a literal block (`|`), such as a certificate; nothing when it has one
    /// line or its spaces and breaks would need more than the plain indicator.
    static func literalLines(_ text: String) -> (lines: [Substring], keepsLastBreak: Bool)? {
        // By scalars: to Swift, "\r\n" is one character and not a "\n".
        let scalars = text.unicodeScalars
        guard scalars.contains("\n"), scalars.allSatisfy({ $0 == "\n" || isPrintable($0) }) else { return nil }
        var lines = scalars.split(separator: "\n", omittingEmptySubsequences: false).map(Substring.init)
        let keepsLastBreak = lines.last == ""
        if keepsLastBreak { lines.removeLast() }
        guard let first = lines.first, let last = lines.last, !last.isEmpty, !first.isEmpty,
            first.unicodeScalars.first != " ",
            lines.allSatisfy({ $0.isEmpty || !$0.utf8.allSatisfy { $0 == UInt8(ascii: " ") } })
        else { return nil }
        return (lines, keepsLastBreak)
    }

    /// Whether the text may stand without quotes, anywhere in block style, for readers of YAML 1.1 and 1.2 alike.
    private static func isPlain(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, let last = bytes.last, text.unicodeScalars.allSatisfy(isPrintable) else {
            return false
        }
        guard first.isLetter || first == UInt8(ascii: "/") || first >= 0x80 || isPlainThoughItBeginsWithDigit(text)
        else { return false }
        guard last != UInt8(ascii: " "), last != UInt8(ascii: ":"), bytes.count <= 120 else { return false }
        var previous = first
        for byte in bytes {
            switch byte {
            case UInt8(ascii: " ") where previous == UInt8(ascii: ":"): return false
            case UInt8(ascii: "#") where previous == UInt8(ascii: " "): return false
            default: previous = byte
            }
        }
        return !words.contains(text.lowercased())
    }

    /// `2s`, `100ms` and `10.0.0.0/8` are no numbers, dates or times in any schema; `0x1f` and `12:30` are, or look
    /// so much like it that quotes are kinder.
    private static func isPlainThoughItBeginsWithDigit(_ text: String) -> Bool {
        guard let first = text.utf8.first, first &- UInt8(ascii: "0") <= 9, let last = text.utf8.last else {
            return false
        }
        let isUnit = last.isLetter && Hexadecimal.value(of: last) == nil && last | 0x20 != UInt8(ascii: "z")
        return (isUnit || text.utf8.contains(UInt8(ascii: "/"))) && !text.utf8.contains(UInt8(ascii: ":"))
    }

    /// What the core schema or YAML 1.1 reads as something other than text.
    private static let words: Set<String> = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]

    /// Characters that need no escape: printable in YAML's sense, and neither a break nor a byte order mark.
    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x20...0x7E, 0xA0...0x2027, 0x202A...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
        }
        return result + "\""
    }
}

extension UInt8 {
    fileprivate var isLetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }
}
