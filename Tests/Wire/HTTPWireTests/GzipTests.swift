import HTTPWire
import Testing

@Suite struct `A gzip body` {
    @Test(arguments: [0, 1, 1000, 200_000]) func `is unpacked as it was packed`(_ count: Int) throws {
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 / 3) }

        let packed = Gzip.pack(body)

        #expect(try Gzip.unpack(packed, limit: count) == body)
    }

    @Test func `may not grow past its limit`() {
        let bomb = Gzip.pack([UInt8](repeating: 0, count: 10_000_000))

        #expect(bomb.count < 50_000)
        #expect(throws: GzipError.tooLarge(limit: 1_000_000)) { try Gzip.unpack(bomb, limit: 1_000_000) }
    }

    @Test func `is refused when it is cut or broken`() {
        let packed = Gzip.pack(Array("hello hello hello".utf8))

        #expect(throws: GzipError.truncated) { try Gzip.unpack(Array(packed.dropLast(5)), limit: 100) }
        #expect(throws: GzipError.truncated) { try Gzip.unpack([], limit: 100) }
        #expect(throws: GzipError.malformed) { try Gzip.unpack(Array("hello".utf8), limit: 100) }
    }
}
