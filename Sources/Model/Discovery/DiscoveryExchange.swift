package import JSONWire

/// The kinds of resources that discovery serves.
package enum ResourceType: String, Hashable, Sendable, CaseIterable {
    case listeners, routes, clusters, endpoints, secrets

    /// The `@type` of every resource of the kind, and the `type_url` of requests and answers.
    package var typeURL: String {
        switch self {
        case .listeners: Listener.typeURL
        case .routes: RouteConfiguration.typeURL
        case .clusters: Cluster.typeURL
        case .endpoints: ClusterLoadAssignment.typeURL
        case .secrets: Secret.typeURL
        }
    }

    /// Where a proxy posts its request: `/v3/discovery:listeners`.
    package var path: String { "/v3/discovery:\(rawValue)" }
}

/// What a proxy posts: Envoy's `discovery.v3.DiscoveryRequest`.
package struct DiscoveryRequest: Hashable, Sendable {
    /// The version that the proxy runs with; empty at first.
    package var versionInfo: String
    package var node: Node
    /// Which resources; empty asks for all (listeners and clusters only).
    package var resourceNames: [String]
    package var typeURL: String
    package var responseNonce: String
    /// Why the proxy refused the newest answer; absent when it did not.
    package var errorDetail: String?

    package init(
        versionInfo: String = "", node: Node, resourceNames: [String] = [], typeURL: String = "",
        responseNonce: String = "", errorDetail: String? = nil
    ) {
        self.versionInfo = versionInfo
        self.node = node
        self.resourceNames = resourceNames
        self.typeURL = typeURL
        self.responseNonce = responseNonce
        self.errorDetail = errorDetail
    }
}

/// What the control plane answers: Envoy's `discovery.v3.DiscoveryResponse`.
package struct DiscoveryResponse: Hashable, Sendable {
    package var versionInfo: String
    package var typeURL: String
    package var nonce: String?
    /// Each with its `@type`.
    package var resources: [JSONValue]

    package init(versionInfo: String, typeURL: String, nonce: String? = nil, resources: [JSONValue]) {
        self.versionInfo = versionInfo
        self.typeURL = typeURL
        self.nonce = nonce
        self.resources = resources
    }
}
