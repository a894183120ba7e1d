package import Discovery
package import JSONWire

/// Everything that one proxy is told. Sorted, so that the same configuration gives the same bytes.
package struct NodeResources: Hashable, Sendable {
    package var listeners: [Listener]
    package var routes: [RouteConfiguration]
    package var clusters: [Cluster]
    package var endpoints: [ClusterLoadAssignment]

    package init(
        listeners: [Listener] = [], routes: [RouteConfiguration] = [], clusters: [Cluster] = [],
        endpoints: [ClusterLoadAssignment] = []
    ) {
        self.listeners = listeners
        self.routes = routes
        self.clusters = clusters
        self.endpoints = endpoints
    }

    /// The resources of one type by name, as they stand in a response. Secrets are none: a proxy makes its own.
    package func resources(of type: ResourceType) -> [(name: String, resource: JSONValue)] {
        switch type {
        case .listeners: listeners.map { ($0.resourceName, $0.resource) }
        case .routes: routes.map { ($0.resourceName, $0.resource) }
        case .clusters: clusters.map { ($0.resourceName, $0.resource) }
        case .endpoints: endpoints.map { ($0.resourceName, $0.resource) }
        case .secrets: []
        }
    }
}
