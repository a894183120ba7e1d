import HTTPWire
import Testing

@Suite struct `A response head` {
    private func parse(_ text: String, answering method: HTTPMethod = .get) -> String {
        var parser = ResponseParser()
        do {
            let bytes = request(text)
            let parsed = try bytes.withUnsafeBytes { try parser.parse($0, answering: method) }
            guard let response = parsed?.0 else { return "…" }
            return "\(response.head.status) \(response.framing) \(response.keepsAlive ? "keep" : "close")"
        } catch {
            return "\(error)"
        }
    }

    @Test func `says how its body ends`() {
        #expect(parse("HTTP/1.1 200 OK\nContent-Length: 5\n\n") == "200 length(5) keep")
        #expect(parse("HTTP/1.1 200\nContent-Length: 0\n\n") == "200 none keep")
        #expect(parse("HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n") == "200 chunked keep")
        #expect(parse("HTTP/1.1 200 OK\n\n") == "200 untilClose close")
        #expect(parse("HTTP/1.1 204 No Content\n\n") == "204 none keep")
        #expect(parse("HTTP/1.1 304 Not Modified\nContent-Length: 9\n\n") == "304 none keep")
        #expect(parse("HTTP/1.1 200 OK\nContent-Length: 9\n\n", answering: .head) == "200 none keep")
        #expect(parse("HTTP/1.0 200 OK\nContent-Length: 9\n\n") == "200 length(9) close")
        #expect(parse("HTTP/1.1 200 OK\nContent-Length: 9\nConnection: x, Close\n\n") == "200 length(9) close")
        #expect(parse("HTTP/1.1 100 Continue\n\n") == "100 none keep")
    }

    @Test func `is refused when peers could read it differently`() {
        #expect(parse("HTTP/2 200 OK\n\n") == "the response does not begin with HTTP/1")
        #expect(parse("HTTP/1.1 20 OK\n\n") == "the status is not a number from 100 to 599")
        #expect(parse("HTTP/1.1 2000 OK\n\n") == "the status is too long")
        #expect(
            parse("HTTP/1.1 200 OK\nContent-Length: 1\nTransfer-Encoding: chunked\n\n")
                == "there is a Content-Length beside a Transfer-Encoding")
        #expect(
            parse("HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 1\n\n")
                == "there are several Content-Length fields"
        )
        #expect(parse("SSH-2.0-OpenSSH\n") == "the response does not begin with HTTP/1")
    }

    @Test func `is waited for until it is whole`() {
        #expect(parse("HTT") == "…")
        #expect(parse("HTTP/1.1 200 OK\nContent-Le") == "…")
    }
}
