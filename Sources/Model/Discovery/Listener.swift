/// A socket that accepts connections, and what becomes of them: Envoy's `listener.v3.Listener`.
package struct Listener: Hashable, Sendable {
    package enum TrafficDirection: String, Hashable, Sendable, CaseIterable {
        case unspecified = "UNSPECIFIED"
        case inbound = "INBOUND"
        case outbound = "OUTBOUND"
    }

    package var name: String
    package var address: NetworkAddress
    package var trafficDirection: TrafficDirection
    /// Each connection takes the one that matches it most exactly, by server name, then transport, then application
    /// protocol. Never empty.
    package var filterChains: [FilterChain]
    /// True when the listener looks at the first bytes to tell TLS from plain text (Envoy's `tls_inspector`); needed
    /// when a chain matches by transport protocol.
    package var inspectsTLS: Bool
    /// What a load balancer says first, where one stands before the listener (Envoy's `proxy_protocol`).
    package enum ProxyProtocol: Hashable, Sendable {
        case required
        /// `allow_requests_without_proxy_protocol`
        case optional
    }

    package var proxyProtocol: ProxyProtocol?
    /// Whether connections that were redirected here belong to the listener of where they went (`use_original_dst`).
    package var usesOriginalDestination = false
    /// Whether the listener has a port of its own; otherwise it gets connections from one that redirects.
    package var bindsToPort = true
    /// How long the first bytes may take; Envoy's default is 15 s, 0 waits for ever.
    package var inspectionTimeout: Duration?
    /// What happens after that: true serves the connection as plain text, false closes it.
    package var continuesAfterInspectionTimeout: Bool

    package init(
        name: String, address: NetworkAddress, trafficDirection: TrafficDirection = .unspecified,
        filterChains: [FilterChain], inspectsTLS: Bool = false, inspectionTimeout: Duration? = nil,
        continuesAfterInspectionTimeout: Bool = false
    ) {
        self.name = name
        self.address = address
        self.trafficDirection = trafficDirection
        self.filterChains = filterChains
        self.inspectsTLS = inspectsTLS
        proxyProtocol = nil
        self.inspectionTimeout = inspectionTimeout
        self.continuesAfterInspectionTimeout = continuesAfterInspectionTimeout
    }
}
