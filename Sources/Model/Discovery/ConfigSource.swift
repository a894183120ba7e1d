/// Where a resource comes from: Envoy's `core.v3.ConfigSource`, limited to REST polling of a cluster that the bootstrap
/// declares.
package struct ConfigSource: Hashable, Sendable {
    /// The static clusters that answer `/v3/discovery:*`; the first is asked first.
    package var clusterNames: [String]
    /// How long to wait between two polls. A client that sends `Prefer: wait=N` hears of changes sooner.
    package var refreshDelay: Duration
    /// How long one poll may take; Envoy's default is 1 s.
    package var requestTimeout: Duration?

    package init(clusterNames: [String], refreshDelay: Duration = .seconds(1), requestTimeout: Duration? = nil) {
        self.clusterNames = clusterNames
        self.refreshDelay = refreshDelay
        self.requestTimeout = requestTimeout
    }

    /// The name of the bootstrap cluster that leads to the control plane, in what our control plane emits.
    package static let controlPlaneCluster = "xds"

    /// The source that our control plane names in every resource it emits.
    package static let controlPlane = ConfigSource(clusterNames: [controlPlaneCluster])
}
