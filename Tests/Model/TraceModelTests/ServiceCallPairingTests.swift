import Quantities
import TestSupport
import Testing
import TraceModel

@Suite struct ServiceCallPairingTests {
    private static let begin = MonotonicTime(nanoseconds: 1_000_000_000)
    private static let later = begin.advanced(by: ServiceCallPairing.patience + .seconds(1))

    /// The calls that are known at once, and those that are known when nothing more is waited for.
    private func calls(in spans: [Span]) -> (now: [String], later: [String]) {
        var pairing = ServiceCallPairing()
        for span in spans { pairing.take(span, at: Self.begin) }
        return (
            pairing.takeCalls(at: Self.begin).map(words).sorted(),
            pairing.takeCalls(at: Self.later).map(words).sorted()
        )
    }

    private func words(_ call: ServiceCall) -> String {
        func milliseconds(_ duration: Duration?) -> String {
            duration.map { "\(Int(($0.inSeconds * 1000).rounded()))" } ?? "-"
        }
        return "\(call.link.client) → \(call.link.server) \(call.link.ends) "
            + "\(milliseconds(call.clientDuration))/\(milliseconds(call.serverDuration))"
            + (call.hasFailed ? " failed" : "")
    }

    @Test func `a client's span and its server's are one call, whichever comes first`() throws {
        let spans = [
            try span(1, service: "web", from: 0, to: 30, kind: .client),
            try span(2, parent: 1, service: "cart", from: 5, to: 25),
        ]

        #expect(calls(in: spans) == (["web → cart both 30/20"], []))
        #expect(calls(in: spans.reversed()) == (["web → cart both 30/20"], []))
    }

    @Test func `halves with one id are one call, whichever comes first`() throws {
        let spans = [
            try span(7, parent: 1, service: "web", from: 0, to: 30, kind: .client),
            try span(7, parent: 1, service: "cart", from: 5, to: 25),
        ]

        #expect(calls(in: spans) == (["web → cart both 30/20"], []))
        #expect(calls(in: spans.reversed()) == (["web → cart both 30/20"], []))
    }

    @Test func `a call failed when either end says so`() throws {
        let failedAtServer = [
            try span(1, service: "web", kind: .client), try span(2, parent: 1, service: "cart", status: .error),
        ]
        let failedAtClient = [
            try span(1, service: "web", status: .error, kind: .client), try span(2, parent: 1, service: "cart"),
        ]

        #expect(calls(in: failedAtServer).now == ["web → cart both 10/10 failed"])
        #expect(calls(in: failedAtClient).now == ["web → cart both 10/10 failed"])
    }

    @Test func `a message has as many calls as consumers`() throws {
        let spans = [
            try span(2, parent: 1, service: "mail", kind: .consumer),
            try span(1, service: "order", kind: .producer),
            try span(3, parent: 1, service: "audit", kind: .consumer),
        ]

        #expect(calls(in: spans) == (["order → audit both 10/10", "order → mail both 10/10"], []))
    }

    @Test(arguments: [
        ("peer.service", "bank", "web → bank virtualServer 10/-"),
        ("upstream_cluster", "outbound|80||bank.example", "web → bank.example virtualServer 10/-"),
        ("server.address", "10.0.0.9", "web → 10.0.0.9 virtualServer 10/-"),
        ("db.system", "redis", "web → redis database 10/-"),
    ])
    func `whom a client calls without an answer is named by the client`(
        key: String, value: String, call: String
    ) throws {
        let spans = [
            try span(1, service: "web", kind: .client, attributes: [Span.Attribute(key: key, value: value)])
        ]

        #expect(calls(in: spans) == ([], [call]))
    }

    @Test func `a server without a parent was called by a user`() throws {
        #expect(calls(in: [try span(1, service: "web")]) == ([], ["user → web virtualClient -/10"]))
    }

    @Test func `what cannot be told makes no call`() throws {
        // A server whose parent never came, a client that says nothing, a service that calls itself, work inside.
        let spans = [
            try span(2, parent: 99, service: "cart"),
            try span(3, service: "web", kind: .client),
            try span(4, of: 2, service: "web", kind: .client), try span(5, parent: 4, of: 2, service: "web"),
            try span(6, of: 3, service: "web", kind: .internal),
        ]

        #expect(calls(in: spans) == ([], []))
    }

    @Test func `a span that comes twice is one call`() throws {
        let client = try span(1, service: "web", kind: .client)
        let server = try span(2, parent: 1, service: "cart")

        #expect(calls(in: [client, client, server]).now.count == 1)
        #expect(calls(in: [client, server, client]) == (["web → cart both 10/10"], []))
    }

    @Test func `halves wait no longer than they may, and no more of them than there is room for`() throws {
        var pairing = ServiceCallPairing()
        for number in 1...UInt64(ServiceCallPairing.capacity + 5) {
            pairing.take(try span(number, service: "web", kind: .client), at: Self.begin)
        }
        #expect(pairing.missed == 5)

        _ = pairing.takeCalls(at: Self.later)
        pairing.take(try span(1, service: "web", kind: .client), at: Self.later)
        pairing.take(try span(2, parent: 1, service: "cart"), at: Self.later)

        #expect(pairing.missed == 5)
        #expect(pairing.takeCalls(at: Self.later).map(words) == ["web → cart both 10/10"])
    }

    @Test(arguments: SeededGenerator.seeds(20))
    func `the order in which spans come changes nothing`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var spans: [Span] = []
        for trace in 1...UInt64(10) {
            for call in 0..<UInt64.random(in: 1...8, using: &random) {
                let client = call * 2 + 1
                // Whoever was called before calls on, or somebody from outside.
                let parent = call == 0 ? nil : UInt64.random(in: 0..<call, using: &random) * 2 + 2
                spans.append(try span(client, parent: parent, of: trace, service: "s\(call)", kind: .client))
                guard !random.oneIn(4) else { continue }
                spans.append(try span(client + 1, parent: client, of: trace, service: "s\(call + 1)"))
            }
        }
        let expected = calls(in: spans)
        #expect(!expected.now.isEmpty)

        for _ in 0..<5 { #expect(calls(in: spans.shuffled(using: &random)) == expected) }
    }
}
