/// `x-request-id`: a random UUID (RFC 9562 §5.4), made when the caller sent none.
enum RequestID {
    static func make(_ high: UInt64, _ low: UInt64) -> [UInt8] {
        let high = high & ~0xF000 | 0x4000
        let low = low & ~(0b11 << 62) | 0b10 << 62
        return [UInt8](unsafeUninitializedCapacity: 36) { bytes, count in
            // All 36 bytes are written: 32 digits and a dash after 8, 12, 16 and 20 of them.
            var place = 0
            for digit in 0..<32 {
                if digit == 8 || digit == 12 || digit == 16 || digit == 20 {
                    bytes[place] = UInt8(ascii: "-")
                    place &+= 1
                }
                let word = digit < 16 ? high : low
                bytes[place] = HexWord.digit(UInt8(truncatingIfNeeded: word &>> UInt64(60 &- 4 &* (digit & 15))) & 15)
                place &+= 1
            }
            count = 36
        }
    }
}
