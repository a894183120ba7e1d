/// Text for the clipboard of whoever sits at the terminal, by xterm's OSC 52: it works over ssh, where the terminal allows
/// it.
package enum Clipboard {
    /// Terminals drop longer ones; xterm takes about this many bytes.
    package static let limit = 74_994

    /// The sequence that puts `text` there; nothing when it is too long.
    package static func sequence(_ text: String) -> [UInt8]? {
        let encoded = base64(Array(text.utf8))
        guard encoded.count <= limit else { return nil }
        return Array("\u{1B}]52;c;".utf8) + encoded + [0x07]
    }

    /// RFC 4648, section 4.
    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for digit in 0..<4 {
                result.append(digit <= group.count ? alphabet[Int(value >> UInt32(18 - 6 * digit) & 63)] : 0x3D)
            }
        }
        return result
    }
}
