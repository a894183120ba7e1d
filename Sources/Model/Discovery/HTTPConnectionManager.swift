/// HTTP on a connection: Envoy's `http_connection_manager.v3.HttpConnectionManager`, whose last HTTP filter is the router.
package struct HTTPConnectionManager: Hashable, Sendable {
    /// Where the routes come from.
    package enum Routes: Hashable, Sendable {
        case inline(RouteConfiguration)
        /// Fetched by name (RDS).
        case discovered(name: String, source: ConfigSource)
    }

    package enum Codec: String, Hashable, Sendable, CaseIterable {
        /// By ALPN or by the first bytes.
        case auto = "AUTO"
        case http1 = "HTTP1"
        /// Of clients that know it beforehand; others are refused.
        case http2 = "HTTP2"
    }

    /// What Envoy says where ``streamIdleTimeout`` is not given.
    package static let defaultStreamIdleTimeout: Duration = .seconds(300)

    package var statPrefix: String
    package var codec: Codec
    package var routes: Routes
    /// The `server` response header; Envoy says `envoy` when absent.
    package var serverName: String?
    /// How long a connection may stay without a request; Envoy's default is 1 h.
    package var idleTimeout: Duration?
    /// Whether trailers of HTTP/1.1 pass (`http_protocol_options.enable_trailers`).
    package var passesTrailers = false
    /// Whether answers that come before the one that counts pass, and with them the expectation of a 100
    /// (`proxy_100_continue`); otherwise whoever expects one gets it here.
    package var passesContinue: Bool
    /// What clients of HTTP/2 may do.
    package var http2: HTTP2Options?
    /// How long a request may stay without progress; Envoy's default is 5 min, 0 turns it off.
    package var streamIdleTimeout: Duration?
    /// How long a request head may take from its first byte; off when absent or 0.
    package var requestHeadersTimeout: Duration?
    /// True when the peer's own address is the client address, so that `x-forwarded-for` is appended to. Envoy's default
    /// is false: then the headers are trusted as they come.
    package var useRemoteAddress: Bool
    /// True when paths are written in one way before anything looks at them. Envoy's default is false, Istio's true.
    package var normalizesPath: Bool
    /// Which other protocols clients may go on in.
    package var upgrades: [UpgradeRule] = []
    /// What requests pass before the router, in order.
    package var filters: [HTTPFilter]
    package var accessLogs: [AccessLog] = []
    /// What the next hop is told of the client's certificate.
    package var clientCertificate = ClientCertificateHeader()

    package init(
        statPrefix: String, codec: Codec = .auto, routes: Routes, serverName: String? = nil,
        idleTimeout: Duration? = nil, streamIdleTimeout: Duration? = nil, requestHeadersTimeout: Duration? = nil,
        useRemoteAddress: Bool = false, normalizesPath: Bool = false, filters: [HTTPFilter] = [],
        passesContinue: Bool = false
    ) {
        self.normalizesPath = normalizesPath
        self.filters = filters
        self.statPrefix = statPrefix
        self.passesContinue = passesContinue
        self.codec = codec
        self.routes = routes
        self.serverName = serverName
        self.idleTimeout = idleTimeout
        self.streamIdleTimeout = streamIdleTimeout
        self.requestHeadersTimeout = requestHeadersTimeout
        self.useRemoteAddress = useRemoteAddress
    }
}
