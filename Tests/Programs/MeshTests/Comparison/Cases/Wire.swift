extension ComparisonTopic {
    /// HTTP/1.1 itself: messages as they are framed, and as they should not be.
    static let wire = ComparisonTopic(name: "HTTP/1.1", rows: framing + connections + refused)

    private static let framing: [ComparisonCase] = [
        ComparisonCase(
            "a body with a length passes", [.post(body: "hello"), .request("PUT", "/", ["content-length: 0"])]),
        ComparisonCase("a POST without a body has none", [.request("POST", "/")]),
        ComparisonCase("a GET may have a body", [.request("GET", "/", ["content-length: 2"], body: "ab")]),
        ComparisonCase(
            "a chunked body passes",
            [
                .raw(
                    "POST / HTTP/1.1\nhost: $host\ntransfer-encoding: chunked\n\n3\nabc\n2\nde\n0\n\n",
                    methods: ["POST"])
            ]),
        ComparisonCase(
            "chunk extensions end here",
            [
                .raw(
                    "POST / HTTP/1.1\nhost: $host\ntransfer-encoding: chunked\n\n3;a=b;c=\"d\"\nabc\n0\n\n",
                    methods: ["POST"])
            ]),
        ComparisonCase(
            "an empty chunked body",
            [.raw("POST / HTTP/1.1\nhost: $host\ntransfer-encoding: chunked\n\n0\n\n", methods: ["POST"])]),
        ComparisonCase(
            "trailers of a request",
            [
                .raw(
                    "POST / HTTP/1.1\nhost: $host\ntransfer-encoding: chunked\n\n3\nabc\n0\nx-t: 1\n\n",
                    methods: ["POST"])
            ]),
        ComparisonCase(
            "a chunked response passes",
            upstreams: [
                ComparedUpstream("a", [.raw("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n3\nabc\n2\nde\n0\n\n")])
            ], [.get(), .get().again]),
        ComparisonCase(
            "trailers of a response",
            upstreams: [
                ComparedUpstream("a", [.raw("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n3\nabc\n0\nx-t: 1\n\n")])
            ], [.get()]),
        ComparisonCase(
            "a response up to the connection's end",
            upstreams: [ComparedUpstream("a", [.raw("HTTP/1.1 200 OK\n\nuntil the end").closing])],
            [.get(), .get().again]),
        ComparisonCase(
            "a response of HTTP/1.0",
            upstreams: [ComparedUpstream("a", [.raw("HTTP/1.0 200 OK\n\nold").closing])], [.get(), .get().again]),
        ComparisonCase(
            "HEAD has a length and no body",
            upstreams: [ComparedUpstream("a", [.raw("HTTP/1.1 200 OK\ncontent-length: 5\n\n")])],
            [.head(), .head().again]),
        ComparisonCase(
            "HEAD of what would be chunked",
            upstreams: [ComparedUpstream("a", [.raw("HTTP/1.1 200 OK\ntransfer-encoding: chunked\n\n")])],
            [.head(), .head().again]),
        ComparisonCase(
            "HEAD without any framing", upstreams: [ComparedUpstream("a", [.raw("HTTP/1.1 200 OK\nx-a: 1\n\n")])],
            [.head(), .head().again]),
        ComparisonCase(
            "204 has no body", upstreams: [ComparedUpstream("a", [.raw("HTTP/1.1 204 No Content\nx-a: 1\n\n")])],
            [.get(), .get().again]),
        ComparisonCase(
            "204 with a length",
            upstreams: [ComparedUpstream("a", [.raw("HTTP/1.1 204 No Content\ncontent-length: 0\n\n")])],
            [.get(), .get().again]),
        ComparisonCase(
            "304 may tell a length",
            upstreams: [ComparedUpstream("a", [.raw("HTTP/1.1 304 Not Modified\ncontent-length: 9\netag: \"x\"\n\n")])],
            [.get(), .get().again]),
        ComparisonCase(
            "an empty answer", upstreams: [ComparedUpstream("a", [.raw("HTTP/1.1 200 OK\ncontent-length: 0\n\n")])],
            [.get(), .get().again]),
        ComparisonCase(
            "100-continue is answered here and not asked of the upstream",
            [
                .parts(
                    [
                        .bytes("POST / HTTP/1.1\r\nhost: $host\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n"),
                        .until("HTTP/1.1 100"), .bytes("ab"),
                    ], methods: ["POST"])
            ]),
        ComparisonCase(
            "an expectation that nobody knows",
            [.raw("POST / HTTP/1.1\nhost: $host\nexpect: 200-ok\ncontent-length: 2\n\nab", methods: ["POST"])],
            except: [
                .outcome(
                    1, envoy: "200", ours: "417",
                    because: "RFC 9110 §10.1.1: a server may answer 417 to an expectation that it cannot meet.")
            ]),
        ComparisonCase(
            "an upstream's early hints",
            upstreams: [
                ComparedUpstream(
                    "a", [.raw("HTTP/1.1 103 Early Hints\nlink: </a>\n\nHTTP/1.1 200 OK\ncontent-length: 2\n\nab")])
            ], [.get()]),
        ComparisonCase(
            "an upstream's 100 that nobody waits for",
            upstreams: [
                ComparedUpstream("a", [.raw("HTTP/1.1 100 Continue\n\nHTTP/1.1 200 OK\ncontent-length: 2\n\nab")])
            ], [.get()]),
        ComparisonCase(
            "an answer before the body is whole",
            upstreams: [ComparedUpstream("a", [.fine])], [.post(body: String(repeating: "x", count: 100_000))]),
        ComparisonCase(
            "a large answer passes whole",
            upstreams: [ComparedUpstream("a", [.status(200, body: String(repeating: "0123456789", count: 30_000))])],
            [.get(), .get().again]),
    ]

    private static let connections: [ComparisonCase] = [
        ComparisonCase(
            "a connection carries one request after another", [.get("/1"), .get("/2").again, .get("/3").again]),
        ComparisonCase(
            "pipelined requests are answered in order",
            [
                .raw(
                    "GET /1 HTTP/1.1\nhost: $host\n\nGET /2 HTTP/1.1\nhost: $host\n\nGET /3 HTTP/1.1\nhost: $host\n\n",
                    methods: ["GET", "GET", "GET"])
            ]),
        ComparisonCase(
            "a pipelined request after a body",
            [
                .raw(
                    "POST /1 HTTP/1.1\nhost: $host\ncontent-length: 3\n\nabcGET /2 HTTP/1.1\nhost: $host\n\n",
                    methods: ["POST", "GET"])
            ]),
        ComparisonCase("connection: close is obeyed", [.get("/", "connection: close")]),
        ComparisonCase("connection: Close is obeyed", [.get("/", "Connection: x-a, Close")]),
        ComparisonCase("an empty line before a request", [.raw("\nGET / HTTP/1.1\nhost: $host\n\n")]),
        ComparisonCase(
            "a request in pieces",
            [.parts([.bytes("GET / HT"), .bytes("TP/1.1\r\nho"), .bytes("st: $host\r\n\r"), .bytes("\n")])]),
        ComparisonCase(
            "a target in absolute form names the host",
            [
                .raw("GET http://$host/x?y HTTP/1.1\nhost: other.test\n\n"),
                .raw("GET http://$host HTTP/1.1\nhost: $host\n\n"),
                .raw("GET HTTP://$host/x HTTP/1.1\nhost: $host\n\n"),
                .raw("GET http://other.test/x HTTP/1.1\nhost: $host\n\n"),
            ]),
        ComparisonCase("a target in absolute form of https", [.raw("GET https://$host/x HTTP/1.1\nhost: $host\n\n")]),
        ComparisonCase(
            "the client's end of its direction after its request",
            upstreams: [ComparedUpstream("a", [.fine.after(.milliseconds(500))])],
            [.parts([.bytes("GET / HTTP/1.1\r\nhost: $host\r\n\r\n"), .arrived(1), .end])]),
        ComparisonCase(
            "unusual methods pass", [.request("PROPFIND", "/"), .request("M-SEARCH", "/"), .request("TRACE", "/")],
            except: [
                .outcome(
                    2, envoy: "400", ours: "200",
                    because: "RFC 9110 §9.1: methods are no closed set, and proxies pass them on. Envoy knows some.")
            ]),
        ComparisonCase(
            "CONNECT is refused", [.raw("CONNECT $host:443 HTTP/1.1\nhost: $host:443\n\n", methods: ["CONNECT"])],
            except: ComparisonTopic.staysAfterRefusal),
        ComparisonCase(
            "an upgrade that is not allowed",
            [
                .get(
                    "/", "connection: upgrade", "upgrade: websocket", "sec-websocket-key: x",
                    "sec-websocket-version: 13")
            ],
            except: ComparisonTopic.staysAfterRefusal),
    ]

    private static let refused: [ComparisonCase] = [
        malformed(
            "both a length and chunked",
            "POST / HTTP/1.1\nhost: $host\ncontent-length: 3\ntransfer-encoding: chunked\n\n0\n\n"),
        malformed(
            "two lengths that differ", "POST / HTTP/1.1\nhost: $host\ncontent-length: 3\ncontent-length: 4\n\nabcd"),
        malformed(
            "two lengths that agree", "POST / HTTP/1.1\nhost: $host\ncontent-length: 3\ncontent-length: 3\n\nabc"),
        malformed("a list of lengths", "POST / HTTP/1.1\nhost: $host\ncontent-length: 3, 3\n\nabc"),
        malformed("a length with a sign", "POST / HTTP/1.1\nhost: $host\ncontent-length: +3\n\nabc"),
        malformed("a negative length", "POST / HTTP/1.1\nhost: $host\ncontent-length: -1\n\n"),
        malformed("a length beyond any", "POST / HTTP/1.1\nhost: $host\ncontent-length: 99999999999999999999\n\n"),
        malformed("no host", "GET / HTTP/1.1\nx-a: 1\n\n"),
        malformed(
            "an empty host", "GET / HTTP/1.1\nhost:\n\n",
            ("404", "400", "RFC 9110 §4.2.1: an http URI with an empty host must be rejected as invalid.")),
        malformed(
            "two hosts", "GET / HTTP/1.1\nhost: $host\nhost: $host\n\n",
            ("404", "400", "RFC 9112 §3.2: more than one Host must be answered 400. Envoy joins them.")),
        malformed("a host with a path", "GET / HTTP/1.1\nhost: $host/x\n\n"),
        malformed("a blank before the colon", "GET / HTTP/1.1\nhost: $host\nx-a : 1\n\n"),
        malformed("a line without a colon", "GET / HTTP/1.1\nhost: $host\nnonsense\n\n"),
        malformed("an empty field name", "GET / HTTP/1.1\nhost: $host\n: x\n\n"),
        malformed(
            "a folded line", "GET / HTTP/1.1\nhost: $host\nx-a: 1\n  2\n\n",
            ("200", "400", "RFC 9112 §5.2: a server must refuse folding or unfold it; ours refuses.")),
        malformed("a blank in the target", "GET /a b HTTP/1.1\nhost: $host\n\n"),
        malformed("a target that is no path", "GET a HTTP/1.1\nhost: $host\n\n"),
        malformed(
            "a version that is not known", "GET / HTTP/2.0\nhost: $host\n\n",
            ("426", "505", "RFC 9110 §15.6.6: 505 is for a major version that is not served.")),
        malformed(
            "no version", "GET /\nhost: $host\n\n",
            ("426", "400", "RFC 9112 §3: an invalid request line should be answered 400.")),
        malformed("HTTP/1.0", "GET / HTTP/1.0\nhost: $host\n\n"),
        malformed("an unknown transfer coding", "POST / HTTP/1.1\nhost: $host\ntransfer-encoding: gzip\n\n"),
        malformed(
            "chunked before another coding", "POST / HTTP/1.1\nhost: $host\ntransfer-encoding: chunked, gzip\n\n",
            ("501", "400", "RFC 9112 §6.3: chunked must be the final coding of a request, else 400.")),
        malformed("a chunk size that is none", "POST / HTTP/1.1\nhost: $host\ntransfer-encoding: chunked\n\nxyz\n"),
        malformed(
            "a chunk size beyond any", "POST / HTTP/1.1\nhost: $host\ntransfer-encoding: chunked\n\nfffffffffffffffff\n"
        ),
        malformed(
            "a chunk longer than it says", "POST / HTTP/1.1\nhost: $host\ntransfer-encoding: chunked\n\n2\nabcd\n0\n\n",
            ("200", "400", "RFC 9112 §7.1: CRLF follows the data. Envoy skips what else is there: its defect.")),
        malformed("a NUL in a value", "GET / HTTP/1.1\nhost: $host\nx-a: 1\u{0}2\n\n"),
        malformed("a control byte in the target", "GET /\u{1} HTTP/1.1\nhost: $host\n\n"),
        ComparisonCase(
            "lines that end in a line feed alone", [.exact("GET / HTTP/1.1\nhost: $host\n\n")],
            except: [
                .outcome(
                    1, envoy: "200", ours: "400",
                    because: "RFC 9112 §2.2: a recipient may take a line feed alone for a line's end. Ours does not.")
            ]),
        ComparisonCase(
            "a carriage return inside a value",
            [.exact("GET / HTTP/1.1\r\nhost: $host\r\nx-a: 1\r2\r\n\r\n")],
            except: [
                .outcome(
                    1, envoy: "200", ours: "400",
                    because: """
                        RFC 9110 §5.5: a recipient must reject a carriage return in a value, or put a space in its place. \
                        Envoy leaves it out: its defect.
                        """)
            ]),
        malformed(
            "a head beyond 60 KiB", "GET / HTTP/1.1\nhost: $host\nx-a: \(String(repeating: "x", count: 70_000))\n\n"),
        malformed(
            "a head of 60 KiB in many fields",
            "GET / HTTP/1.1\nhost: $host\n"
                + (0..<80).map { "x-\($0): \(String(repeating: "x", count: 1000))\n" }.joined() + "\n"),
        malformed(
            "more than a hundred fields",
            "GET / HTTP/1.1\nhost: $host\n" + (0..<120).map { "x-\($0): 1\n" }.joined() + "\n"),
        malformed("a target of 70 kB", "GET /\(String(repeating: "x", count: 70_000)) HTTP/1.1\nhost: $host\n\n"),
        malformed("bytes of TLS", "\u{16}\u{3}\u{1}\u{0}\u{5}\u{1}\n\n"),
        malformed("underscores are fine", "GET / HTTP/1.1\nhost: $host\nx_a: 1\n\n"),
        malformed("a field name with odd bytes", "GET / HTTP/1.1\nhost: $host\nx(a): 1\n\n"),
        response("two lengths that differ", "HTTP/1.1 200 OK\ncontent-length: 1\ncontent-length: 2\n\nab"),
        response(
            "both a length and chunked", "HTTP/1.1 200 OK\ncontent-length: 1\ntransfer-encoding: chunked\n\n0\n\n"),
        response(
            "a status of two digits", "HTTP/1.1 20 OK\ncontent-length: 0\n\n",
            ("20", "502", "RFC 9112 §4: a status has three digits. Envoy passes it on: its defect.")),
        response(
            "a status beyond 599", "HTTP/1.1 999 Odd\ncontent-length: 0\n\n",
            ("999", "502", "RFC 9110 §15: a status beyond 599 is invalid, and 502 says so.")),
        response("no reason", "HTTP/1.1 200 \ncontent-length: 0\n\n"),
        response("no blank after the status", "HTTP/1.1 200\ncontent-length: 0\n\n"),
        response("a line without a colon", "HTTP/1.1 200 OK\nnonsense\ncontent-length: 0\n\n"),
        response(
            "a folded line", "HTTP/1.1 200 OK\nx-a: 1\n 2\ncontent-length: 0\n\n",
            ("200", "502", "RFC 9112 §5.2: a proxy must discard such a message, or unfold it; ours discards it.")),
        response("a NUL in a value", "HTTP/1.1 200 OK\nx-a: 1\u{0}\ncontent-length: 0\n\n"),
        response(
            "101 that nobody asked for", "HTTP/1.1 101 Switching Protocols\nupgrade: x\n\n",
            (
                "101", "502",
                "RFC 9110 §7.8: a server must not switch unasked. Envoy passes it on and waits for ever: its defect."
            )),
        response("more bytes than the length", "HTTP/1.1 200 OK\ncontent-length: 1\n\nabc"),
        response(
            "a head beyond 60 KiB",
            "HTTP/1.1 200 OK\nx-a: \(String(repeating: "x", count: 70_000))\ncontent-length: 0\n\n",
            ("200", "502", "RFC 9110 §5.4: each recipient has a limit of its own; ours is that of requests, 60 KiB.")),
    ]

    /// - Parameter others: the status of Envoy where it is not ours, ours, and why.
    private static func malformed(
        _ name: String, _ text: String, _ others: (String, String, String)? = nil
    ) -> ComparisonCase {
        ComparisonCase(
            "a request with \(name)", [.raw(text)],
            except: others.map { [.outcome(1, envoy: $0.0, ours: $0.1, because: $0.2)] } ?? [])
    }

    private static func response(
        _ name: String, _ text: String, _ others: (String?, String, String)? = nil
    ) -> ComparisonCase {
        ComparisonCase(
            "a response with \(name)", upstreams: [ComparedUpstream("a", [.raw(text)])], [.get()],
            except: others.map { [.outcome(1, envoy: $0.0, ours: $0.1, because: $0.2)] } ?? [])
    }
}
