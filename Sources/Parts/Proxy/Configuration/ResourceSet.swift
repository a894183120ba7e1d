import Discovery

/// All that a proxy has been told and has accepted, in the words it was told in.
///
/// Answers of different types arrive on their own, in any order. The set keeps every step of a change whole
/// (make before break): a cluster that a route still names stays until the routes let go of it, and routes that name
/// a cluster which is not here yet wait for it.
struct ResourceSet: Hashable, Sendable {
    var listeners: [Listener] = []
    var clusters: [Cluster] = []
    var routes: [RouteConfiguration] = []
    var endpoints: [ClusterLoadAssignment] = []
    var secrets: [Secret] = []
    /// The control plane's version of each type in force.
    var versions: [ResourceType: String] = [:]

    /// Clusters dropped by the control plane while routes still name them.
    private var retiring: Set<String> = []

    init() {}

    /// Names of the route configurations that listeners fetch by discovery.
    var routeNames: [String] {
        unique(
            listeners.flatMap(\.filterChains).compactMap { chain in
                if case .discovered(let name, _)? = chain.manager?.routes { return name }
                return nil
            })
    }

    /// Names of the load assignments that clusters fetch by discovery.
    var endpointNames: [String] {
        unique(
            clusters.compactMap { cluster in
                if case .discovered = cluster.endpoints, !retiring.contains(cluster.name) {
                    return cluster.endpointsName
                }
                return nil
            })
    }

    /// The clusters that any route names, discovered and inline ones, and those that connections are passed on to.
    private func referenced(by routes: [RouteConfiguration]) -> Set<String> {
        let inline = listeners.flatMap(\.filterChains).compactMap { chain -> RouteConfiguration? in
            if case .inline(let routes)? = chain.manager?.routes { return routes }
            return nil
        }
        return Set((routes + inline).flatMap(\.clusterNames)).union(connectionClusters)
    }

    /// The clusters that connections are passed on to.
    var connectionClusters: Set<String> {
        Set(listeners.flatMap(\.filterChains).compactMap(\.proxy).flatMap(\.clusterNames))
    }

    mutating func replace(listeners new: [Listener]) {
        listeners = new
        let names = Set(routeNames)
        routes.removeAll { !names.contains($0.name) }
        dropRetired()
    }

    mutating func replace(clusters new: [Cluster]) {
        let names = Set(new.map(\.name))
        let wanted = referenced(by: routes)
        let kept = clusters.filter { !names.contains($0.name) && wanted.contains($0.name) }
        retiring = Set(kept.map(\.name))
        clusters = new + kept
        dropOrphanedEndpoints()
    }

    /// Takes assignments one by one: an answer may leave some out (xDS allows it for endpoints), which keeps them.
    mutating func replace(endpoints new: [ClusterLoadAssignment]) {
        let names = Set(new.map(\.clusterName))
        endpoints = endpoints.filter { !names.contains($0.clusterName) } + new
        dropOrphanedEndpoints()
    }

    mutating func replace(routes new: [RouteConfiguration]) {
        let names = Set(new.map(\.name))
        routes = routes.filter { !names.contains($0.name) } + new
        dropRetired()
    }

    /// Clusters that `routes` name and that cannot carry a request yet: unknown, or without their endpoints.
    func missingClusters(for routes: [RouteConfiguration]) -> [String] {
        let assigned = Set(endpoints.map(\.clusterName))
        let ready = Set(
            clusters.filter { cluster in
                switch cluster.endpoints {
                case .inline, .original: return true
                case .discovered: break
                }
                return assigned.contains(cluster.endpointsName)
            }.map(\.name))
        return unique(routes.flatMap(\.clusterNames)).filter { !ready.contains($0) }
    }

    private mutating func dropRetired() {
        guard !retiring.isEmpty else { return }
        let wanted = referenced(by: routes)
        clusters.removeAll { retiring.contains($0.name) && !wanted.contains($0.name) }
        retiring.formIntersection(clusters.map(\.name))
        dropOrphanedEndpoints()
    }

    private mutating func dropOrphanedEndpoints() {
        let names = Set(clusters.map(\.endpointsName))
        endpoints.removeAll { !names.contains($0.clusterName) }
    }

    private func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }
}

extension RouteConfiguration {
    /// Every cluster that a route here may send to, repeated as often as it is named.
    var clusterNames: [String] {
        virtualHosts.flatMap(\.routes).flatMap { route -> [String] in
            guard case .forward(let forward) = route.action else { return [] }
            let mirrors = forward.mirrors.map(\.cluster)
            switch forward.target {
            case .cluster(let name): return [name] + mirrors
            case .weighted(let clusters): return clusters.map(\.name) + mirrors
            }
        }
    }
}
