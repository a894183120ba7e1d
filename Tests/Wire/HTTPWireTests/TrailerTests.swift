import Testing

@testable import HTTPWire

@Suite struct `Trailers of a chunked body` {
    private func trailers(_ text: String, passes: Bool = true) throws -> [String] {
        var limits = HTTPLimits()
        limits.passesTrailers = passes
        var decoder = BodyDecoder(.chunked, limits: limits)
        let bytes = Array(text.replacing("\n", with: "\r\n").utf8)
        var found: [String] = []
        // Byte by byte, as a slow peer sends them.
        for index in bytes.indices {
            var offset = 0
            try bytes[index...index].withUnsafeBytes { piece in
                while case .bytes = try decoder.next(piece, &offset) {}
            }
        }
        decoder.forEachTrailer { found.append("\($0)=\($1)") }
        return found
    }

    @Test func `are told where they are let`() throws {
        let body = "1\nx\n0\nX-Sum: \t6 \nempty:\ncontent-length: 7\nTransfer-Encoding: chunked\nHost: b\nx-sum: 7\n\n"
        #expect(try trailers(body) == ["X-Sum=6", "empty=", "x-sum=7"])
        #expect(try trailers(body, passes: false) == [])
        #expect(try trailers("0\n\n") == [])
        // Before the body has ended there are none.
        #expect(try trailers("0\na: b\n") == [])
    }

    @Test func `keep to their limit`() {
        #expect(throws: HTTPWireError.self) {
            try trailers("0\nx: " + String(repeating: "y", count: HTTPLimits.default.trailerBytes) + "\n\n")
        }
    }

    @Test func `are written clean`() {
        var output: [UInt8] = []
        let fields: [(name: String, value: String)] = [
            ("x-a", "1\r\nx-b: 2"), ("bad name", "v"), ("", "v"), ("content-length", "1"),
        ]
        ChunkedWriter.writeEnd(to: &output, trailers: fields)
        #expect(String(decoding: output, as: UTF8.self) == "0\r\nx-a: 1  x-b: 2\r\n\r\n")
    }
}
