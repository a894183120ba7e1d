/// What a byte may be in a head. Tables as bit sets: a lookup is a shift and a mask, without memory.
enum ByteClass {
    /// `tchar` of RFC 9110 §5.6.2: the bytes of methods and field names.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool {
        // Names are letters and hyphens, nearly always.
        (byte | 0x20) &- 0x61 < 26 || byte == 0x2d || isRareToken(byte)
    }

    @inline(__always)
    private static func isRareToken(_ byte: UInt8) -> Bool {
        byte < 128 && (byte < 64 ? tokenLow >> UInt64(byte) : tokenHigh >> UInt64(byte &- 64)) & 1 == 1
    }

    /// A visible ASCII byte, the only kind that a request target may hold; RFC 3986 allows fewer, but what else is in
    /// use (`|`, `"`, `{`) is harmless in a line. Not `#`: a fragment is the client's own (RFC 9112 §3.2), and a path
    /// with one would be another path to the next reader.
    @inline(__always)
    static func isTarget(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7f && byte != 0x23 }

    /// `field-vchar`, space or tab of RFC 9110 §5.5: neither a control byte nor DEL.
    @inline(__always)
    static func isValue(_ byte: UInt8) -> Bool { byte >= 0x20 ? byte != 0x7f : byte == 0x09 }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    @inline(__always)
    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// The value of a hexadecimal digit.
    @inline(__always)
    static func hexadecimal(_ byte: UInt8) -> UInt8? {
        if byte &- 0x30 < 10 { return byte &- 0x30 }
        let lower = byte | 0x20
        return lower >= 0x61 && lower <= 0x66 ? lower &- 0x57 : nil
    }

    /// Lower case of an ASCII letter, any other byte as it is.
    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    // Written out: computed constants are made on first use, and every use would ask whether that has been.
    /// The bytes 0 to 63 among them: !#$%&'*+-. and digits.
    private static var tokenLow: UInt64 { 0x03ff_6cfa_0000_0000 }
    /// The bytes 64 to 127 among them: ^_`|~ and letters.
    private static var tokenHigh: UInt64 { 0x57ff_ffff_c7ff_fffe }
}
