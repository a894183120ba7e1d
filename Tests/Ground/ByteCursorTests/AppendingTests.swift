import ByteCursor
import Testing

@Suite struct AppendingTests {
    @Test func `text and literals append as UTF-8`() {
        var bytes: [UInt8] = []
        bytes.append(ascii: "ab")
        bytes.append(text: "é")

        #expect(bytes == [0x61, 0x62, 0xC3, 0xA9])
    }

    @Test(arguments: [0, 7, 10, -1, 1_234_567_890, Int64.max, Int64.min])
    func `a decimal is spelled as Swift spells it`(value: Int64) {
        var bytes: [UInt8] = [0]
        bytes.append(decimal: value)

        #expect(String(decoding: bytes.dropFirst(), as: UTF8.self) == String(value))
    }

    @Test func `an unsigned decimal reaches its end`() {
        var bytes: [UInt8] = []
        bytes.append(decimal: UInt64.max)
        bytes.append(decimal: Int8.min)

        #expect(String(decoding: bytes, as: UTF8.self) == "18446744073709551615-128")
    }

    @Test func `numbers append in both byte orders`() {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: UInt16(0x0102))
        bytes.append(littleEndian: UInt32(0x0102_0304))

        #expect(bytes == [1, 2, 4, 3, 2, 1])
    }
}
