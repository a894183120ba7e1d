import HTTPWire
import Testing

@Suite struct `An offer to go on in another protocol` {
    private func head(_ fields: String, line: String = "GET / HTTP/1.1", body: String = "") throws -> RequestHead {
        var limits = HTTPLimits.default
        limits.servesHTTP10 = true
        var parser = RequestParser(limits: limits)
        let text = "\(line)\nhost: a\n\(fields)\n\n".replacing("\n", with: "\r\n") + body
        return try #require(try Array(text.utf8).withUnsafeBytes { try parser.parse($0)?.0.head })
    }

    @Test(arguments: [
        ("connection: upgrade\nupgrade: websocket", "websocket"), ("connection: a, UPGRADE\nupgrade: x, y", "x, y"),
        ("upgrade: websocket", nil), ("connection: upgrade", nil), ("connection: upgraded\nupgrade: websocket", nil),
        ("connection: upgrade\nupgrade:", nil), ("connection: upgrade\nupgrade: websocket\ncontent-length: 1", nil),
        ("connection: upgrade\nupgrade: websocket\ntransfer-encoding: chunked", nil),
    ])
    func `takes both fields and no body`(_ fields: String, _ protocolName: String?) throws {
        #expect(try head(fields).upgrade.map { String(decoding: $0, as: UTF8.self) } == protocolName)
    }

    @Test func `is none in HTTP/1.0`() throws {
        #expect(try head("connection: upgrade\nupgrade: websocket", line: "GET / HTTP/1.0").upgrade == nil)
    }

    @Test func `is written with one option of the connection, and else not at all`() throws {
        let request = try head("connection: x, upgrade\nupgrade: websocket\nx: 1\naccept: b")
        var response = ResponseHead(status: 101)
        response.add("upgrade", "websocket")
        response.add("content-length", "5")
        var bytes: [UInt8] = []

        request.write(to: &bytes, framing: .upgrade)
        request.write(to: &bytes, framing: .unframed)
        response.write(to: &bytes, framing: .upgrade)

        #expect(
            String(decoding: bytes, as: UTF8.self)
                == """
                GET / HTTP/1.1
                host: a
                upgrade: websocket
                x: 1
                accept: b
                connection: Upgrade

                GET / HTTP/1.1
                host: a
                x: 1
                accept: b

                HTTP/1.1 101 Switching Protocols
                upgrade: websocket
                connection: Upgrade


                """.replacing("\n", with: "\r\n"))
    }
}
