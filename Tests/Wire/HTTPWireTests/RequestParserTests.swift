import HTTPWire
import Testing

private let wellFormed = [
    request("GET / HTTP/1.1\nHost: shop\n\n"),
    request("GET /cart?item=7&q=%20 HTTP/1.1\nhost:shop.example:8080\nAccept: */*\nX-Empty:\nX-Blank:  a b \t \n\n"),
    request("POST /pay HTTP/1.1\nHost: shop\nContent-Length: 5\n\nhello"),
    request("POST / HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n5\nhello\n6;x=1\n world\n0\n\n"),
    request(
        "POST / HTTP/1.1\nHost: a\nTransfer-Encoding: CHUNKED\n\n001 ; n=\"a;\\\"b\"\nx\n0\nTrailer: 1\nOther: 2\n\n"),
    request("GET http://shop:80/cart HTTP/1.1\nHost: other\n\n"),
    request("GET HTTP://shop HTTP/1.1\nHost: other\n\n"),
    request("OPTIONS * HTTP/1.1\nHost: shop\nConnection: close\n\n"),
    request("\n\nGET /after-empty-lines HTTP/1.1\nHost: shop\n\n"),
    request("PROPFIND /x HTTP/1.1\nHost: shop\nÜmlaut-no: x\n\n".replacing("Ümlaut-no", with: "X-Value")),
    request("PUT /a HTTP/1.1\nHost: a\nContent-Length: 0\n\nGET /b HTTP/1.1\nHost: b\n\nGET /c HTTP/1.1\nHost: c\n\n"),
]

@Suite struct `A well-formed request` {
    @Test func `is taken apart`() {
        let lines = wellFormed.map { transcript(ofPieces: [$0]) }

        #expect(
            lines == [
                [#"GET / host=shop Host=shop keep body="""#],
                [
                    #"GET /cart?item=7&q=%20 host=shop.example:8080 host=shop.example:8080 Accept=*/* X-Empty= "#
                        + #"X-Blank=a b keep body="""#
                ],
                [#"POST /pay host=shop Host=shop Content-Length=5 keep body="hello""#],
                [#"POST / host=a Host=a Transfer-Encoding=chunked keep body="hello world""#],
                [#"POST / host=a Host=a Transfer-Encoding=CHUNKED keep body="x""#],
                [#"GET /cart host=shop:80 Host=other keep body="""#],
                [#"GET / host=shop Host=other keep body="""#],
                [#"OPTIONS * host=shop Host=shop Connection=close close body="""#],
                [#"GET /after-empty-lines host=shop Host=shop keep body="""#],
                [#"PROPFIND /x host=shop Host=shop X-Value=x keep body="""#],
                [
                    #"PUT /a host=a Host=a Content-Length=0 keep body="""#, #"GET /b host=b Host=b keep body="""#,
                    #"GET /c host=c Host=c keep body="""#,
                ],
            ])
    }

    @Test(arguments: wellFormed) func `means the same wherever it is split`(_ bytes: [UInt8]) {
        let whole = transcript(ofPieces: [bytes])

        for first in 0...bytes.count {
            #expect(
                transcript(ofPieces: [Array(bytes[..<first]), Array(bytes[first...])]) == whole, "split at \(first)")
        }
        #expect(transcript(ofPieces: bytes.map { [$0] }) == whole)
    }

    @Test func `may be of HTTP/1.0 where that is served`() {
        var limits = HTTPLimits()
        limits.servesHTTP10 = true

        let lines = ["GET / HTTP/1.0\n\n", "GET / HTTP/1.0\nConnection: keep-alive\nHost: a\n\n"].map {
            transcript(ofPieces: [request($0)], limits: limits)
        }

        #expect(
            lines == [[#"GET / host= close body="""#], [#"GET / host=a Connection=keep-alive Host=a keep body="""#]])
    }

    /// Names are scanned eight bytes at a time, so every byte is tried at every place of such a group.
    @Test(arguments: 0..<18) func `has tokens for field names, whatever their length`(_ place: Int) {
        let tokens = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)

        for byte in UInt8.min...UInt8.max where byte != UInt8(ascii: ":") {
            var bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8) + Array("Letters-and-More-Ones".utf8)
            bytes[bytes.count - 21 + place] = byte
            bytes += Array(": 1\r\n\r\n".utf8)
            var parser = RequestParser()

            let parsed = bytes.withUnsafeBytes { try? parser.parse($0) }

            #expect((parsed != nil) == tokens.contains(byte), "byte \(byte)")
        }
    }

    @Test func `tells that the client waits before the body`() throws {
        var parser = RequestParser()
        let bytes = request("POST / HTTP/1.1\nHost: a\nContent-Length: 1\nExpect: 100-Continue\n\n")

        let parsed = try bytes.withUnsafeBytes { try parser.parse($0) }

        #expect(parsed?.0.expectsContinue == true)
    }
}

@Suite struct `Random bytes` {
    /// Changes, drops and doubles bytes of good requests: the parser may refuse but never trap, and the pieces they
    /// arrive in never matter.
    @Test(arguments: 0..<400) func `never trap and never depend on their pieces`(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        var bytes = wellFormed[Int(random.next() % UInt64(wellFormed.count))]
        for _ in 0..<Int(random.next() % 4 + 1) {
            let index = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 4 {
            case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: index)
            case 2: bytes.insert(bytes[index], at: index)
            default: bytes.insert([0x0d, 0x0a, 0x20, 0x3a, 0x00][Int(random.next() % 5)], at: index)
            }
        }

        let whole = transcript(ofPieces: [bytes])
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = min(rest.count, Int(random.next() % 9 + 1))
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }

        #expect(transcript(ofPieces: pieces) == whole, "seed \(seed)")
    }
}

/// Steele, Lea and Flood's generator: small, and the same on every machine.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
