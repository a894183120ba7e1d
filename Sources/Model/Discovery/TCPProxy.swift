/// Connections that are passed on byte by byte: Envoy's `tcp_proxy.v3.TcpProxy`.
package struct TCPProxy: Hashable, Sendable {
    package enum Target: Hashable, Sendable {
        case cluster(String)
        /// Drawn once per connection. Never empty, and every weight is at least 1.
        case weighted([WeightedCluster])
    }

    package struct WeightedCluster: Hashable, Sendable {
        package var name: String
        package var weight: UInt32

        package init(name: String, weight: UInt32) {
            self.name = name
            self.weight = weight
        }
    }

    package var statPrefix: String
    package var target: Target
    /// How long a connection may stay without a byte in either direction; Envoy's default is 1 h, 0 turns it off.
    package var idleTimeout: Duration?
    /// How often an upstream connection is tried before the downstream's is closed; at least 1, which is Envoy's default.
    package var maximumConnectAttempts: UInt32?
    /// `hash_policy: [{source_ip: {}}]`: the endpoint is chosen by the address of who connects, where the cluster hashes.
    package var hashesSourceAddress: Bool
    package var accessLogs: [AccessLog] = []

    package init(
        statPrefix: String, target: Target, idleTimeout: Duration? = nil, maximumConnectAttempts: UInt32? = nil,
        hashesSourceAddress: Bool = false
    ) {
        self.statPrefix = statPrefix
        self.target = target
        self.idleTimeout = idleTimeout
        self.maximumConnectAttempts = maximumConnectAttempts
        self.hashesSourceAddress = hashesSourceAddress
    }

    /// Every cluster that a connection may go to.
    package var clusterNames: [String] {
        switch target {
        case .cluster(let name): [name]
        case .weighted(let clusters): clusters.map(\.name)
        }
    }
}
