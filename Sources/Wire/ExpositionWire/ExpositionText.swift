/// Text as it stands in an exposition, with escapes, and as it is meant.
package enum ExpositionText {
    /// What `text` means. Of escapes there are `\\`, `\"` and `\n`; a backslash before anything else is itself, as
    /// Prometheus reads it. Nothing when it is not valid UTF-8.
    package static func plain(_ text: UnsafeRawBufferPointer) -> String? {
        guard text.contains(UInt8(ascii: "\\")) else { return valid(text) }
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let next = rest.first else {
                plain.append(byte)
                continue
            }
            switch next {
            case UInt8(ascii: "n"): plain.append(0x0A)
            case UInt8(ascii: "\\"), UInt8(ascii: "\""): plain.append(next)
            default:
                plain.append(byte)
                continue
            }
            rest = rest.dropFirst()
        }
        return String(validating: plain, as: UTF8.self)
    }

    /// The text of bytes without escapes; nothing when they are not valid UTF-8.
    static func valid(_ bytes: UnsafeRawBufferPointer) -> String? {
        // Labels are ASCII, and what is valid by that need not be looked at by the general validation, which costs
        // several times as much.
        var union: UInt8 = 0
        for byte in bytes { union |= byte }
        return union < 0x80 ? String(decoding: bytes, as: UTF8.self) : String(validating: bytes, as: UTF8.self)
    }

    /// Whether `name` may stand outside quotes: `[a-zA-Z_:][a-zA-Z0-9_:]*`, without colons for a label's name.
    static func isClassic(_ name: some StringProtocol, colons: Bool) -> Bool {
        guard let first = name.utf8.first, !first.isDigit else { return false }
        return name.utf8.allSatisfy { $0.isNameStart || $0.isDigit || colons && $0 == UInt8(ascii: ":") }
    }
}
