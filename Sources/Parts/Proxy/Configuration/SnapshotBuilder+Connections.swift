import Discovery
import HTTPTransport
import SystemIO
import TLSTransport
import TrafficPolicy

extension SnapshotBuilder {
    /// A listener whose chains pass connections on.
    func connectionPlan(
        _ listener: Listener, _ places: [String: Int], _ secrets: SecretBook, into next: inout SnapshotBuilder
    ) throws(Obstacle) -> ConnectionListenerPlan {
        let address = try address(of: listener)
        var chains: [ConnectionPlan] = []
        for chain in listener.filterChains {
            guard let proxy = chain.proxy else {
                throw .wrong(.configuration("chains of HTTP and of TCP at one address are not supported"))
            }
            var tls: TLSContext?
            if let context = chain.tls { tls = try serverContext(context, nil, secrets, into: &next) }
            var plan = ConnectionPlan(proxy, tls: tls, places: places)
            plan.guards = chain.accessControls.map { ConnectionGuard($0, counters: access) }
            plan.accessLogs = try accessLogs(proxy.accessLogs, into: &next)
            chains.append(plan)
        }
        return ConnectionListenerPlan(
            name: listener.name.isEmpty ? "\(address)" : listener.name, address: address,
            reporter: listener.trafficDirection == .inbound ? .destination : .source,
            matcher: ConnectionMatcher(listener.filterChains.map(\.match)), chains: chains,
            inspectionTimeout: listener.inspectionTimeout ?? ConnectionInspection.defaultTimeout,
            continuesAfterTimeout: listener.continuesAfterInspectionTimeout,
            redirection: RedirectionPlan(listener),
            proxyHeader: listener.proxyProtocol.map { ProxyHeaderReading.Rule($0) })
    }
}

extension ConnectionPlan {
    /// - Parameter places: where each cluster stands in ``ConfigurationSnapshot/clusters``.
    init(_ proxy: TCPProxy, tls: TLSContext?, places: [String: Int]) {
        let shares: [(name: String, weight: UInt32)] =
            switch proxy.target {
            case .cluster(let name): [(name, 1)]
            case .weighted(let clusters): clusters.map { ($0.name, $0.weight) }
            }
        let idle = proxy.idleTimeout ?? Self.defaultIdleTimeout
        self.init(
            tls: tls,
            weights: WeightedClusters(
                shares.enumerated().map { (cluster: ClusterIndex($0), weight: $1.weight) }),
            clusters: shares.map { places[$0.name] }, idleTimeout: idle > .zero ? idle : nil,
            connectAttempts: proxy.maximumConnectAttempts ?? 1, hashesSourceAddress: proxy.hashesSourceAddress)
    }
}

extension FilterChain {
    var match: ConnectionMatch {
        let isTLS: Bool? =
            switch transport {
            case .any: nil
            case .tls: true
            case .plainText: false
            }
        return ConnectionMatch(serverNames: serverNames, isTLS: isTLS, applicationProtocols: applicationProtocols)
    }
}
