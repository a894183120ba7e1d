import HTTPTransport
import MeshModel
import Quantities
import SystemIO
import TestSupport
import Testing

@testable import Collector

/// A cluster's pods under a collector, on real sockets.
@Suite struct PodFeedTests {
    private let loop: EventLoop
    private let api: FakeKubernetes
    private let mailbox = Mailbox()

    init() throws {
        loop = try EventLoop()
        api = try FakeKubernetes(loop)
    }

    @Test func `pods are read by pages and watched from there on`() throws {
        let targets = try (0..<3).map { _ in try FakeTarget(loop) }
        api.pods = zip(["cart", "order", "pay"], targets).map { FakeKubernetes.pod($0, port: $1.port) }
        let collector = try collect(mailbox, TargetSources(clusters: [api.cluster()]))
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.up.count == 3 && api.watches == 1 })
        #expect(mailbox.newest?.targets.compactMap(\.workload?.app).sorted() == ["cart", "order", "pay"])
        #expect(
            api.requests == [
                "/api/v1/pods?limit=500", "/api/v1/pods?limit=500&continue=2",
                "/api/v1/pods?watch=true&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=100",
            ])
        #expect(api.heads.allSatisfy { $0.contains("authorization: Bearer abc") })

        // When: one goes, one comes, one changes.
        let new = try FakeTarget(loop)
        api.event("DELETED", FakeKubernetes.pod("cart", port: targets[0].port))
        api.event("ADDED", FakeKubernetes.pod("stock", port: new.port))
        api.event("MODIFIED", FakeKubernetes.pod("order", port: targets[1].port, phase: "Failed"))
        #expect(
            runs(loop) { mailbox.up.sorted() == ["127.0.0.1:\(targets[2].port)", "127.0.0.1:\(new.port)"].sorted() })

        // And: an event comes in pieces, among bookmarks and empty lines.
        api.event("BOOKMARK", #"{"metadata":{"resourceVersion":"250"}}"#)
        let event = "{\"type\":\"ADDED\",\"object\":\(FakeKubernetes.pod("cart", port: targets[0].port))}\n"
        for piece in ["\n", String(event.prefix(40)), String(event.dropFirst(40))] { api.say(piece) }
        #expect(runs(loop) { mailbox.up.count == 3 })

        // And: after a watch that ends the list is read again.
        api.pods.removeFirst()
        api.endWatches()
        #expect(runs(loop) { mailbox.up.count == 2 && api.watches == 1 })
        #expect(mailbox.notices.isEmpty)
    }

    @Test(arguments: [
        ("an expired version", "{\"type\":\"ERROR\",\"object\":{\"code\":410,\"message\":\"too old\"}}\n"),
        ("a line that is no JSON", "<html>\n"), ("an event without an object", "{\"type\":\"ADDED\"}\n"),
        ("an error", "{\"type\":\"ERROR\",\"object\":{\"code\":500,\"message\":\"etcd is away\"}}\n"),
    ])
    func `after a watch that goes wrong the list is read again`(name: String, line: String) throws {
        let targets = try (0..<2).map { _ in try FakeTarget(loop) }
        api.pods = [FakeKubernetes.pod("cart", port: targets[0].port)]
        let collector = try collect(mailbox, TargetSources(clusters: [api.cluster()]))
        defer { collector.stop() }
        #expect(runs(loop) { mailbox.up.count == 1 && api.watches == 1 })

        api.pods.append(FakeKubernetes.pod("order", port: targets[1].port))
        api.say(line)

        #expect(runs(loop) { mailbox.up.count == 2 })
        #expect(runs(loop) { mailbox.notices.isEmpty })
    }

    @Test func `a server that is away takes no target with it`() throws {
        let target = try FakeTarget(loop)
        api.pods = [FakeKubernetes.pod("cart", port: target.port)]
        let collector = try collect(mailbox, TargetSources(clusters: [api.cluster()]))
        defer { collector.stop() }
        #expect(runs(loop) { mailbox.up.count == 1 && api.watches == 1 })

        api.refusal = ("403 Forbidden", "{}")
        api.cutWatches()

        #expect(runs(loop) { mailbox.notices.first?.contains("reading them needs the verbs list and watch") ?? false })
        #expect(mailbox.notices.first?.hasSuffix("; the last list of pods still counts") == true)
        #expect(mailbox.up.count == 1)
        // And: it comes back.
        api.refusal = nil
        api.pods = []
        #expect(runs(loop) { mailbox.all.isEmpty && mailbox.notices.isEmpty })
    }

    @Test func `namespaces are followed each by itself and handed on together`() throws {
        let target = try FakeTarget(loop)
        api.pods = [FakeKubernetes.pod("cart", port: target.port)]
        let collector = try collect(mailbox, TargetSources(clusters: [api.cluster(namespaces: ["shop", "vault"])]))
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.up.count == 1 && api.watches == 2 })
        #expect(
            Set(api.requests.prefix(2)) == [
                "/api/v1/namespaces/shop/pods?limit=500", "/api/v1/namespaces/vault/pods?limit=500",
            ])
    }

    @Test func `traffic of a cluster's pods is in the graph`() throws {
        let telemetry = Telemetry("destination web/v1@shop -> cart/v1@shop cart.shop 200 x10")
        var times = 0.0
        let target = try FakeTarget(loop) { _ in
            times += 1
            return HTTPResponse(
                status: 200, headers: ["content-type": "text/plain; version=0.0.4"],
                body: telemetry.exposition(of: "cart/v1@shop", times: times))
        }
        api.pods = [FakeKubernetes.pod("cart", port: target.port, workload: "cart-v1")]
        let collector = try collect(mailbox, TargetSources(clusters: [api.cluster()]))
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.newest?.edges.contains { $0.traffic.rate.value > 0 } ?? false })
        #expect(mailbox.newest?.edges.first?.id.text == "app/shop/web/v1 > app/shop/cart/v1 (http)")
        // And: what its pods tell of it is, too.
        let cart = mailbox.newest?.nodes.first { $0.id.text == "app/shop/cart/v1" }
        #expect(cart?.marks.contains(.outOfMesh) == true)
    }
}
