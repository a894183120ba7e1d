import Discovery
import SystemIO
import TestSupport
import Testing

@testable import Proxy

/// Policies of access on ports that carry bytes.
@Suite("Guarded connections")
struct GuardTests {
    private let chain: ConnectionChain

    init() throws {
        chain = try ConnectionChain(.permissive)
    }

    private static func rules(
        _ action: AccessRules.Action, _ principal: AccessPrincipal, permission: AccessPermission = .everything,
        policy: String = "ns[shop]-policy[callers]-rule[0]"
    ) -> AccessRules {
        AccessRules(
            action, policies: [policy: AccessRules.Policy(permissions: [permission], principals: [principal])])
    }

    private func apply(_ controls: [NetworkAccessControl]) throws {
        try chain.applyDestination(.permissive) { listener in
            for index in listener.filterChains.indices { listener.filterChains[index].accessControls = controls }
        }
    }

    private func decisions() -> [String] {
        chain.access.reports.filter { $0.total > 0 }.map { report in
            (report.labels.map(\.value) + ["\(report.total)"]).joined(separator: " ")
        }
    }

    private static func caller(_ account: String) -> AccessPrincipal {
        .authenticated(.exact("spiffe://cluster.local/ns/shop/sa/\(account)", ignoringCase: false))
    }

    @Test func `who is allowed passes`() throws {
        try apply([NetworkAccessControl(rules: Self.rules(.allow, Self.caller("web")))])

        let client = try chain.connect()
        client.send("question")

        try chain.wait { chain.application.peers.first?.text == "question" }
        #expect(decisions() == ["shop/callers 0 ALLOW allowed enforced 1"])
    }

    @Test func `who is not allowed sees an end, and the application nothing`() throws {
        chain.application.onAccept = { $0.send("hello, I am a database") }
        try apply([NetworkAccessControl(rules: Self.rules(.allow, Self.caller("order")))])

        let client = try chain.connect()
        client.send("question")

        try chain.wait { client.hasEnded }
        client.close()
        try chain.wait { chain.active(chain.destination) == 0 }
        #expect(client.received.isEmpty && !client.isBroken)
        #expect(chain.application.peers.isEmpty)
        #expect(decisions() == ["none  ALLOW denied enforced 1"])
        let counted = chain.counts(
            chain.destination, #"source_principal="spiffe://cluster.local/ns/shop/sa/web""#, #"response_flags="-""#)
        #expect(counted == ConnectionCounts(opened: 1, closed: 1))
    }

    @Test func `a plain connection has no name, and may be refused for that`() throws {
        try apply([
            NetworkAccessControl(rules: Self.rules(.deny, .not(.authenticated(nil)))),
            NetworkAccessControl(rules: Self.rules(.allow, .everybody)),
        ])

        let client = try RawPeer(chain.loop, connectingTo: chain.inbound)
        client.send("question")

        try chain.wait { client.hasEnded }
        #expect(chain.application.peers.isEmpty)
        #expect(decisions() == ["shop/callers 0 DENY denied enforced 1"])
    }

    @Test func `what is tried, and what looks on, is counted and lets everybody pass`() throws {
        try apply([
            NetworkAccessControl(rules: Self.rules(.log, .everybody)),
            NetworkAccessControl(
                shadowRules: Self.rules(.deny, Self.caller("web")), shadowPrefix: "istio_dry_run_deny_"),
        ])

        let client = try chain.connect()
        client.send("question")

        try chain.wait { chain.application.peers.first?.text == "question" }
        #expect(
            decisions() == ["shop/callers 0 AUDIT allowed enforced 1", "shop/callers 0 DENY denied dry_run 1"])
    }

    @Test(arguments: [(true, true), (false, false)])
    func `rules may ask for the port`(isOwn: Bool, passes: Bool) throws {
        let port = isOwn ? chain.inbound.port : 1
        try apply([
            NetworkAccessControl(rules: Self.rules(.allow, .everybody, permission: .destinationPort(port)))
        ])

        let client = try chain.connect()
        client.send("question")

        try chain.wait { client.hasEnded || chain.application.peers.first?.text == "question" }
        #expect(client.hasEnded != passes)
    }

    @Test(arguments: [("db.example", true), ("other.example", false), (nil, false)])
    func `TLS of the application's own is judged by the name it asks for`(name: String?, passes: Bool) throws {
        let rules = Self.rules(
            .allow, .everybody, permission: .serverName(.exact("db.example", ignoringCase: false)))
        try apply([NetworkAccessControl(rules: rules)])

        let client = try RawPeer(chain.loop, connectingTo: chain.inbound)
        let hello = try clientHello(serverName: name)
        client.send(hello)

        try chain.wait { client.hasEnded || chain.application.peers.first?.received == hello }
        #expect(client.hasEnded != passes)
        #expect(chain.application.peers.isEmpty != passes)
    }

    @Test func `a change of the policies is for the connections after it`() throws {
        let before = try chain.pair()
        try apply([NetworkAccessControl(rules: Self.rules(.deny, .everybody))])

        let after = try chain.connect()
        after.send("question")
        try chain.wait { after.hasEnded }
        before.client.send("still here")

        try chain.wait { before.server.text == "still here" }
        #expect(chain.application.peers.count == 1)
    }

    @Test func `who is refused and goes on sending is let go all the same`() throws {
        try apply([NetworkAccessControl(rules: Self.rules(.allow, Self.caller("order")))])

        let client = try chain.connect()
        client.send([UInt8](repeating: 1, count: 8 << 20))

        try chain.wait { chain.active(chain.destination) == 0 && chain.counts(chain.destination, "tcp").closed == 1 }
        #expect(chain.application.peers.isEmpty)
    }
}
