import HTTPWire
import Testing

@Suite struct `A head` {
    private func parsed(_ text: String) throws -> RequestHead {
        var parser = RequestParser()
        let result = try request(text).withUnsafeBytes { try parser.parse($0) }
        return try #require(result).0.head
    }

    private func text(_ head: RequestHead, _ framing: OutgoingFraming = .unframed) -> String {
        var output: [UInt8] = []
        head.write(to: &output, framing: framing)
        return String(decoding: output, as: UTF8.self).replacing("\r\n", with: "\n")
    }

    @Test func `is written as it came, with its host first`() throws {
        let head = try parsed("GET /a HTTP/1.1\nAccept: x\nHost: shop\nX-Odd:   spaced  \n\n")

        #expect(text(head) == "GET /a HTTP/1.1\nhost: shop\nAccept: x\nX-Odd:   spaced  \n\n")
    }

    @Test func `is edited in place`() throws {
        var head = try parsed("GET /a HTTP/1.1\nHost: shop\nX-A: 1\nx-b: 2\nX-a: 3\n\n")

        head.remove("x-a")
        head.replace("X-B", "20")
        head.add("x-c", "4".utf8)
        head.setTarget("/b?c=d".utf8)
        head.setAuthority("pay".utf8)

        #expect(head["X-A"] == nil)
        #expect(head["x-B"] == "20")
        #expect(head.value(of: "x-c").map(Array.init) == Array("4".utf8))
        #expect(String(decoding: head.path, as: UTF8.self) == "/b")
        #expect(text(head) == "GET /b?c=d HTTP/1.1\nhost: pay\nX-B: 20\nx-c: 4\n\n")
    }

    @Test func `cannot be made to say more than one line per field`() {
        var head = RequestHead(method: "GET", target: "/a b\r\nX: 1", authority: "shop\r\nX: 2")

        head.add("x-user", "a\r\nx-admin: 1\u{0}")
        head.add("bad name", "1")

        #expect(text(head) == "GET /a_b__X:_1 HTTP/1.1\nhost: shop  X: 2\nx-user: a  x-admin: 1 \n\n")
    }

    @Test func `leaves framing to its writer`() throws {
        let head = try parsed("POST / HTTP/1.1\nHost: a\nContent-Length: 5\nTE: trailers\nConnection: close\n\n")

        #expect(text(head, .chunked) == "POST / HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n")
        #expect(text(head, .length(7)) == "POST / HTTP/1.1\nhost: a\ncontent-length: 7\n\n")
    }

    @Test func `loses what was for the last hop only`() throws {
        var head = try parsed(
            "GET / HTTP/1.1\nHost: a\nConnection: X-Hop , close, host\nX-Hop: 1\nX-End: 2\nKeep-Alive: 5\nUpgrade: h2c\n\n"
        )

        head.removeHopByHop()

        #expect(text(head) == "GET / HTTP/1.1\nhost: a\nX-End: 2\n\n")
    }

    @Test func `answers with its status and phrase`() {
        var head = ResponseHead(status: 404)
        head.add("x-a", "1")
        var output: [UInt8] = []

        head.write(to: &output, framing: .length(0), connection: .close)

        #expect(
            String(decoding: output, as: UTF8.self)
                == "HTTP/1.1 404 Not Found\r\nx-a: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    }
}

@Suite struct `A chunk` {
    @Test(arguments: [1, 9, 15, 16, 255, 256, 4095, 65536]) func `is read back as it was written`(_ size: Int) throws {
        let body = [UInt8](repeating: 0x78, count: size)
        var output: [UInt8] = []
        body.withUnsafeBytes { ChunkedWriter.write($0, to: &output) }
        ChunkedWriter.writeEnd(to: &output)

        var decoder = BodyDecoder(.chunked)
        var offset = 0
        var read = 0
        try output.withUnsafeBytes { input in
            while true {
                switch try decoder.next(input, &offset) {
                case .bytes(let range): read += range.count
                case .end: return
                case .needsMore:
                    Issue.record("the body does not end")
                    return
                }
            }
        }

        #expect(read == size)
        #expect(offset == output.count)
    }
}
