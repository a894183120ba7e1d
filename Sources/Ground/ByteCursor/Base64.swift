/// Base 64 of [RFC 4648](https://www.rfc-editor.org/rfc/rfc4648).
package enum Base64 {
    /// Which of the RFC's two alphabets, and whether `=` fills the last group.
    package enum Alphabet: Sendable {
        /// `+` and `/`, padded (section 4).
        case standard
        /// `-` and `_`, without padding, as JSON web tokens have it (section 5).
        case url
    }

    package static func encode(_ bytes: some Collection<UInt8>, _ alphabet: Alphabet = .standard) -> String {
        let digits = alphabet == .standard ? standardDigits : urlDigits
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count / 3 + 1) * 4)
        var group: UInt32 = 0
        var held = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            held += 1
            guard held == 3 else { continue }
            for shift in [18, 12, 6, 0] as [UInt32] { text.append(digits[Int(group >> shift & 63)]) }
            group = 0
            held = 0
        }
        switch held {
        case 1:
            text.append(digits[Int(group >> 2 & 63)])
            text.append(digits[Int(group << 4 & 63)])
        case 2:
            text.append(digits[Int(group >> 10 & 63)])
            text.append(digits[Int(group >> 4 & 63)])
            text.append(digits[Int(group << 2 & 63)])
        default: break
        }
        if alphabet == .standard {
            while text.count % 4 != 0 { text.append(UInt8(ascii: "=")) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that `text` spells, in either alphabet, padded or not.
    ///
    /// Nothing when a character is foreign (line breaks too), a group has one digit, padding does not complete its
    /// group, or bits that no byte uses are set: one byte string has one spelling per alphabet.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 3)
        var group: UInt32 = 0
        var held = 0
        var padding = 0
        for character in text {
            if character == UInt8(ascii: "=") {
                padding += 1
                guard padding <= 2 else { return nil }
                continue
            }
            guard padding == 0, let value = value(of: character) else { return nil }
            group = group << 6 | UInt32(value)
            held += 1
            guard held == 4 else { continue }
            bytes.append(UInt8(truncatingIfNeeded: group >> 16))
            bytes.append(UInt8(truncatingIfNeeded: group >> 8))
            bytes.append(UInt8(truncatingIfNeeded: group))
            group = 0
            held = 0
        }
        guard padding == 0 || held + padding == 4 else { return nil }
        switch held {
        case 0: return padding == 0 ? bytes : nil
        case 2 where group & 0xF == 0:
            bytes.append(UInt8(truncatingIfNeeded: group >> 4))
            return bytes
        case 3 where group & 0x3 == 0:
            bytes.append(UInt8(truncatingIfNeeded: group >> 10))
            bytes.append(UInt8(truncatingIfNeeded: group >> 2))
            return bytes
        default: return nil
        }
    }

    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        decode(Array(text.utf8))
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): character - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): character - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }

    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
    private static let standardDigits = letters + Array("+/".utf8)
    private static let urlDigits = letters + Array("-_".utf8)
}
