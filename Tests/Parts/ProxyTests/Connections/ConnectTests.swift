import Discovery
import Quantities
import SystemIO
import TestSupport
import Testing
import TrafficPolicy

@testable import Proxy

@Suite("Upstream connections")
struct ConnectTests {
    @Test func `an upstream that is gone closes the downstream, UF and URX`() throws {
        let chain = try ConnectionChain()
        try chain.applySource(endpoints: [try unusedAddress()])

        let client = try chain.connect()
        try chain.wait { client.hasEnded || client.isBroken }

        #expect(
            chain.counts(chain.source, "response_flags=\"UF,URX\"", "destination_workload=\"cache-v1\"")
                == ConnectionCounts(opened: 1, closed: 1))
        #expect(chain.source.metrics.events.upstreamConnectFailures == 1)
        #expect(chain.source.report.endpoints.first?.connectFailures == 1)
        #expect(chain.source.report.endpoints.first?.activeRequests == 0)
    }

    @Test func `another attempt goes elsewhere`() throws {
        let chain = try ConnectionChain()
        try chain.applySource(endpoints: [try unusedAddress(), chain.inbound], attempts: 2)

        for _ in 0..<12 {
            let (client, server) = try chain.pair()
            client.close()
            try chain.wait { server.hasEnded }
            server.close()
        }
        try chain.wait { chain.active(chain.source) == 0 }

        #expect(chain.counts(chain.source).opened == 12)
        #expect(chain.counts(chain.source, "URX").opened == 0)
        // Whether the first draw meets the closed port is chance; after that it is avoided for a second.
        #expect(chain.source.metrics.events.upstreamConnectFailures <= 2)
    }

    @Test func `attempts end at their limit`() throws {
        let chain = try ConnectionChain()
        try chain.applySource(endpoints: [try unusedAddress()], attempts: 3)

        let client = try chain.connect()
        try chain.wait { client.hasEnded || client.isBroken }

        #expect(chain.source.metrics.events.upstreamConnectFailures == 3)
        #expect(chain.counts(chain.source, "response_flags=\"UF,URX\"").closed == 1)
    }

    @Test func `a cluster without endpoints is UH, one that nobody knows is NR`() throws {
        let chain = try ConnectionChain()

        try chain.applySource(endpoints: [])
        let first = try chain.connect()
        try chain.wait { first.hasEnded }
        let proxy = TCPProxy(statPrefix: "x", target: .cluster("nowhere"))
        try chain.applySource(
            listeners: [ConnectionChain.listener(chain.outbound, [FilterChain(filter: .tcp(proxy))])], clusters: [])
        let second = try chain.connect()
        try chain.wait { second.hasEnded }

        #expect(chain.counts(chain.source, "response_flags=\"UH\"").closed == 1)
        #expect(
            chain.counts(chain.source, "response_flags=\"NR\"", "destination_service=\"BlackHoleCluster\"").closed == 1)
    }

    @Test func `an upstream of another identity gets no byte`() throws {
        let chain = try ConnectionChain()
        try chain.applySource(endpoints: [chain.inbound], accepting: "somebody-else")

        let client = try chain.connect()
        client.send("secret")
        try chain.wait { client.hasEnded || client.isBroken }

        #expect(chain.counts(chain.source, "response_flags=\"UF,URX\"").closed == 1)
        #expect(chain.application.peers.allSatisfy { $0.received.isEmpty })
    }

    @Test func `a handshake that does not end runs into the connect timeout`() throws {
        let chain = try ConnectionChain()
        let silent = try RawListener(chain.loop)
        try chain.applySource(endpoints: [silent.address]) { $0.connectTimeout = .milliseconds(30) }

        let client = try chain.connect()
        try chain.wait { client.hasEnded || client.isBroken }

        #expect(chain.counts(chain.source, "response_flags=\"UF,URX\"").closed == 1)
        try chain.wait { silent.peers.first?.hasEnded == true || silent.peers.first?.isBroken == true }
    }

    @Test func `connections above a cluster's limit are closed, UO, until there is room again`() throws {
        let chain = try ConnectionChain()
        try chain.applySource(endpoints: [chain.inbound]) { $0.limits = CircuitBreakerLimits(connections: 1) }

        let (first, server) = try chain.pair()
        let second = try chain.connect()
        try chain.wait { second.hasEnded }
        first.close()
        try chain.wait { server.hasEnded }
        server.close()
        try chain.wait { chain.active(chain.source) == 0 }
        let third = try chain.pair()

        #expect(chain.counts(chain.source, "response_flags=\"UO\"").closed == 1)
        #expect(chain.active(chain.source) == 1)
        third.client.close()
    }

    @Test func `failed connections count for outlier detection`() throws {
        let chain = try ConnectionChain()
        try chain.applySource(endpoints: [try unusedAddress(), chain.inbound], attempts: 2) { cluster in
            cluster.outlierDetection = OutlierDetection(serverErrors: 1, maximumEjectionPercent: 100)
        }

        for _ in 0..<8 {
            let (client, server) = try chain.pair()
            client.close()
            try chain.wait { server.hasEnded }
            server.close()
        }
        // With eight choices among two, one in 256 runs never meets the closed port.
        let met = chain.source.metrics.events.upstreamConnectFailures > 0

        #expect(chain.source.report.endpoints.contains { $0.isEjected } == met)
    }

    @Test func `weights are drawn once a connection, and the same seed draws the same`() throws {
        let chain = try ConnectionChain(.disable)
        let other = try RawListener(chain.loop)
        let proxy = TCPProxy(
            statPrefix: "split", target: .weighted([.init(name: "a", weight: 3), .init(name: "b", weight: 1)]))
        try chain.applySource(
            listeners: [ConnectionChain.listener(chain.outbound, [FilterChain(filter: .tcp(proxy))])],
            clusters: [
                ConnectionChain.cluster("a", [chain.application.address]),
                ConnectionChain.cluster("b", [other.address]),
            ])
        chain.source.random = RandomSource(seed: 42)
        var expectation = RandomSource(seed: 42)
        let weights = WeightedClusters([(ClusterIndex(0), 3), (ClusterIndex(1), 1)])
        var expected = [0, 0]

        for _ in 0..<60 {
            let share = try #require(weights.pickShare(draw: expectation.next()))
            expected[share] += 1
            let client = try chain.connect()
            client.send("one")
            client.send("two")
            try chain.wait { [chain.application.peers.count, other.peers.count] == expected }
            client.close()
        }

        #expect(expected[0] > 30 && expected[1] > 5)
    }

    @Test func `one address stays with one endpoint where the cluster hashes`() throws {
        let chain = try ConnectionChain(.disable)
        let others = try (0..<4).map { _ in try RawListener(chain.loop) }
        let proxy = TCPProxy(statPrefix: "x", target: .cluster("hashed"), hashesSourceAddress: true)
        var cluster = ConnectionChain.cluster("hashed", others.map(\.address))
        cluster.balancing = .maglev
        try chain.applySource(
            listeners: [ConnectionChain.listener(chain.outbound, [FilterChain(filter: .tcp(proxy))])],
            clusters: [cluster])

        for count in 1...10 {
            let client = try chain.connect()
            try chain.wait { others.reduce(0) { $0 + $1.peers.count } == count }
            client.close()
        }

        #expect(others.map(\.peers.count).sorted() == [0, 0, 0, 10])
    }
}
