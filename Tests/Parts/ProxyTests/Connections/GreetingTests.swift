import Discovery
import Quantities
import SystemIO
import TestSupport
import Testing

@testable import Proxy

@Suite("Greeting connections")
struct GreetingTests {
    @Test func `a permissive port takes the mesh's TLS, plain text and the application's own TLS`() throws {
        let chain = try ConnectionChain(.permissive)
        let hello = try clientHello(serverName: "cache", protocols: ["postgresql"])

        let mesh = try chain.connect()
        mesh.send("by mutual TLS")
        try chain.wait { chain.application.peers.first?.text == "by mutual TLS" }
        let plain = try RawPeer(chain.loop, connectingTo: chain.inbound)
        plain.send("in clear")
        try chain.wait { chain.application.peers.dropFirst().first?.text == "in clear" }
        let own = try RawPeer(chain.loop, connectingTo: chain.inbound)
        // In pieces: what is told apart needs all of it.
        own.send(Array(hello.prefix(3)))
        rests(chain.loop, milliseconds: 10)
        #expect(chain.application.peers.count == 2)
        own.send(Array(hello.dropFirst(3)))
        try chain.wait { chain.application.peers.last?.received == hello }
        for peer in [mesh, plain, own] { peer.close() }
        for peer in chain.application.peers { peer.close() }
        try chain.wait { chain.active(chain.destination) == 0 }

        #expect(chain.counts(chain.destination, "connection_security_policy=\"mutual_tls\"").received == 13)
        // TLS that ends in the application says nothing to the proxy.
        #expect(
            chain.counts(
                chain.destination, "connection_security_policy=\"none\"", "source_principal=\"unknown\""
            ).received == UInt64(8 + hello.count))
    }

    @Test func `a strict port refuses plain text and counts it`() throws {
        let chain = try ConnectionChain()

        let plain = try RawPeer(chain.loop, connectingTo: chain.inbound)
        plain.send("in clear")
        try chain.wait { plain.hasEnded || plain.isBroken }

        #expect(chain.destination.metrics.events.refusedPlaintext == 1)
        #expect(chain.application.peers.isEmpty)
        #expect(chain.counts(chain.destination) == ConnectionCounts())
        #expect(chain.active(chain.destination) == 0)
    }

    @Test func `a client without a certificate is refused and counted`() throws {
        let chain = try ConnectionChain()

        let stranger = try RawPeer(chain.loop, connectingTo: chain.inbound)
        stranger.send(try clientHello(serverName: nil))
        stranger.endSending()
        try chain.wait { stranger.hasEnded || stranger.isBroken }

        #expect(chain.destination.metrics.events.refusedHandshake == 1)
        #expect(chain.application.peers.isEmpty)
    }

    @Test func `a configuration that changes during a handshake does not lead it astray`() throws {
        let chain = try ConnectionChain()
        let decoy = try RawListener(chain.loop)

        let client = try TLSPeer(chain, account: "web", connectingTo: chain.inbound)
        try chain.wait { !client.peer.received.isEmpty }
        try chain.applyDestination(.strict, decoy: decoy.address)
        #expect(try client.advance())
        try client.send("for the application")
        try chain.wait { !chain.application.peers.isEmpty || !decoy.peers.isEmpty }

        try chain.wait { chain.application.peers.first?.text == "for the application" }
        #expect(decoy.peers.isEmpty)
    }

    @Test(arguments: [true, false])
    func `a client that waits for the server to speak is taken for plain text after the timeout, or closed`(
        continues: Bool
    ) throws {
        let chain = try ConnectionChain()
        try chain.applyDestination(.permissive) { listener in
            listener.inspectionTimeout = .milliseconds(40)
            listener.continuesAfterInspectionTimeout = continues
        }
        chain.application.onAccept = { $0.send("greeting") }

        let client = try RawPeer(chain.loop, connectingTo: chain.inbound)
        try chain.wait { client.text == "greeting" || client.hasEnded }

        #expect(client.hasEnded == !continues)
        #expect(chain.application.peers.count == (continues ? 1 : 0))
    }

    @Test func `a peer that leaves before it is known leaves nothing behind`() throws {
        let chain = try ConnectionChain(.permissive)

        let silent = try RawPeer(chain.loop, connectingTo: chain.inbound)
        let half = try RawPeer(chain.loop, connectingTo: chain.inbound)
        half.send([22, 3])
        try chain.wait { chain.active(chain.destination) == 2 }
        silent.close()
        half.endSending()
        try chain.wait { chain.active(chain.destination) == 0 && (half.hasEnded || half.isBroken) }

        #expect(chain.application.peers.isEmpty)
    }

    @Test func `TLS is passed through by the name that it asks for`() throws {
        let chain = try ConnectionChain(.disable)
        let wild = try RawListener(chain.loop)
        func chained(_ names: [String], _ cluster: String) -> FilterChain {
            FilterChain(serverNames: names, filter: .tcp(TCPProxy(statPrefix: cluster, target: .cluster(cluster))))
        }
        try chain.applySource(
            listeners: [
                ConnectionChain.listener(
                    chain.outbound, [chained(["db.example"], "exact"), chained(["*.example"], "wild")], inspects: true)
            ],
            clusters: [
                ConnectionChain.cluster("exact", [chain.application.address]),
                ConnectionChain.cluster("wild", [wild.address]),
            ])
        func hello(_ name: String?) throws -> (peer: RawPeer, bytes: [UInt8]) {
            let bytes = try clientHello(serverName: name)
            let peer = try chain.connect()
            peer.send(bytes)
            return (peer, bytes)
        }

        let exact = try hello("db.example")
        let other = try hello("www.example")
        try chain.wait {
            chain.application.peers.first?.received == exact.bytes && wild.peers.first?.received == other.bytes
        }
        let nobody = try hello("elsewhere.test")
        let nameless = try hello(nil)
        try chain.wait { [nobody.peer, nameless.peer].allSatisfy { $0.hasEnded || $0.isBroken } }

        #expect(chain.application.peers.count == 1 && wild.peers.count == 1)
        chain.application.peers[0].send("from the exact one")
        try chain.wait { exact.peer.text == "from the exact one" }
    }

    @Test func `draining takes no more connections and lets those that stand end`() throws {
        let chain = try ConnectionChain()
        let (client, server) = try chain.pair()

        var cut: Int?
        chain.source.drain(DrainPlan(deadline: .seconds(60), sparesIdle: false)) { cut = $0 }
        let late = try chain.connect()
        try chain.wait { late.isBroken }
        client.send("last words")
        try chain.wait { server.text == "last words" }
        #expect(cut == nil)
        client.close()
        try chain.wait { server.hasEnded }
        server.close()

        try chain.wait { cut == 0 }
    }

    @Test func `what does not end is reset at the deadline`() throws {
        let chain = try ConnectionChain()
        let (client, server) = try chain.pair()

        var cut: Int?
        chain.source.drain(DrainPlan(deadline: .milliseconds(30), sparesIdle: false)) { cut = $0 }
        try chain.wait { cut != nil && client.isBroken && (server.isBroken || server.hasEnded) }

        // Nobody knows whether a silent connection was done.
        #expect(cut == 0)
        #expect(chain.active(chain.source) == 0)
    }

    @Test func `a listener that leaves the configuration takes no more connections`() throws {
        let chain = try ConnectionChain()
        let (client, server) = try chain.pair()

        try chain.applySource(listeners: [], clusters: [])
        let late = try chain.connect()
        try chain.wait { late.isBroken }
        client.send("still here")

        try chain.wait { server.text == "still here" }
    }
}
