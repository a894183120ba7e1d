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
    /// Tried in order of how exact their match is: `tls` before any. Never empty.
    package var filterChains: [FilterChain]
    /// True when the listener looks at the first bytes to tell TLS from plain text (Envoy's `tls_inspector`); needed
    /// when a chain matches by transport protocol.
    package var inspectsTLS: Bool

    package init(
        name: String, address: NetworkAddress, trafficDirection: TrafficDirection = .unspecified,
        filterChains: [FilterChain], inspectsTLS: Bool = false
    ) {
        self.name = name
        self.address = address
        self.trafficDirection = trafficDirection
        self.filterChains = filterChains
        self.inspectsTLS = inspectsTLS
    }
}

/// What happens to a connection that matches: TLS or not, then HTTP. Envoy's `listener.v3.FilterChain` with exactly one
/// network filter, the HTTP connection manager.
package struct FilterChain: Hashable, Sendable {
    /// Which connections the chain takes, by their first bytes.
    package enum Transport: String, Hashable, Sendable, CaseIterable {
        /// Every connection that no other chain takes.
        case any = ""
        case tls
        case plainText = "raw_buffer"
    }

    package var name: String?
    package var transport: Transport
    /// Present when connections of this chain are TLS; absent for plain text.
    package var tls: DownstreamTLSContext?
    package var manager: HTTPConnectionManager

    package init(
        name: String? = nil, transport: Transport = .any, tls: DownstreamTLSContext? = nil,
        manager: HTTPConnectionManager
    ) {
        self.name = name
        self.transport = transport
        self.tls = tls
        self.manager = manager
    }
}
