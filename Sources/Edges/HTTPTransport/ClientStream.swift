package import HTTPWire
package import SystemIO

/// Why an upstream request failed.
package enum UpstreamFailure: Error, Hashable, Sendable, CustomStringConvertible {
    case connectFailed(SystemError)
    case connectTimeout
    case tlsFailure(String)
    /// A kept connection had been closed by the upstream meanwhile: nothing of a response came. A request that may be
    /// sent twice, or whose body has not begun, may be tried on another connection.
    case staleConnection
    /// A fresh connection broke before the response began; the upstream may have worked on the request.
    case resetBeforeHead
    case resetAfterHead
    /// The upstream says that it did nothing for the request, which may be sent again (HTTP/2 `REFUSED_STREAM`, or a
    /// GOAWAY that leaves it out).
    case refused
    /// The upstream gave the request up before the response began, and not its connection (HTTP/2).
    case streamReset
    case protocolError(String)
    /// The pool has as many connections as it may.
    case overloaded

    package var description: String {
        switch self {
        case .connectFailed(let error): error.description
        case .connectTimeout: "connecting took too long"
        case .tlsFailure(let reason): reason
        case .staleConnection: "the kept connection was closed by the peer"
        case .resetBeforeHead: "the peer closed the connection before it answered"
        case .resetAfterHead: "the peer closed the connection within its answer"
        case .refused: "the peer refused the request"
        case .streamReset: "the peer gave the request up before it answered"
        case .protocolError(let reason): "the answer is malformed: \(reason)"
        case .overloaded: "too many connections to the peer"
        }
    }
}

/// Who gets an upstream's answer. Called on the pool's loop, and never from within a call on the stream.
///
/// `response` once, `responseBody` any number of times, `responseTrailers` at most once, `responseEnd` once, also when
/// there is no body; or `failed` at any point. Nothing after either of the last two.
package protocol HTTPClientStreamHandler: AnyObject {
    func response(_ stream: HTTPClientStream, head: consuming ResponseHead, hasBody: Bool)
    /// A piece of the body; the bytes are valid during the call.
    func responseBody(_ stream: HTTPClientStream, _ bytes: UnsafeRawBufferPointer)
    /// A head before the one that counts: 100 or 103, say.
    func interim(_ stream: HTTPClientStream, head: ResponseHead)
    /// Fields after the body; of HTTP/1.1 only where the limits let them pass.
    func responseTrailers(_ stream: HTTPClientStream, _ trailers: HTTPHeaders)
    func responseEnd(_ stream: HTTPClientStream)
    func failed(_ stream: HTTPClientStream, _ failure: UpstreamFailure)
    /// There is room again after `sendBody` returned false.
    func requestDrained(_ stream: HTTPClientStream)
    /// The upstream has agreed to go on in another protocol: a 101. What follows are that protocol's bytes, by
    /// `responseBody` and `sendBody`; each direction ends by itself, by `responseEnd` and `sendEnd`.
    func upgraded(_ stream: HTTPClientStream, head: ResponseHead)
    /// The connection that was made for the request stands.
    func connected(_ stream: HTTPClientStream)
}

extension HTTPClientStreamHandler {
    package func connected(_ stream: HTTPClientStream) {}
    package func upgraded(_ stream: HTTPClientStream, head: ResponseHead) {}
    package func interim(_ stream: HTTPClientStream, head: ResponseHead) {}
    package func responseTrailers(_ stream: HTTPClientStream, _ trailers: HTTPHeaders) {}
}

/// One request to an upstream and its response. It belongs to the pool's loop; calls on one that is over do nothing.
package final class HTTPClientStream {
    @exclusivity(unchecked) private(set) var handler: (any HTTPClientStreamHandler)?
    /// Nothing once the stream is over, and with HTTP/2.
    @exclusivity(unchecked) private(set) var connection: ClientConnection?
    /// Instead of it with HTTP/2.
    @exclusivity(unchecked) private var exchange: HTTP2ClientExchange?
    /// Whether it runs on a connection that has served a request before.
    @exclusivity(unchecked) package private(set) var isReused = false
    /// Who the upstream is, once the connection stands; empty without TLS.
    package var peerURIs: [String] { connection?.peerURIs ?? exchange?.connection?.peerURIs ?? [] }

    /// This end of the connection, once that stands.
    package var localAddress: SocketAddress? { connection?.localAddress ?? exchange?.connection?.localAddress }

    init(handler: any HTTPClientStreamHandler) {
        self.handler = handler
    }

    package var isOver: Bool { handler == nil }

    /// Begins the request; before the connection stands it waits in memory. With `endOfStream` there is no body.
    package func sendHead(_ head: RequestHead, endOfStream: Bool) {
        if let connection {
            connection.sendHead(head, endOfStream: endOfStream)
        } else {
            exchange?.sendHead(head, endOfStream: endOfStream)
        }
    }

    /// Begins a request that offers to go on in the protocol of its `upgrade`. The upstream may agree by
    /// ``HTTPClientStreamHandler/upgraded(_:head:)``, or answer as it would any request. To one of HTTP/2 that knows no
    /// such offers it is a request without one.
    package func sendUpgrade(_ head: RequestHead) {
        if let connection {
            connection.sendUpgrade(head)
        } else {
            exchange?.sendUpgrade(head)
        }
    }

    /// Sends a piece of the body and takes the bytes in any case.
    ///
    /// - Returns: false when so much is waiting that the caller should pause until
    ///   ``HTTPClientStreamHandler/requestDrained(_:)``.
    @discardableResult
    package func sendBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if let connection { return connection.sendBody(bytes) }
        return exchange?.sendBody(bytes) ?? true
    }

    /// Completes the request. When less was sent than its `content-length` said, the request fails.
    package func sendEnd() {
        if let connection { connection.sendEnd() } else { exchange?.sendEnd(trailers: nil) }
    }

    /// The same with fields after the body. Upstreams of HTTP/1.1 get them where the limits let trailers pass and the
    /// body is chunked.
    package func sendEnd(trailers: HTTPHeaders) {
        if let connection { connection.sendEnd(trailers: trailers) } else { exchange?.sendEnd(trailers: trailers) }
    }

    /// Stops the delivery of the response's body after the bytes that have been read already; with HTTP/2, after those
    /// that fit into the upstream's window.
    package func pauseReading() {
        if let connection { connection.pauseReading() } else { exchange?.pauseReading() }
    }

    package func resumeReading() {
        if let connection { connection.resumeReading() } else { exchange?.resumeReading() }
    }

    /// Gives the request up: its connection closes, with HTTP/2 only its stream, and the handler hears nothing more.
    package func cancel() {
        let (connection, exchange) = (connection, exchange)
        detach()
        if let connection { connection.cancelled() } else { exchange?.cancelled() }
    }

    func attach(_ connection: ClientConnection, isReused: Bool) {
        self.connection = connection
        self.isReused = isReused
    }

    func attach(_ exchange: HTTP2ClientExchange, isReused: Bool) {
        self.exchange = exchange
        self.isReused = isReused
    }

    func detach() {
        connection = nil
        exchange = nil
        handler = nil
    }

    func fail(_ failure: UpstreamFailure) {
        let handler = handler
        detach()
        handler?.failed(self, failure)
    }
}
