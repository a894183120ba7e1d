import HTTPWire
import Testing

/// A request that some proxies in use let through or read differently, and what we answer.
struct Vector: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let status: Int

    init(_ name: String, _ status: Int, _ text: String) {
        self.name = name
        self.status = status
        bytes = Array(text.utf8)
    }

    var testDescription: String { name }
}

private let long = String(repeating: "a", count: 70 * 1024)
private let manyFields = (0..<120).map { "X-\($0): 1\r\n" }.joined()

let malformed = [
    Vector(
        "Content-Length and Transfer-Encoding together", 400,
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Vector("two Host fields", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    Vector("two equal Host fields", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
    Vector("a blank before a colon", 400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"),
    Vector("no Host", 400, "GET / HTTP/1.1\r\nAccept: */*\r\n\r\n"),
    Vector("a control byte in the target", 400, "GET /a\u{1}b HTTP/1.1\r\nHost: a\r\n\r\n"),
    Vector("a fragment in the target", 400, "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"),
    Vector("a tab in the target", 400, "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n"),
    Vector("a byte above ASCII in the target", 400, "GET /é HTTP/1.1\r\nHost: a\r\n\r\n"),
    Vector("NUL in a value", 400, "GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n"),
    Vector("DEL in a value", 400, "GET / HTTP/1.1\r\nHost: a\r\nX: aaaaaaaaaaaaa\u{7f}b\r\n\r\n"),
    Vector("a signed Content-Length", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx"),
    Vector("a negative Content-Length", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nx"),
    Vector("a hexadecimal Content-Length", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx"),
    Vector("an empty Content-Length", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\nx"),
    Vector(
        "a Content-Length beyond all numbers", 400,
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\nx"),
    Vector(
        "differing Content-Length fields", 400,
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy"),
    Vector(
        "equal Content-Length fields", 400,
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx"),
    Vector("a list as Content-Length", 400, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\nx"),
    Vector(
        "a chunk size beyond all numbers", 400,
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx"),
    Vector("lines ended by bare LF", 400, "GET / HTTP/1.1\nHost: a\n\n"),
    Vector("one line ended by bare LF", 400, "GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n"),
    Vector(
        "a chunk line ended by bare LF", 400,
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\nx\r\n0\r\n\r\n"),
    Vector(
        "chunk data ended by bare LF", 400,
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\n0\r\n\r\n"),
    Vector(
        "a chunk longer than its size", 400,
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n"),
    Vector(
        "a chunk size with a prefix", 400,
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\nx\r\n0\r\n\r\n"),
    Vector(
        "a chunk size with a sign", 400,
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n+1\r\nx\r\n0\r\n\r\n"),
    Vector(
        "a bare CR in a chunk extension", 400,
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;a\rb\r\nx\r\n0\r\n\r\n"),
    Vector("an unknown transfer coding", 501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n"),
    Vector(
        "a transfer coding after chunked", 400,
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n"),
    Vector(
        "two Transfer-Encoding fields", 400,
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
    Vector("a field folded over two lines", 400, "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n"),
    Vector("a folded line before the first field", 400, "GET / HTTP/1.1\r\n X: 1\r\nHost: a\r\n\r\n"),
    Vector("a bare CR inside a value", 400, "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n"),
    Vector("HTTP/1.0", 426, "GET / HTTP/1.0\r\nHost: a\r\n\r\n"),
    Vector(
        "HTTP/1.0 with a transfer coding", 400, "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
    Vector("a head of 70 KiB", 431, "GET / HTTP/1.1\r\nHost: a\r\nX: \(long)\r\n\r\n"),
    Vector("a head of 70 KiB that never ends", 431, "GET / HTTP/1.1\r\nHost: a\r\nX: \(long)"),
    Vector("120 fields", 431, "GET / HTTP/1.1\r\nHost: a\r\n\(manyFields)\r\n"),
    Vector("HTTP/2's preface", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Vector("a version of two digits", 400, "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
    Vector("a version in lower case", 400, "GET / http/1.1\r\nHost: a\r\n\r\n"),
    Vector("two blanks in the request line", 400, "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
    Vector("a request line without a version", 400, "GET /\r\nHost: a\r\n\r\n"),
    Vector("a TLS handshake", 400, "\u{16}\u{3}\u{1}\u{2}"),
    Vector("an empty field name", 400, "GET / HTTP/1.1\r\nHost: a\r\n: 1\r\n\r\n"),
    Vector("a field without a colon", 400, "GET / HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n"),
    Vector("a target that is no path", 400, "GET cart HTTP/1.1\r\nHost: a\r\n\r\n"),
    Vector("an asterisk for another method", 400, "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
    Vector("CONNECT to a path", 400, "CONNECT /a HTTP/1.1\r\nHost: a\r\n\r\n"),
    Vector("CONNECT with a body", 400, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx"),
    Vector(
        "CONNECT with an endless body", 400,
        "CONNECT a:443 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
    Vector("a Host with a path", 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
    Vector("a Host with user information", 400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
    Vector("an empty Host", 400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"),
    Vector("an unknown expectation", 417, "GET / HTTP/1.1\r\nHost: a\r\nExpect: a-pony\r\n\r\n"),
    Vector(
        "a trailer with a control byte", 400,
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: \u{1}\r\n\r\n"),
]

@Suite struct `A malformed request` {
    @Test(arguments: malformed) func `is refused`(_ vector: Vector) {
        let lines = transcript(ofPieces: [vector.bytes])

        #expect(lines.last?.hasPrefix("\(vector.status) ") == true, "\(lines)")
    }

    /// However the bytes arrive: nothing may slip through between two reads.
    @Test(arguments: malformed.filter { $0.bytes.count < 1000 }) func `is refused byte by byte`(_ vector: Vector) {
        let whole = transcript(ofPieces: [vector.bytes])

        let pieces = transcript(ofPieces: vector.bytes.map { [$0] })

        #expect(pieces == whole)
    }
}
