import Discovery
import JSONWire
import Quantities

/// What the proxy does with the control plane's answers, free of sockets: answers in, polls and a verdict out.
///
/// A poll per type is always open. Listeners and clusters are asked for whole; routes and endpoints by the names that
/// those need, so their polls restart when the names change.
struct DiscoveryState: Sendable {
    /// What an answer led to.
    enum Outcome: Hashable, Sendable {
        /// The set changed: make a new snapshot.
        case changed
        /// Nothing to do: nothing new, or routes that wait for their clusters.
        case unchanged
        /// The answer cannot be used; the old configuration stays.
        case refused(String)
    }

    private(set) var resources: ResourceSet
    /// Routes whose clusters have not arrived, since when, and their version.
    private var waiting: (routes: [RouteConfiguration], version: String, since: MonotonicTime)?

    /// Routes wait for clusters at most this long; then they serve what can be served.
    static let patience: Duration = .seconds(3)

    init(resources: ResourceSet) {
        self.resources = resources
    }

    /// The request that the next poll for `type` sends; nothing while there is nothing of that type to ask for.
    func request(for type: ResourceType, node: Node) -> DiscoveryRequest? {
        let names: [String]
        switch type {
        case .listeners, .clusters: names = []
        case .routes:
            names = resources.routeNames
            if names.isEmpty { return nil }
        case .endpoints:
            names = resources.endpointNames
            if names.isEmpty { return nil }
        case .secrets: return nil
        }
        return DiscoveryRequest(
            versionInfo: heldVersion(of: type) ?? "", node: node, resourceNames: names, typeURL: type.typeURL)
    }

    /// True while routes wait for their clusters.
    var isWaiting: Bool { waiting != nil }

    private func heldVersion(of type: ResourceType) -> String? {
        if type == .routes, let waiting { return waiting.version }
        return resources.versions[type]
    }

    /// Takes one answer.
    mutating func accept(_ response: DiscoveryResponse, type: ResourceType, now: MonotonicTime) -> Outcome {
        let before = resources
        do throws(SchemaError) {
            switch type {
            case .listeners:
                resources.replace(listeners: try decode(response) { j throws(SchemaError) in try Listener(json: j) })
            case .clusters:
                resources.replace(clusters: try decode(response) { j throws(SchemaError) in try Cluster(json: j) })
            case .endpoints:
                resources.replace(
                    endpoints: try decode(response) { j throws(SchemaError) in try ClusterLoadAssignment(json: j) })
            case .routes:
                let routes = try decode(response) { j throws(SchemaError) in try RouteConfiguration(json: j) }
                waiting = (routes, response.versionInfo, now)
            case .secrets: return .unchanged
            }
        } catch {
            resources = before
            return .refused("\(error)")
        }
        if type != .routes { resources.versions[type] = response.versionInfo }
        releaseRoutes(now: now)
        return resources == before ? .unchanged : .changed
    }

    /// To be called now and then: lets routes go whose patience is over.
    mutating func tick(now: MonotonicTime) -> Outcome {
        let before = resources
        releaseRoutes(now: now)
        return resources == before ? .unchanged : .changed
    }

    private mutating func releaseRoutes(now: MonotonicTime) {
        guard let held = waiting else { return }
        let isReady = resources.missingClusters(for: held.routes).isEmpty
        guard isReady || held.since.duration(to: now) >= Self.patience else { return }
        resources.replace(routes: held.routes)
        resources.versions[.routes] = held.version
        waiting = nil
    }

    private func decode<Resource>(
        _ response: DiscoveryResponse, _ read: (JSONValue) throws(SchemaError) -> Resource
    ) throws(SchemaError) -> [Resource] {
        var resources: [Resource] = []
        for json in response.resources { resources.append(try read(json)) }
        return resources
    }
}
