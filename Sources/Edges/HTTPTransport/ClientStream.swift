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
        case .protocolError(let reason): "the answer is malformed: \(reason)"
        case .overloaded: "too many connections to the peer"
        }
    }
}

/// Who gets an upstream's answer. Called on the pool's loop, and never from within a call on the stream.
///
/// `response` once, `responseBody` any number of times, `responseEnd` once, also when there is no body; or `failed` at
/// any point. Nothing after either of the last two.
package protocol HTTPClientStreamHandler: AnyObject {
    func response(_ stream: HTTPClientStream, head: consuming ResponseHead, hasBody: Bool)
    /// A piece of the body; the bytes are valid during the call.
    func responseBody(_ stream: HTTPClientStream, _ bytes: UnsafeRawBufferPointer)
    func responseEnd(_ stream: HTTPClientStream)
    func failed(_ stream: HTTPClientStream, _ failure: UpstreamFailure)
    /// There is room again after `sendBody` returned false.
    func requestDrained(_ stream: HTTPClientStream)
    /// The connection that was made for the request stands.
    func connected(_ stream: HTTPClientStream)
}

extension HTTPClientStreamHandler {
    package func connected(_ stream: HTTPClientStream) {}
}

/// One request to an upstream and its response. It belongs to the pool's loop; calls on one that is over do nothing.
package final class HTTPClientStream {
    @exclusivity(unchecked) private(set) var handler: (any HTTPClientStreamHandler)?
    @exclusivity(unchecked) private(set) var connection: ClientConnection?
    /// Whether it runs on a connection that has served a request before.
    @exclusivity(unchecked) package private(set) var isReused = false
    /// Who the upstream is, once the connection stands; empty without TLS.
    package var peerURIs: [String] { connection?.peerURIs ?? [] }

    init(handler: any HTTPClientStreamHandler) {
        self.handler = handler
    }

    package var isOver: Bool { handler == nil }

    /// Begins the request; before the connection stands it waits in memory. With `endOfStream` there is no body.
    package func sendHead(_ head: RequestHead, endOfStream: Bool) {
        connection?.sendHead(head, endOfStream: endOfStream)
    }

    /// Sends a piece of the body and takes the bytes in any case.
    ///
    /// - Returns: false when so much is waiting that the caller should pause until
    ///   ``HTTPClientStreamHandler/requestDrained(_:)``.
    @discardableResult
    package func sendBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        connection?.sendBody(bytes) ?? true
    }

    /// Completes the request. When less was sent than its `content-length` said, the request fails.
    package func sendEnd() {
        connection?.sendEnd()
    }

    /// Stops the delivery of the response's body after the bytes that have been read already.
    package func pauseReading() {
        connection?.pauseReading()
    }

    package func resumeReading() {
        connection?.resumeReading()
    }

    /// Gives the request up: its connection closes, and the handler hears nothing more.
    package func cancel() {
        let connection = connection
        detach()
        connection?.cancelled()
    }

    func attach(_ connection: ClientConnection, isReused: Bool) {
        self.connection = connection
        self.isReused = isReused
    }

    func detach() {
        connection = nil
        handler = nil
    }

    func fail(_ failure: UpstreamFailure) {
        let handler = handler
        detach()
        handler?.failed(self, failure)
    }
}
