import HTTPWire
import Testing

@Suite struct `The fields of an HTTP/2 request` {
    private static let usual = [(":method", "POST"), (":scheme", "https"), (":authority", "a:8"), (":path", "/x?y")]

    private func head(_ fields: [(String, String)], _ limits: HTTPLimits = .default) throws -> RequestHead {
        var builder = HTTP2RequestBuilder(limits: limits)
        for (name, value) in fields {
            var (name, value) = (name, value)
            name.withUTF8 { name in
                value.withUTF8 { value in
                    builder.add(name: UnsafeRawBufferPointer(name), value: UnsafeRawBufferPointer(value))
                }
            }
        }
        return try builder.finish()
    }

    @Test func `become a head that can be sent on as HTTP/1.1`() throws {
        let head = try head(
            Self.usual + [
                ("accept", "*/*"), ("host", "other"), ("cookie", "a=1"), ("te", "trailers"), ("cookie", "b=2"),
            ])

        #expect(head.method == .post && head.version == .http2)
        #expect(String(decoding: head.path, as: UTF8.self) == "/x")
        #expect(String(decoding: head.authority, as: UTF8.self) == "a:8")
        var bytes: [UInt8] = []
        head.write(to: &bytes, framing: .chunked)
        #expect(
            String(decoding: bytes, as: UTF8.self)
                == "POST /x?y HTTP/1.1\r\nhost: a:8\r\naccept: */*\r\ncookie: a=1; b=2\r\n"
                + "transfer-encoding: chunked\r\n\r\n")
    }

    @Test func `may name the host by its field`() throws {
        let head = try head([(":method", "OPTIONS"), (":scheme", "http"), (":path", "*"), ("host", "a")])

        #expect(String(decoding: head.authority, as: UTF8.self) == "a")
    }

    @Test func `an extended CONNECT is what it would be in HTTP/1.1`() throws {
        let head = try head([
            (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":path", "/chat?a"),
            (":authority", "a:80"), ("sec-websocket-version", "13"),
        ])

        #expect(head.method == .get && head.asksUpgrade)
        #expect(head.methodBytes.elementsEqual("GET".utf8) && head.target.elementsEqual("/chat?a".utf8))
        #expect(head.authority.elementsEqual("a:80".utf8) && head.upgrade?.elementsEqual("websocket".utf8) == true)
    }

    @Test(
        arguments: [
            ([], 400), ([(":method", "GET")], 400), ([(":method", "GET"), (":path", "/")], 400),
            ([(":method", "GET"), (":path", "x"), ("host", "a")], 400),
            ([(":method", "GET"), (":path", "*"), ("host", "a")], 400),
            ([(":method", ""), (":path", "/"), ("host", "a")], 400),
            ([(":method", "GET"), (":path", ""), ("host", "a")], 400),
            ([(":method", "G T"), (":path", "/"), ("host", "a")], 400),
            ([(":method", "GET"), (":path", "/ HTTP/1.1\r\nx: y"), ("host", "a")], 400),
            ([(":method", "GET"), (":path", "/"), (":authority", "a/b")], 400),
            ([(":method", "GET"), (":path", "/"), (":authority", "")], 400),
            ([(":method", "GET"), (":path", "/"), ("host", "u@a")], 400),
            ([(":method", "GET"), (":path", "/"), ("host", "a"), ("host", "a")], 400),
            ([(":method", "CONNECT"), (":path", "/"), (":authority", "a")], 400),
            ([(":method", "CONNECT"), ("host", "a")], 400), (usual + [(":protocol", "x")], 400),
            ([(":method", "CONNECT"), (":protocol", "x"), (":path", "/"), ("host", "a")], 400),
            ([(":method", "CONNECT"), (":protocol", "x"), (":authority", "a")], 400),
            ([(":method", "CONNECT"), (":protocol", ""), (":path", "/"), (":authority", "a")], 400),
            (usual + [(":path", "/")], 400), (usual + [("a", "b"), (":x", "y")], 400),
            (usual + [(":status", "200")], 400),
            (usual + [("", "x")], 400), (usual + [("A", "b")], 400), (usual + [("a b", "c")], 400),
            (usual + [("a", "b\r\nc: d")], 400), (usual + [("a", "\u{0}")], 400),
            (usual + [("connection", "close")], 400),
            (usual + [("transfer-encoding", "chunked")], 400), (usual + [("upgrade", "x")], 400),
            (usual + [("keep-alive", "x")], 400), (usual + [("te", "gzip")], 400),
            (usual + (0..<101).map { ("a\($0)", "") }, 431),
            (usual + [("a", String(repeating: "x", count: 70_000))], 431),
        ] as [([(String, String)], Int)])
    func `are refused when HTTP/1.1 could not say them`(_ fields: [(String, String)], _ status: Int) {
        let error = #expect(throws: HTTPWireError.self) { try head(fields) }
        #expect(error?.status == status)
    }
}
