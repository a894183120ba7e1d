/// Which version of HTTP the endpoints of a cluster are spoken to in: Envoy's `upstreams.http.v3.HttpProtocolOptions`.
package struct UpstreamProtocol: Hashable, Sendable {
    package enum Version: Hashable, Sendable {
        /// `explicit_http_config.http_protocol_options`.
        case http1
        /// `explicit_http_config.http2_protocol_options`.
        case http2
        /// `use_downstream_protocol_config`: as the request came.
        case downstream
    }

    package var version: Version
    package var http2: HTTP2Options
    /// Whether trailers of HTTP/1.1 pass (`http_protocol_options.enable_trailers`).
    package var passesTrailers: Bool

    package init(_ version: Version, http2: HTTP2Options = HTTP2Options(), passesTrailers: Bool = false) {
        self.version = version
        self.passesTrailers = passesTrailers
        self.http2 = http2
    }
}

/// What one side of an HTTP/2 connection lets the other: Envoy's `core.v3.Http2ProtocolOptions`.
package struct HTTP2Options: Hashable, Sendable {
    /// Requests of a connection at a time, at least 1; absent means 1024.
    package var concurrentStreams: Int?
    /// Bytes of a body before some of them have been taken, from 65,535 on. Absent, Envoy lets 16 MiB come and ours
    /// 256 KiB.
    package var streamWindow: Int?
    /// The same for all bodies of a connection; absent, Envoy lets 24 MiB come and ours 1 MiB.
    package var connectionWindow: Int?
    /// Whether clients may ask to go on in another protocol (RFC 8441), where a connection manager allows that.
    package var allowsConnect = false

    package init(concurrentStreams: Int? = nil, streamWindow: Int? = nil, connectionWindow: Int? = nil) {
        self.concurrentStreams = concurrentStreams
        self.streamWindow = streamWindow
        self.connectionWindow = connectionWindow
    }
}
