/// What a proxy starts from: Envoy's `bootstrap.v3.Bootstrap`.
package struct Bootstrap: Hashable, Sendable {
    package struct StaticResources: Hashable, Sendable {
        package var listeners: [Listener]
        package var clusters: [Cluster]
        package var secrets: [Secret]

        package init(listeners: [Listener] = [], clusters: [Cluster] = [], secrets: [Secret] = []) {
            self.listeners = listeners
            self.clusters = clusters
            self.secrets = secrets
        }
    }

    package struct DynamicResources: Hashable, Sendable {
        /// Listeners (LDS).
        package var listeners: ConfigSource?
        /// Clusters (CDS).
        package var clusters: ConfigSource?

        package init(listeners: ConfigSource? = nil, clusters: ConfigSource? = nil) {
            self.listeners = listeners
            self.clusters = clusters
        }
    }

    package var node: Node?
    package var staticResources: StaticResources
    package var dynamicResources: DynamicResources?
    /// Where the admin interface listens; none when absent.
    package var admin: NetworkAddress?

    package init(
        node: Node? = nil, staticResources: StaticResources = StaticResources(),
        dynamicResources: DynamicResources? = nil, admin: NetworkAddress? = nil
    ) {
        self.node = node
        self.staticResources = staticResources
        self.dynamicResources = dynamicResources
        self.admin = admin
    }
}
