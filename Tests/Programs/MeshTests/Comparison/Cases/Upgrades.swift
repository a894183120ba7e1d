extension ComparisonTopic {
    /// Requests that go on in another protocol, or may not.
    static let upgrades = ComparisonTopic(name: "upgrades", rows: passing + refusedByUpstream + rules)

    private static let switching = ComparedUpstream.Answer.raw(
        "HTTP/1.1 101 Switching Protocols\nconnection: Upgrade\nupgrade: websocket\nsec-websocket-accept: x\n\n")
    private static let allowed = "upgrade_configs: [{upgrade_type: websocket}]"
    private static let request = ask("/", [])

    private static func ask(_ target: String, _ fields: [String], type: String = "websocket") -> String {
        let lines =
            ["GET \(target) HTTP/1.1", "host: $host"] + fields + ["connection: Upgrade", "upgrade: \(type)", "", ""]
        return lines.joined(separator: "\r\n")
    }

    /// The connection of a request whose offer was not taken.
    static let staysAfterRefusal = [
        DeclaredDifference.differs(
            "answer 1: header connection", envoy: "[close]", ours: nil,
            because:
                "RFC 9110 §7.8: who does not take the offer goes on in HTTP; nothing says that the connection ends."
        ),
        .differs(
            "answer 1: connection", envoy: "closed", ours: "open", because: "Follows from the field connection."),
    ]

    private static func row(
        _ name: String, _ answers: [ComparedUpstream.Answer], _ parts: [ComparedCall.Part], routes: String? = nil,
        manager: String = allowed, except differences: [DeclaredDifference] = []
    ) -> ComparisonCase {
        ComparisonCase(
            name, routes: routes ?? ComparisonCase.forwarding, manager: manager,
            upstreams: [ComparedUpstream("a", answers)], [.parts(parts)], except: differences)
    }

    private static func resets(_ bytes: String) -> DeclaredDifference {
        .differs(
            "upstream 1: body", envoy: "\(bytes)<end>", ours: "\(bytes)<reset>",
            because:
                "RFC 9293 §3.6: an end says that all was sent, a reset that something may be missing; each side may end by itself."
        )
    }

    private static let passing = [
        row(
            "bytes pass both ways", [switching, .exact("world"), .exact("moon"), .close],
            [
                .bytes(request), .until("\r\n\r\n"), .bytes("hello"), .until("world"), .bytes("again"), .until("moon"),
                .end, .untilClosed, .untilUpstreamEnds,
            ]),
        row(
            "the upstream ends it", [switching, .exact("bye").closing],
            [.bytes(request), .until("\r\n\r\n"), .bytes("hello"), .untilClosed]),
        row(
            "a reset of the client's", [switching, .exact("world"), .close],
            [
                .bytes(request), .until("\r\n\r\n"), .bytes("hello"), .until("world"), .reset, .untilUpstreamEnds,
            ],
            except: [resets("hello")]),
        row(
            "bytes that come with the upstream's consent",
            [.exact(switching.bytes + "first"), .exact("world").closing],
            [.bytes(request), .until("first"), .bytes("hello"), .untilClosed]),
        row(
            "consent that takes longer than the route's timeout",
            [switching.after(.milliseconds(800)), .exact("").closing],
            [.bytes(request)],
            routes: "- {match: {prefix: /}, route: {cluster: $a, timeout: 0.2s}}", except: staysAfterRefusal),
        row(
            "a tunnel that outlasts the route's timeout",
            [switching, .exact("world").closing.after(.milliseconds(500))],
            [.bytes(request), .until("\r\n\r\n"), .bytes("hello"), .untilClosed],
            routes: "- {match: {prefix: /}, route: {cluster: $a, timeout: 0.2s}}"),
        row(
            "a silent tunnel ends", [switching, .never], [.bytes(request), .until("\r\n\r\n"), .untilClosed],
            manager: "\(allowed)\nstream_idle_timeout: 0.3s", except: [resets("")]),
        row(
            "the type in another case", [switching, .exact("world").closing],
            [.bytes(ask("/", [], type: "WebSocket")), .until("\r\n\r\n"), .bytes("hello"), .untilClosed]),
        row(
            "headers and path are rewritten", [switching, .exact("world").closing],
            [
                .bytes(ask("/api/x", ["x-a: 1", "x-b: 2"])), .until("\r\n\r\n"), .bytes("hello"), .untilClosed,
            ],
            routes: """
                - match: {prefix: /api/}
                  route: {cluster: $a, prefix_rewrite: /, host_rewrite_literal: other}
                  request_headers_to_remove: [x-a]
                  request_headers_to_add: [{header: {key: x-c, value: new}}]
                  response_headers_to_add: [{header: {key: x-d, value: new}}]
                """),
        row(
            "other options of the connection", [switching, .exact("world").closing],
            [
                .bytes(
                    "GET / HTTP/1.1\r\nhost: $host\r\nconnection: keep-alive, Upgrade\r\nupgrade: websocket\r\n\r\n"),
                .until("\r\n\r\n"), .bytes("hello"), .untilClosed,
            ],
            except: [
                .differs(
                    "upstream 1: header connection", envoy: "[keep-alive, Upgrade]", ours: "[Upgrade]",
                    because: "RFC 9110 §7.6.1: the options are the last hop's; who passes a message on writes its own.")
            ]),
        ComparisonCase(
            "on a connection that was used before", manager: allowed,
            upstreams: [ComparedUpstream("a", [.fine, switching, .exact("world").closing])],
            [
                .get("/one"),
                .parts([.bytes(request), .until("101"), .bytes("hello"), .until("world"), .untilClosed]).again,
            ]),
    ]

    private static let passedOver =
        "RFC 9110 §7.8: a server may ignore the offer. Envoy's defect: it loses the answer's body."

    private static let refusedByUpstream = [
        row("the upstream does not agree", [.status(400, body: "no")], [.bytes(request)], except: staysAfterRefusal),
        row(
            "the upstream passes it over", [.status(200)], [.bytes(request)],
            except: staysAfterRefusal + [
                .differs("answer 1: body", envoy: nil, ours: "a", because: passedOver),
                .differs("answer 1: header content-length", envoy: "[0]", ours: "[1]", because: passedOver),
            ]),
        row(
            "another try after an answer that is not consent", [.status(503), switching, .exact("world").closing],
            [.bytes(request), .until("\r\n\r\n"), .bytes("hello"), .untilClosed],
            routes: "- {match: {prefix: /}, route: {cluster: $a, retry_policy: {retry_on: 5xx}}}"),
        ComparisonCase(
            "nobody listens", manager: allowed, upstreams: [ComparedUpstream("a", absent: [0])],
            [.parts([.bytes(request)])], except: staysAfterRefusal),
        row(
            "another protocol than was asked for",
            [
                .raw("HTTP/1.1 101 Switching Protocols\nconnection: Upgrade\nupgrade: other\n\n"),
                .exact("world").closing,
            ],
            [.bytes(request), .until("\r\n\r\n"), .bytes("hello"), .untilClosed]),
    ]

    private static let rules = [
        row("another type is refused", [.fine], [.bytes(ask("/", [], type: "foo"))], except: staysAfterRefusal),
        row(
            "a list of types is refused", [.fine], [.bytes(ask("/", [], type: "websocket, foo"))],
            except: staysAfterRefusal),
        row(
            "a manager that says no", [.fine], [.bytes(request)],
            manager: "upgrade_configs: [{upgrade_type: websocket, enabled: false}]", except: staysAfterRefusal),
        row(
            "a route that says no", [.fine], [.bytes(request)],
            routes: """
                - match: {prefix: /}
                  route: {cluster: $a, upgrade_configs: [{upgrade_type: websocket, enabled: false}]}
                """, except: staysAfterRefusal),
        row(
            "a route that says yes", [switching, .exact("world").closing],
            [.bytes(request), .until("\r\n\r\n"), .bytes("hello"), .untilClosed],
            routes: "- {match: {prefix: /}, route: {cluster: $a, upgrade_configs: [{upgrade_type: WebSocket}]}}",
            manager: "server_name: meshtop"),
        row(
            "a route that speaks of another type", [switching, .exact("world").closing],
            [.bytes(request), .until("\r\n\r\n"), .bytes("hello"), .untilClosed],
            routes: "- {match: {prefix: /}, route: {cluster: $a, upgrade_configs: [{upgrade_type: foo}]}}"),
        row(
            "no route", [.fine], [.bytes(request)], routes: "- {match: {path: /only}, route: {cluster: $a}}",
            except: staysAfterRefusal),
        row(
            "a direct response", [.fine], [.bytes(request)],
            routes: "- {match: {prefix: /}, direct_response: {status: 418, body: {inline_string: tea}}}",
            except: staysAfterRefusal),
        row(
            "HTTP/2 in clear is passed over", [.fine],
            [
                .bytes(
                    "GET / HTTP/1.1\r\nhost: $host\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\n"
                        + "http2-settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n")
            ]),
        row(
            "upgrade without connection is no offer", [.fine],
            [.bytes("GET / HTTP/1.1\r\nhost: $host\r\nupgrade: websocket\r\n\r\n")]),
        row(
            "connection without upgrade is no offer", [.fine],
            [.bytes("GET / HTTP/1.1\r\nhost: $host\r\nconnection: upgrade\r\n\r\n")]),
        ComparisonCase(
            "CONNECT where it is allowed has no route", manager: "upgrade_configs: [{upgrade_type: CONNECT}]",
            [.raw("CONNECT $host:443 HTTP/1.1\nhost: $host:443\n\n", methods: ["CONNECT"])],
            except: staysAfterRefusal),
    ]
}
