import JSONWire
import Quantities
import SystemIO
import TestSupport
import Testing

@testable import Proxy

@Suite("Relayed connections")
struct RelayTests {
    @Test(arguments: [ConnectionChain.Mode.strict, .permissive, .disable])
    func `bytes pass both ways and both proxies count them`(mode: ConnectionChain.Mode) throws {
        let chain = try ConnectionChain(mode)
        let (client, server) = try { () throws in
            let client = try chain.connect()
            // A permissive port looks at the first bytes before it connects.
            client.send("question")
            try chain.wait { chain.application.peers.first?.text == "question" }
            return (client, try #require(chain.application.peers.first))
        }()
        server.send("the answer")
        try chain.wait { client.text == "the answer" }
        client.close()
        try chain.wait { server.hasEnded }
        server.close()
        try chain.wait { chain.active(chain.source) == 0 && chain.active(chain.destination) == 0 }

        let whole = ConnectionCounts(opened: 1, closed: 1, sent: 10, received: 8)
        let isSecure = mode != .disable
        #expect(
            chain.counts(
                chain.source, "reporter=\"source\"", "source_workload=\"web-v1\"",
                "destination_workload=\"cache-v1\"", "request_protocol=\"tcp\"", "response_flags=\"-\"",
                "destination_service=\"cache.shop.svc.cluster.local\"", "connection_security_policy=\"unknown\"",
                isSecure
                    ? "destination_principal=\"spiffe://cluster.local/ns/shop/sa/cache\""
                    : "destination_principal=\"unknown\"") == whole)
        #expect(
            chain.counts(
                chain.destination, "reporter=\"destination\"", "destination_workload=\"cache-v1\"",
                "response_flags=\"-\"",
                isSecure
                    ? "source_principal=\"spiffe://cluster.local/ns/shop/sa/web\"" : "source_principal=\"unknown\"",
                isSecure ? "source_workload=\"web-v1\"" : "source_workload=\"unknown\"",
                isSecure ? "source_workload_namespace=\"shop\"" : "source_workload_namespace=\"unknown\"",
                "connection_security_policy=\"\(isSecure ? "mutual_tls" : "none")\"") == whole)
    }

    @Test(arguments: [ConnectionChain.Mode.strict, .disable])
    func `a server may speak first`(mode: ConnectionChain.Mode) throws {
        let chain = try ConnectionChain(mode)
        chain.application.onAccept = { $0.send("hello, I am a database") }

        let client = try chain.connect()
        try chain.wait { client.text == "hello, I am a database" }

        #expect(chain.active(chain.source) == 1)
    }

    @Test(arguments: [ConnectionChain.Mode.strict, .disable])
    func `a client that has ended its direction still gets its answer`(mode: ConnectionChain.Mode) throws {
        let chain = try ConnectionChain(mode)
        let (client, server) = try chain.pair()

        client.send("question")
        client.endSending()
        try chain.wait { server.hasEnded }
        #expect(server.text == "question")
        #expect(!client.hasEnded)
        server.send("answer")
        try chain.wait { client.text == "answer" }
        #expect(!client.hasEnded)
        server.close()
        try chain.wait { client.hasEnded && chain.active(chain.source) == 0 && chain.active(chain.destination) == 0 }

        #expect(!client.isBroken)
    }

    @Test(arguments: [ConnectionChain.Mode.strict, .disable])
    func `a server that has ended its direction still hears its client`(mode: ConnectionChain.Mode) throws {
        let chain = try ConnectionChain(mode)
        let (client, server) = try chain.pair()

        server.send("all I have to say")
        server.endSending()
        try chain.wait { client.hasEnded }
        #expect(client.text == "all I have to say")
        client.send("and I")
        try chain.wait { server.text == "and I" }
        #expect(!server.hasEnded)
        client.close()
        try chain.wait { server.hasEnded && chain.active(chain.source) == 0 && chain.active(chain.destination) == 0 }

        #expect(!server.isBroken)
    }

    @Test(arguments: [ConnectionChain.Mode.strict, .disable])
    func `megabytes arrive equal, both ways at once`(mode: ConnectionChain.Mode) throws {
        let chain = try ConnectionChain(mode)
        let (client, server) = try chain.pair()
        var random = RandomSource(seed: 5)
        let up = (0..<400_000).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
        let down = Array(up.reversed())

        client.send(up)
        server.send(down)
        client.endSendingWhenSent(chain.loop)
        server.endSendingWhenSent(chain.loop)
        try chain.wait { client.hasEnded && server.hasEnded }

        #expect(server.received == up)
        #expect(client.received == down)
        try chain.wait { chain.active(chain.source) == 0 }
        #expect(chain.counts(chain.source).received == UInt64(up.count))
        #expect(chain.counts(chain.source).sent == UInt64(down.count))
        #expect(chain.counts(chain.destination).received == UInt64(up.count))
    }

    @Test(arguments: [ConnectionChain.Mode.strict, .disable], [true, false])
    func `a slow reader holds the writer up, and memory stays small`(
        mode: ConnectionChain.Mode, isUpwards: Bool
    ) throws {
        let chain = try ConnectionChain(mode)
        let (client, server) = try chain.pair()
        let (writer, reader) = isUpwards ? (client, server) : (server, client)
        let total = 48 << 20
        var mostBuffered = 0
        func look() {
            mostBuffered = max(
                mostBuffered, chain.source.connections.bufferedBytes, chain.destination.connections.bufferedBytes)
        }

        reader.isPaused = true
        writer.send(Array(repeating: 7, count: total))
        // What the kernel's buffers on the way take; then nothing moves any more.
        var before = -1
        try chain.wait {
            look()
            defer { before = writer.unsentCount }
            return writer.unsentCount == before
        }
        #expect(writer.unsentCount > total / 2)
        reader.isPaused = false
        try chain.wait {
            look()
            return reader.received.count == total
        }

        // One read's worth each way, and what records add to it.
        #expect(mostBuffered > 0 && mostBuffered <= 68 * 1024, "\(mostBuffered)")
        #expect(reader.received.allSatisfy { $0 == 7 })
    }

    @Test(arguments: [ConnectionChain.Mode.strict, .disable])
    func `a reset passes through, whoever makes it`(mode: ConnectionChain.Mode) throws {
        let chain = try ConnectionChain(mode)

        let first = try chain.pair()
        first.client.reset()
        try chain.wait { first.server.isBroken }
        let second = try chain.pair()
        second.server.reset()
        try chain.wait { second.client.isBroken && chain.active(chain.source) == 0 }

        #expect(chain.counts(chain.source).closed == 2)
    }

    @Test func `a reset is noticed while the other side reads nothing`() throws {
        let chain = try ConnectionChain(.disable)
        let (client, server) = try chain.pair()

        server.isPaused = true
        client.send(Array(repeating: 1, count: 32 << 20))
        rests(chain.loop, milliseconds: 50)
        client.reset()
        try chain.wait { chain.active(chain.source) == 0 && chain.active(chain.destination) == 0 }
        server.isPaused = false

        try chain.wait { server.isBroken }
    }

    @Test func `a connection that stays silent is closed on both sides`() throws {
        let chain = try ConnectionChain(.disable, idleTimeout: .milliseconds(400))
        let (client, server) = try chain.pair()

        // As long as something moves it is not idle.
        for round in 1...10 {
            rests(chain.loop, milliseconds: 50)
            (round % 2 == 0 ? client : server).send("x")
        }
        #expect(!client.hasEnded && !server.hasEnded)
        try chain.wait { client.hasEnded && server.hasEnded }

        #expect(chain.counts(chain.source, "response_flags=\"-\"").closed == 1)
    }

    @Test func `the admin pages show connections and their listeners`() throws {
        let chain = try ConnectionChain()
        _ = try chain.pair()
        _ = try chain.pair()

        let report = chain.source.report
        let lines = AdminPages.clusters(report.endpoints)
        let json = AdminPages.clustersJSON(report.endpoints).text

        #expect(lines.contains("\(ConnectionChain.cluster)::\(chain.inbound)::cx_active::2\n"))
        #expect(json.contains("{\"name\":\"cx_active\",\"value\":\"2\",\"type\":\"GAUGE\"}"))
        #expect(report.listeners == [WorkerReport.Listener(name: "outbound", address: chain.outbound)])
        #expect(report.page.events.activeConnections == 2)
    }

    @Test func `a configuration that changes leaves connections that stand alone`() throws {
        let chain = try ConnectionChain()
        let (client, server) = try chain.pair()

        try chain.applyDestination(.permissive)
        try chain.applySource(endpoints: [])
        client.send("still here")
        try chain.wait { server.text == "still here" }

        #expect(chain.active(chain.source) == 1)
    }

    @Test func `what moved is told every few seconds, not only at the end`() throws {
        let chain = try ConnectionChain(.disable, flushInterval: .milliseconds(10))
        let (client, server) = try chain.pair()

        client.send("abc")
        try chain.wait { chain.counts(chain.source).received == 3 }
        server.send("de")
        try chain.wait { chain.counts(chain.source).sent == 2 }
        client.send("f")
        try chain.wait { chain.counts(chain.source).received == 4 }

        #expect(chain.counts(chain.source).opened == 1)
        #expect(chain.counts(chain.source).closed == 0)
        #expect(server.text == "abcf")
    }
}

extension RawPeer {
    /// Ends our direction once the socket has taken everything.
    func endSendingWhenSent(_ loop: EventLoop) {
        guard unsentCount > 0 else { return endSending() }
        loop.schedule(after: .milliseconds(1)) { self.endSendingWhenSent(loop) }
    }
}
