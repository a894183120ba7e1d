import Discovery
import JSONWire
import Quantities
import Testing

@testable import Proxy

@Suite("Discovery state")
struct DiscoveryStateTests {
    private let node = Node(id: "sidecar~127.0.0.1~a.b~b.svc.cluster.local")
    private let start = MonotonicTime(nanoseconds: 1_000_000_000)

    @Test func `routes wait until their cluster and its endpoints are here`() {
        var state = primed()

        let routes = state.accept(response([routeConfiguration(to: "v2").resource], "r2"), type: .routes, now: start)
        let clusters = state.accept(
            response([cluster("v1").resource, cluster("v2").resource], "c2"), type: .clusters, now: start)
        let before = state.resources.routes
        let endpoints = state.accept(
            response([assignment("v1").resource, assignment("v2").resource], "e2"), type: .endpoints, now: start)

        #expect(routes == .unchanged)
        #expect(clusters == .changed)
        #expect(before == [routeConfiguration(to: "v1")])
        #expect(endpoints == .changed)
        #expect(state.resources.routes == [routeConfiguration(to: "v2")])
        #expect(state.resources.versions[.routes] == "r2")
    }

    @Test func `routes wait no longer than their patience`() {
        var state = primed()
        _ = state.accept(response([routeConfiguration(to: "v9").resource], "r2"), type: .routes, now: start)

        let early = state.tick(now: start.advanced(by: .seconds(2)))
        let late = state.tick(now: start.advanced(by: DiscoveryState.patience))

        #expect(early == .unchanged)
        #expect(late == .changed)
        #expect(state.resources.routes == [routeConfiguration(to: "v9")])
    }

    @Test func `a cluster stays while a route names it`() {
        var state = primed()
        _ = state.accept(response([cluster("v2").resource], "c2"), type: .clusters, now: start)
        let names = state.resources.clusters.map(\.name)
        _ = state.accept(response([assignment("v2").resource], "e2"), type: .endpoints, now: start)

        _ = state.accept(response([routeConfiguration(to: "v2").resource], "r2"), type: .routes, now: start)

        #expect(names == ["v2", "v1"])
        #expect(state.resources.clusters.map(\.name) == ["v2"])
        #expect(state.resources.endpoints.map(\.clusterName) == ["v2"])
    }

    @Test func `an answer that cannot be read changes nothing and keeps its version`() {
        var state = primed()
        let before = state.resources

        let outcome = state.accept(
            response([["name": "x", "nonsense": true]], "c9"), type: .clusters, now: start)

        guard case .refused(let message) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(message.contains("nonsense"))
        #expect(state.resources == before)
        #expect(state.request(for: .clusters, node: node)?.versionInfo == "c1")
    }

    @Test func `polls ask for what listeners and clusters need`() {
        let state = primed()

        #expect(state.request(for: .listeners, node: node)?.resourceNames == [])
        #expect(state.request(for: .routes, node: node)?.resourceNames == ["15001"])
        #expect(state.request(for: .endpoints, node: node)?.resourceNames == ["v1"])
        #expect(DiscoveryState(resources: ResourceSet()).request(for: .routes, node: node) == nil)
    }

    @Test func `the stored set is read back equal and only by its own node`() throws {
        let resources = primed().resources

        let stored = resources.stored(node: node.id)
        let text = stored.text

        #expect(try ResourceSet(stored: JSONValue(parsing: text), node: node.id) == resources)
        #expect(throws: ProxyError.self) { try ResourceSet(stored: stored, node: "sidecar~other") }
        #expect(throws: ProxyError.self) { try ResourceSet(stored: ["format": 99], node: node.id) }
    }

    // MARK: Pieces

    /// A listener with the routes `15001`, which send all to `v1`.
    private func primed() -> DiscoveryState {
        var state = DiscoveryState(resources: ResourceSet())
        let manager = HTTPConnectionManager(
            statPrefix: "outbound", routes: .discovered(name: "15001", source: .controlPlane))
        let listener = Listener(
            name: "virtualOutbound", address: NetworkAddress(ip: "127.0.0.1", port: 15001), trafficDirection: .outbound,
            filterChains: [FilterChain(manager: manager)])
        _ = state.accept(response([listener.resource], "l1"), type: .listeners, now: start)
        _ = state.accept(response([cluster("v1").resource], "c1"), type: .clusters, now: start)
        _ = state.accept(response([assignment("v1").resource], "e1"), type: .endpoints, now: start)
        _ = state.accept(response([routeConfiguration(to: "v1").resource], "r1"), type: .routes, now: start)
        return state
    }

    private func response(_ resources: [JSONValue], _ version: String) -> DiscoveryResponse {
        DiscoveryResponse(versionInfo: version, typeURL: "", resources: resources)
    }

    private func cluster(_ name: String) -> Cluster {
        Cluster(name: name, endpoints: .discovered(serviceName: nil, source: .controlPlane))
    }

    private func assignment(_ name: String) -> ClusterLoadAssignment {
        ClusterLoadAssignment(
            clusterName: name, endpoints: [Endpoint(address: NetworkAddress(ip: "127.0.0.2", port: 80))])
    }

    private func routeConfiguration(to cluster: String) -> RouteConfiguration {
        RouteConfiguration(
            name: "15001",
            virtualHosts: [
                VirtualHost(
                    name: "all", domains: ["*"],
                    routes: [Route(match: Route.Match(), action: .forward(Route.Forward(target: .cluster(cluster))))])
            ])
    }
}
