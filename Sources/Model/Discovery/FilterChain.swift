/// What happens to a connection that matches: TLS or not, then HTTP or bytes. Envoy's `listener.v3.FilterChain`.
package struct FilterChain: Hashable, Sendable {
    /// Which connections the chain takes, by their first bytes.
    package enum Transport: String, Hashable, Sendable, CaseIterable {
        /// Every connection that no other chain takes.
        case any = ""
        case tls
        case plainText = "raw_buffer"
    }

    /// Who carries the connection.
    package enum Filter: Hashable, Sendable {
        /// `envoy.filters.network.http_connection_manager`
        case http(HTTPConnectionManager)
        /// `envoy.filters.network.tcp_proxy`
        case tcp(TCPProxy)
    }

    package var name: String?
    package var transport: Transport
    /// The names that a TLS client asks for (SNI): `db.example`, or `*.example` for every name under it. Empty takes any.
    package var serverNames: [String]
    /// Of the protocols that a TLS client offers (ALPN), any of these. Empty takes any.
    package var applicationProtocols: [String]
    /// Present when connections of this chain are TLS; absent for plain text, and for TLS that is passed through.
    package var tls: DownstreamTLSContext?
    /// What connections pass before ``filter``, in order; only those that carry bytes.
    package var accessControls: [NetworkAccessControl]
    package var filter: Filter

    package init(
        name: String? = nil, transport: Transport = .any, serverNames: [String] = [],
        applicationProtocols: [String] = [], tls: DownstreamTLSContext? = nil,
        accessControls: [NetworkAccessControl] = [], filter: Filter
    ) {
        self.name = name
        self.transport = transport
        self.serverNames = serverNames
        self.applicationProtocols = applicationProtocols
        self.tls = tls
        self.accessControls = accessControls
        self.filter = filter
    }

    package init(
        name: String? = nil, transport: Transport = .any, tls: DownstreamTLSContext? = nil,
        manager: HTTPConnectionManager
    ) {
        self.init(name: name, transport: transport, tls: tls, filter: .http(manager))
    }

    /// The HTTP connection manager, where the chain carries HTTP.
    package var manager: HTTPConnectionManager? {
        if case .http(let manager) = filter { manager } else { nil }
    }

    /// The TCP proxy, where the chain carries bytes.
    package var proxy: TCPProxy? {
        if case .tcp(let proxy) = filter { proxy } else { nil }
    }
}
