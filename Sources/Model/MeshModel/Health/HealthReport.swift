/// What is ill in a snapshot, worst first, and what could not be judged.
package struct HealthReport: Hashable, Sendable {
    package struct Entry: Hashable, Sendable {
        /// `payments/payment-service v2`, `web → payment-service v2`.
        package var title: String
        /// The node's or edge's id.
        package var id: String
        package var health: Health
        package var cause: HealthCause?
        /// Requests in the window.
        package var requests: Double
    }

    /// Fewer requests than this say little: one failed of nine may be anything from nothing to a half.
    package static let fewRequests = 10.0

    package var window: Duration
    /// From this on a check fails.
    package var limit: Health
    /// Not ready or worse.
    package var ill: [Entry]
    /// Without trouble, but with too few requests to be sure.
    package var unsure: [Entry]
    /// What was told of targets: telemetry that is missing.
    package var troubles: [String]
    /// What was asked for and was not seen.
    package var missing: [String]
    package var objectives: [ObjectiveStatus]
    package var nodeCount: Int
    package var edgeCount: Int
    package var requests: Double

    /// Whether something is at least as bad as ``limit``, or was asked for and is not there.
    package var isFailing: Bool { !missing.isEmpty || ill.contains { $0.health >= limit } }

    /// - Parameter services: names of services or apps, `namespace/name` or `name`; all of the mesh when there are none.
    package init(_ snapshot: MeshSnapshot, services: [String] = [], limit: Health = .failure) {
        window = snapshot.window
        self.limit = limit
        let chosen = snapshot.nodes.filter { node in services.isEmpty || services.contains { node.isCalled($0) } }
        missing = services.filter { name in !snapshot.nodes.contains { $0.isCalled(name) } }
        let ids = Set(chosen.map(\.id))
        let nodes = Dictionary(snapshot.nodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let edges = snapshot.edges.filter { ids.contains($0.target) }
        nodeCount = chosen.count
        edgeCount = edges.count
        requests = edges.reduce(0) { $0 + $1.traffic.samples }
        let nodeEntries = chosen.map { node in
            Entry(
                title: node.namespace.isEmpty ? node.title : "\(node.namespace)/\(node.title)", id: node.id.text,
                health: node.health, cause: node.healthCause, requests: node.inbound?.samples ?? 0)
        }
        let edgeEntries: [Entry] = edges.compactMap { edge in
            // An edge says something of its own only where it is worse than what it leads to.
            guard edge.health > .healthy, edge.health > nodes[edge.target]?.health ?? .unknown else { return nil }
            let ends = [edge.source, edge.target].map { nodes[$0]?.title ?? $0.text }
            return Entry(
                title: ends.joined(separator: " → "), id: edge.id.text, health: edge.health, cause: edge.healthCause,
                requests: edge.traffic.samples)
        }
        ill = (nodeEntries + edgeEntries).filter { $0.health > .healthy }
            .sorted { ($1.health, $1.requests, $0.title) < ($0.health, $0.requests, $1.title) }
        unsure = nodeEntries.filter { entry in
            entry.health <= .healthy && entry.requests > 0 && entry.requests < Self.fewRequests
        }.sorted { $0.title < $1.title }
        troubles = chosen.compactMap { node in node.trouble.map { "\(node.title): \($0)" } }.sorted()
        let objectives = snapshot.objectives.filter { status in
            services.isEmpty || services.contains { $0 == status.service.name || $0 == status.service.description }
        }
        self.objectives = objectives
    }
}

extension MeshNode {
    /// Whether a person may mean this node by a service's or app's name, with its namespace or without.
    fileprivate func isCalled(_ name: String) -> Bool {
        [service, app].compactMap(\.self).contains { $0 == name || "\(namespace)/\($0)" == name }
    }
}
