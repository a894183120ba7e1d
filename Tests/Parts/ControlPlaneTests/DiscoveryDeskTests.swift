import ControlPlane
import Discovery
import JSONWire
import MeshConfig
import Quantities
import Testing

@Suite struct `The discovery desk` {
    @Test func `answers a proxy that has nothing, and not one that has everything`() throws {
        let scene = try Scene()

        let first = try #require(scene.ask(.routes, version: "").answer)
        let second = scene.ask(.routes, version: first.version)

        #expect(first.body["type_url"] == .string(ResourceType.routes.typeURL))
        #expect(first.body["resources"]?[0]?["weights"] == "90:10")
        #expect(second.outcome == .unchanged)
    }

    @Test func `holds a request until the configuration changes, and answers it at once`() throws {
        let scene = try Scene()
        let version = try #require(scene.ask(.routes, version: "").answer).version

        let waiting = scene.ask(.routes, version: version, waits: true)
        #expect(waiting.outcome == nil)
        try scene.moveWeights(v1: 0, v2: 100)

        let answer = try #require(waiting.answer)
        #expect(answer.body["resources"]?[0]?["weights"] == "0:100")
        #expect(answer.version != version)
    }

    @Test func `lets a request wait on through a change that does not concern it`() throws {
        let scene = try Scene()
        let version = try #require(scene.ask(.clusters, version: "").answer).version
        let waiting = scene.ask(.clusters, version: version, waits: true)

        try scene.moveWeights(v1: 0, v2: 100)

        #expect(waiting.outcome == nil)
        scene.desk.timeOut(try #require(waiting.waiter))
        #expect(waiting.outcome == .unchanged)
    }

    @Test func `does not answer a proxy that went away`() throws {
        let scene = try Scene()
        let version = try #require(scene.ask(.routes, version: "").answer).version
        let waiting = scene.ask(.routes, version: version, waits: true)

        scene.desk.forget(try #require(waiting.waiter))
        try scene.moveWeights(v1: 0, v2: 100)

        #expect(waiting.outcome == nil)
    }

    @Test func `hands out only the resources that were named`() throws {
        let scene = try Scene()

        let answer = try #require(scene.ask(.clusters, version: "", names: ["b"]).answer)

        #expect(answer.body["resources"]?.array?.map { $0["name"] } == ["b"])
    }

    @Test func `answers clusters and endpoints before listeners and routes`() throws {
        let scene = try Scene()
        let types: [ResourceType] = [.routes, .listeners, .endpoints, .clusters]
        var order: [ResourceType] = []
        for type in types {
            let version = try #require(scene.ask(type, version: "").answer).version
            let request = DiscoveryRequest(versionInfo: version, node: scene.node)
            _ = scene.desk.ask(request, type: type, waits: true) { _ in order.append(type) }
        }

        scene.world.generation += 1
        try scene.moveWeights(v1: 0, v2: 100)

        #expect(order == [.clusters, .endpoints, .listeners, .routes])
    }

    @Test func `answers who waits when something beside the configuration has changed`() throws {
        let scene = try Scene()
        let version = try #require(scene.ask(.listeners, version: "").answer).version
        let waiting = scene.ask(.listeners, version: version, waits: true)

        scene.desk.reconsider()
        #expect(waiting.answer == nil)
        scene.world.generation += 1
        scene.desk.reconsider()

        #expect(try #require(waiting.answer).version != version)
    }

    @Test func `knows who runs with which revision`() throws {
        let scene = try Scene()
        let revision = scene.bench.configuration.store.revision
        #expect(scene.desk.status().isEmpty)

        let version = try #require(scene.ask(.routes, version: "").answer).version
        #expect(scene.status?.parts[.routes]?.sync == .stale)
        #expect(scene.status?.revisionInForce == nil)
        let waiting = scene.ask(.routes, version: version, waits: true)
        #expect(scene.status?.parts[.routes]?.sync == .synced)
        #expect(scene.status?.revisionInForce == revision)
        try scene.moveWeights(v1: 0, v2: 100)
        #expect(scene.status?.parts[.routes]?.sync == .stale)
        #expect(scene.status?.revisionInForce == revision)
        _ = scene.ask(.routes, version: try #require(waiting.answer).version, waits: true)

        #expect(scene.status?.revisionInForce == revision.next)
        let report = SyncReport.json(scene.desk.status())
        #expect(report[0]?["proxy"] == "web-v1.shop")
        #expect(report[0]?["route_status"] == "SYNCED")
        #expect(report[0]?["listener_status"] == "NOT SENT")
        #expect(report[0]?["revision_in_force"] == .integer(revision.next.number))
    }

    @Test func `remembers what a proxy refused last, and since when it is there`() throws {
        let scene = try Scene()
        _ = scene.ask(.routes, version: "")
        scene.world.time = scene.world.time.advanced(by: .seconds(20))
        let request = DiscoveryRequest(versionInfo: "", node: scene.node, errorDetail: "no such cluster")
        _ = scene.desk.ask(request, type: .routes, waits: false) { _ in }
        #expect(scene.status?.refusal == "no such cluster")
        scene.world.time = scene.world.time.advanced(by: .seconds(5))
        let version = try #require(scene.ask(.routes, version: "").answer).version
        _ = scene.ask(.routes, version: version)

        #expect(scene.status?.refusal == nil)
        #expect(scene.status?.lastRefusal?.text == "no such cluster")
        #expect(scene.status?.lastRefusal?.ago == .seconds(5))
        #expect(scene.status?.connectedFor == .seconds(25))
        let report = SyncReport.json(scene.desk.status())
        #expect(report[0]?["last_refusal"]?["message"] == "no such cluster")
        #expect(report[0]?["last_refusal"]?["seconds_ago"]?.double == 5)
        #expect(report[0]?["connected_seconds"]?.double == 25)
        #expect(report[0]?["address"] == "127.0.1.2")
        // A silence ends it.
        scene.world.time = scene.world.time.advanced(by: .seconds(90))
        _ = scene.ask(.routes, version: version)
        #expect(scene.status?.connectedFor == .zero)
    }

    @Test func `counts a proxy that a change does not concern as up to date`() throws {
        let scene = try Scene()
        let version = try #require(scene.ask(.clusters, version: "").answer).version
        _ = scene.ask(.clusters, version: version, waits: true)

        try scene.moveWeights(v1: 0, v2: 100)

        #expect(scene.status?.revisionInForce == scene.bench.configuration.store.revision)
    }

    @Test func `forgets proxies that stay silent`() throws {
        let scene = try Scene()
        let version = try #require(scene.ask(.clusters, version: "").answer).version
        let waiting = scene.ask(.clusters, version: version, waits: true)
        scene.world.time = scene.world.time.advanced(by: .seconds(601))
        #expect(scene.status?.isConnected == true)

        scene.desk.forget(try #require(waiting.waiter))
        scene.world.time = scene.world.time.advanced(by: .seconds(11))
        #expect(scene.status?.isConnected == false)
        scene.world.time = scene.world.time.advanced(by: .seconds(600))

        #expect(scene.status == nil)
    }
}

/// What the translation sees besides the configuration.
private final class World {
    var generation = 0
    var time = MonotonicTime(nanoseconds: 1)
}

private struct Scene {
    let bench: Bench
    let desk: DiscoveryDesk
    let world = World()
    let node = Node(id: "sidecar~127.0.1.2~web-v1.shop~shop.svc.cluster.local")

    init() throws {
        let bench = try Bench()
        let world = world
        self.bench = bench
        desk = DiscoveryDesk(bench.configuration, now: { world.time }) { _, _ in
            let route = bench.configuration.store.objects.last { $0.key.kind == .virtualService }
            let weights = (route?.body.value(at: "/spec/http/0/route")?.array ?? []).map { $0["weight"]?.text ?? "" }
            let names = ["a", "b"].map { name in
                DiscoveryDesk.NamedResource(
                    name: name, json: ["name": .string(name), "generation": .integer(Int64(world.generation))])
            }
            return [
                .clusters: names, .endpoints: names, .listeners: names,
                .routes: [.init(name: "15001", json: ["weights": .string(weights.joined(separator: ":"))])],
            ]
        }
    }

    var status: ProxyStatus? { desk.status().first }

    /// A request, and what has come of it so far.
    final class Asked {
        var outcome: DiscoveryDesk.Outcome?
        var waiter: DiscoveryDesk.WaiterID?

        var answer: (version: String, body: JSONValue)? {
            guard case .answer(let version, let body)? = outcome, let json = try? JSONValue.parse(body) else {
                return nil
            }
            return (version, json)
        }
    }

    func ask(_ type: ResourceType, version: String, names: [String] = [], waits: Bool = false) -> Asked {
        let asked = Asked()
        let request = DiscoveryRequest(versionInfo: version, node: node, resourceNames: names)
        asked.waiter = desk.ask(request, type: type, waits: waits) { asked.outcome = $0 }
        return asked
    }

    func moveWeights(v1: Int64, v2: Int64) throws {
        let reply = try bench.send("PUT", Canary.route, Canary.virtualService(v1: v1, v2: v2))
        try #require(reply.status == 200, "\(reply.body)")
    }
}
