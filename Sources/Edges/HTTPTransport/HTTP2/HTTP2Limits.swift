/// What a peer of HTTP/2 may ask of one connection. What ``HTTPServerLimits`` or ``HTTPClientLimits`` say of heads, bodies
/// and times holds too. A client has most streams at a time that it and the server allow.
package struct HTTP2Limits: Hashable, Sendable {
    /// Requests at a time; the one beyond it is refused and may be sent again (RFC 9113 §5.1.2).
    package var concurrentStreams = 100
    /// Bytes of a body that a client may send before some of them have been taken (`SETTINGS_INITIAL_WINDOW_SIZE`).
    package var streamWindow = 256 * 1024
    /// The same for all bodies of a connection.
    package var connectionWindow = 1024 * 1024
    /// Bytes of responses that may wait for the client's windows. Beyond it new requests are refused: a client that asks
    /// and asks but takes no answers must not fill our memory with them.
    ///
    /// The same holds for what a peer has sent on streams that are paused: beyond it the connection's window stays closed.
    package var waitingBytes = 8 * 1024 * 1024
    /// Requests that may be broken off (CVE-2023-44487, CVE-2025-8671): so many at once, and then so many a second. Each
    /// makes us begin work that nobody waits for.
    package var resets = HTTP2FloodBound(burst: 500, perSecond: 100)
    /// The same for PING, SETTINGS and empty DATA (CVE-2019-9512, -9515, -9518). gRPC's clients send a PING
    /// for each window that they measure, which on one machine is some hundred a second.
    package var controls = HTTP2FloodBound(burst: 2000, perSecond: 1000)

    /// Whether clients may ask to go on in another protocol (RFC 8441).
    package var allowsUpgrades = false

    package init() {}

    /// What the proxy lets peers have: Envoy's 1024 streams.
    package static let proxy: HTTP2Limits = {
        var limits = HTTP2Limits()
        limits.concurrentStreams = 1024
        return limits
    }()

    /// What a client takes from a server. One connection carries Envoy's 1024 requests at most.
    package static let client = proxy
}

/// How often something may happen: so many times at once, and then so many a second.
package struct HTTP2FloodBound: Hashable, Sendable {
    package var burst: Int
    package var perSecond: Int

    package init(burst: Int, perSecond: Int) {
        self.burst = burst
        self.perSecond = perSecond
    }
}
