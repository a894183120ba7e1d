package import HTTPWire
package import SystemIO
package import TLSTransport

/// Why a request ended before its response was complete.
package enum HTTPStreamAbort: Hashable, Sendable, CustomStringConvertible {
    /// The client closed or reset the connection.
    case peerClosed
    /// The client sent or took nothing for too long.
    case timeout
    /// What the client sent is no HTTP; it has been answered if the response had not begun.
    case malformed(String)
    /// The listener is shutting down and its deadline has passed.
    case shutdown

    package var description: String {
        switch self {
        case .peerClosed: "the client closed the connection"
        case .timeout: "the client was idle for too long"
        case .malformed(let reason): "malformed request: \(reason)"
        case .shutdown: "the listener shut down"
        }
    }
}

/// Who answers requests. Called on the listener's loop.
///
/// For each request: `request`, then `requestBody` any number of times, `requestTrailers` at most once, then `requestEnd`
/// once, also when there is no body; or `requestAborted` at any point. Nothing more is said about a request once its response has been ended or
/// aborted by the handler.
package protocol HTTPServerStreamHandler: AnyObject {
    /// A head has arrived. The response may begin now or later.
    func request(_ stream: HTTPServerStream, head: consuming RequestHead, hasBody: Bool)
    /// A piece of the body; the bytes are valid during the call.
    func requestBody(_ stream: HTTPServerStream, _ bytes: UnsafeRawBufferPointer)
    /// Fields after the body; of HTTP/1.1 only where the limits let them pass.
    func requestTrailers(_ stream: HTTPServerStream, _ trailers: HTTPHeaders)
    func requestEnd(_ stream: HTTPServerStream)
    /// The stream is over; calls on it do nothing any more.
    func requestAborted(_ stream: HTTPServerStream, reason: HTTPStreamAbort)
    /// There is room again after `sendBody` returned false.
    func responseDrained(_ stream: HTTPServerStream)
}

extension HTTPServerStreamHandler {
    package func requestTrailers(_ stream: HTTPServerStream, _ trailers: HTTPHeaders) {}
}

/// One request and its response. It belongs to the listener's loop.
///
/// Calls on a stream that is over do nothing, so that a late answer needs no check. The transport owns the framing: of
/// the head that is given, `content-length` says how long the body will be, and without it the body is chunked.
package final class HTTPServerStream {
    /// Whatever the handler wants to find again; released with the stream's end.
    @exclusivity(unchecked) package var context: AnyObject?
    /// The same for the whole connection: what its requests have in common, such as who the client is. Nothing once the
    /// stream is over.
    package var connectionContext: AnyObject? {
        get { connection != nil ? connection?.context : exchange?.connection?.context }
        set { if let connection { connection.context = newValue } else { exchange?.connection?.context = newValue } }
    }
    /// Nothing once the stream is over, and with HTTP/2.
    @exclusivity(unchecked) private(set) var connection: ServerConnection?
    /// Instead of it with HTTP/2.
    @exclusivity(unchecked) private var exchange: HTTP2Exchange?
    package let peerAddress: SocketAddress
    package var localAddress: SocketAddress? { connection?.localAddress ?? exchange?.connection?.localAddress }
    /// Where the client was going, when the connection was sent here on its way, or a load balancer says so.
    package var intendedAddress: SocketAddress? {
        connection?.announcedLocal ?? exchange?.connection?.announcedLocal
    }
    /// The verified identities of the client; empty without a certificate.
    package let peerURIs: [String]
    /// The name that the client asked for in the handshake (SNI); nothing without one, and once the stream is over.
    package var serverName: String? { connection?.serverName ?? exchange?.connection?.serverName }
    /// The client's certificate and our own, read anew each time; nothing where none was shown, and once the stream is
    /// over.
    package var peerCertificate: Certificate? { connection?.peerCertificate ?? exchange?.connection?.peerCertificate }
    package var ownCertificate: Certificate? { connection?.ownCertificate ?? exchange?.connection?.ownCertificate }
    package let isTLS: Bool
    package let method: HTTPMethod

    init(connection: ServerConnection, method: HTTPMethod) {
        self.connection = connection
        self.method = method
        peerAddress = connection.peerAddress
        peerURIs = connection.peerURIs
        isTLS = connection.isTLS
    }

    init(exchange: HTTP2Exchange, of connection: HTTP2ServerConnection, method: HTTPMethod) {
        self.exchange = exchange
        self.method = method
        peerAddress = connection.peerAddress
        peerURIs = connection.peerURIs
        isTLS = connection.isTLS
    }

    /// Whether the response is complete or the stream was aborted.
    package var isOver: Bool { connection == nil && exchange == nil }

    /// Sends a head before the one that counts, of a status from 100 to 199 but 101: any number of times.
    package func sendInterim(_ head: ResponseHead) {
        guard (100..<200).contains(head.status), head.status != 101 else { return }
        if let connection { connection.sendInterim(head) } else { exchange?.sendInterim(head) }
    }

    /// Begins the response. With `endOfStream` it has no body and is complete.
    ///
    /// A second head is ignored.
    package func sendHead(_ head: ResponseHead, endOfStream: Bool) {
        if let connection {
            connection.sendHead(head, endOfStream: endOfStream)
        } else {
            exchange?.sendHead(head, endOfStream: endOfStream)
        }
    }

    /// Agrees to go on in the protocol that the request offers: sends a 101, whose `upgrade` says in which; in
    /// HTTP/2 it becomes a 200.
    ///
    /// What follows are that protocol's bytes, by `requestBody` and `sendBody`; each direction ends by itself, by another
    /// `requestEnd` and by `sendEnd`. Nothing for a request that did not ask.
    package func sendUpgrade(_ head: ResponseHead) {
        if let connection { connection.sendUpgrade(head) } else { exchange?.sendUpgrade(head) }
    }

    /// Ends both directions of what ``sendUpgrade(_:)`` began, once what waits is sent: the other side is gone.
    package func endUpgrade() {
        if let connection { connection.endUpgrade() } else { exchange?.endUpgrade() }
    }

    /// Sends a piece of the body and takes the bytes in any case.
    ///
    /// - Returns: false when so much is waiting that the caller should pause until
    ///   ``HTTPServerStreamHandler/responseDrained(_:)``.
    @discardableResult
    package func sendBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        if let connection { return connection.sendBody(bytes) }
        return exchange?.sendBody(bytes) ?? true
    }

    /// Completes the response. When less was sent than its `content-length` said, the connection is reset – with HTTP/2
    /// the stream –: the client must not take a part for the whole.
    package func sendEnd() {
        if let connection { connection.sendEnd() } else { exchange?.sendEnd(trailers: nil) }
    }

    /// The same with fields after the body. Clients of HTTP/1.1 get them where the limits let trailers pass and the body
    /// is chunked.
    package func sendEnd(trailers: HTTPHeaders) {
        if let connection { connection.sendEnd(trailers: trailers) } else { exchange?.sendEnd(trailers: trailers) }
    }

    /// Stops the delivery of the request's body after the bytes that have been read already; with HTTP/2, after those
    /// that fit into the client's window.
    package func pauseReading() {
        if let connection { connection.pauseReading() } else { exchange?.pauseReading() }
    }

    package func resumeReading() {
        if let connection { connection.resumeReading() } else { exchange?.resumeReading() }
    }

    /// Resets the connection, or with HTTP/2 the stream, so that the client sees that the response is not whole.
    package func abort() {
        if let connection { connection.abortByHandler() } else { exchange?.abort() }
    }

    func detach() {
        connection = nil
        exchange = nil
        context = nil
    }
}
