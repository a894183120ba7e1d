internal import HTTPWire
package import SystemIO
package import TLSTransport

/// Why a request got no response.
package enum HTTPClientError: Error, Hashable, Sendable, CustomStringConvertible {
    case upstream(UpstreamFailure)
    /// The whole exchange took longer than it may.
    case deadlineExceeded
    /// The body has more than this many bytes, as sent or unpacked.
    case bodyTooLarge(limit: Int)
    /// The body's gzip is broken.
    case malformedBody(String)
    /// No event loop could be made for the call.
    case system(SystemError)

    package var description: String {
        switch self {
        case .upstream(let failure): failure.description
        case .deadlineExceeded: "no answer within the deadline"
        case .bodyTooLarge(let limit): "the answer has more than \(limit) bytes"
        case .malformedBody(let reason): reason
        case .system(let error): error.description
        }
    }
}

/// A client of whole requests over kept connections: scrapes, APIs, exporters. It belongs to its loop.
///
/// It accepts gzip and unpacks it. A request without effects, or one that met a connection the server had closed in the
/// meantime, is tried once more on a fresh connection.
package final class HTTPClient {
    private struct Upstream: Hashable {
        let address: SocketAddress
        let tls: ObjectIdentifier?
    }

    private let loop: EventLoop
    private let limits: HTTPClientLimits
    private var pools: [Upstream: HTTPConnectionPool] = [:]

    package init(loop: EventLoop, limits: HTTPClientLimits = HTTPClientLimits()) {
        self.loop = loop
        self.limits = limits
    }

    /// Sends a request.
    ///
    /// - Parameters:
    ///   - tls: what to greet the server with. Keep one context per server: connections are kept for the same one only.
    ///   - http2: whether to speak HTTP/2, of which the server is known to be capable; requests then share a connection.
    ///   - deadline: for the whole exchange, from now to the last byte.
    ///   - maximumBody: bytes of the response's body, also after unpacking.
    ///   - completion: called once on the loop, later, unless the call is cancelled first.
    @discardableResult
    package func send(
        _ request: HTTPRequest, to address: SocketAddress, tls: TLSContext? = nil, http2: Bool = false,
        deadline: Duration = .seconds(10), maximumBody: Int = 64 * 1024 * 1024,
        completion: @escaping (Result<HTTPResponse, HTTPClientError>) -> Void
    ) -> HTTPCall {
        let collector = ResponseCollector(maximumBody: maximumBody, completion: completion)
        return start(request, address, tls, http2: http2, deadline, acceptsGzip: true, collector)
    }

    /// Sends a request whose response is delivered as it comes: watches and other streams.
    ///
    /// - Parameters:
    ///   - deadline: for the response's head; the body may go on forever.
    ///   - onEnd: called once on the loop: the body is complete, or why it is not.
    package func stream(
        _ request: HTTPRequest, to address: SocketAddress, tls: TLSContext? = nil, deadline: Duration = .seconds(10),
        onHead: @escaping (HTTPResponse) -> Void, onBytes: @escaping ([UInt8]) -> Void,
        onEnd: @escaping (Result<Void, HTTPClientError>) -> Void
    ) -> HTTPCall {
        let sink = StreamingSink(onHead: onHead, onBytes: onBytes, onEnd: onEnd)
        return start(request, address, tls, deadline, acceptsGzip: false, sink)
    }

    /// Closes the connections that are not in use.
    package func close() {
        for pool in pools.values { pool.close() }
        pools = [:]
    }

    private func start(
        _ request: HTTPRequest, _ address: SocketAddress, _ tls: TLSContext?, http2: Bool = false,
        _ deadline: Duration, acceptsGzip: Bool, _ sink: any ResponseSink
    ) -> HTTPCall {
        let call = HTTPCall(
            loop: loop, pool: pool(for: address, tls), request: request, address: address, http2: http2,
            acceptsGzip: acceptsGzip, sink: sink)
        call.start(deadline: deadline)
        return call
    }

    private func pool(for address: SocketAddress, _ tls: TLSContext?) -> HTTPConnectionPool {
        let upstream = Upstream(address: address, tls: tls.map { ObjectIdentifier($0) })
        if let pool = pools[upstream] { return pool }
        // Contexts come and go with rotations, and their pools with them.
        if pools.count >= 256 { pools = pools.filter { $0.value.connectionCount > 0 } }
        let pool = HTTPConnectionPool(loop: loop, address: address, tls: tls, limits: limits)
        pools[upstream] = pool
        return pool
    }
}
