package import HTTPWire
internal import Quantities

/// How long clients of a listener may take, and how many there may be.
package struct HTTPServerLimits: Hashable, Sendable {
    package var wire = HTTPLimits.default
    /// From the first byte of a head to its last.
    package var headTimeout: Duration = .seconds(10)
    /// Between two requests of a connection.
    package var idleTimeout: Duration = .seconds(75)
    /// Between two pieces of a request's body, and for the client to take some of what is sent.
    package var stallTimeout: Duration = .seconds(60)
    /// How long a client that has ended its direction still gets its response. Most have gone and only a write would
    /// tell; a few wait for the answer (`nc -N`).
    package var halfCloseGrace: Duration = .seconds(5)
    /// Connections of a listener; more wait in the kernel's backlog until one closes.
    package var connections = 10_000
    /// What is still read of a request's body after its response is complete, to keep the connection; a larger rest
    /// closes it.
    package var discardedBytes = 256 * 1024
    /// What clients of HTTP/2 may ask; without it there is only HTTP/1.1. Over TLS the context must offer `h2` too.
    package var http2: HTTP2Limits?
    /// Whether HTTP/1 is served where ``http2`` is; otherwise every client must begin as HTTP/2.
    package var http1 = true
    /// Whether it is the handler's to tell a client that expects it to go on: then the expectation stays in the head, and
    /// ``HTTPServerStream/sendInterim(_:)`` answers it. Otherwise the transport says so as soon as the handler has taken
    /// the request.
    package var leavesContinue = false

    package init() {}
}

/// The timeouts of a listener as its connections use them, converted once.
struct ServerTimeouts {
    let head: Int64
    let idle: Int64
    let stall: Int64
    let halfClose: Int64

    init(_ limits: HTTPServerLimits) {
        head = limits.headTimeout.nanoseconds
        idle = limits.idleTimeout.nanoseconds
        stall = limits.stallTimeout.nanoseconds
        halfClose = limits.halfCloseGrace.nanoseconds
    }
}
