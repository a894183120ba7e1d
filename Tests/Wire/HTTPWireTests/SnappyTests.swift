import HTTPWire
import Testing

@Suite struct SnappyTests {
    @Test(arguments: [0, 1, 60, 65_536, 300_000])
    func `what is packed is unpacked`(count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) }

        #expect(try Snappy.unpack(Snappy.pack(bytes), limit: count) == bytes)
    }

    @Test func `the length is looked at before there is memory for it`() {
        // 1 GiB as a varint, and nothing behind it.
        let promise: [UInt8] = [0x80, 0x80, 0x80, 0x80, 0x04]

        #expect(throws: SnappyError.tooLarge(length: 1 << 30, limit: 1 << 20)) {
            try Snappy.unpack(promise, limit: 1 << 20)
        }
        // Within the limit, and still more than so few bytes can hold.
        #expect(throws: SnappyError.malformed) { try Snappy.unpack(promise, limit: 1 << 30) }
    }

    @Test func `bytes that are no snappy are refused`() {
        let packed = Snappy.pack(Array("a request, a request, a request".utf8))

        #expect(throws: SnappyError.malformed) { try Snappy.unpack([], limit: 100) }
        for length in 1..<packed.count {
            #expect(throws: SnappyError.self) { try Snappy.unpack(Array(packed[..<length]), limit: 100) }
        }
    }
}
