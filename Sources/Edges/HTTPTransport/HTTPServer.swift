internal import HTTPWire
package import SystemIO
package import TLSTransport

/// A server of whole requests: for APIs, metrics and the demo's services, where a body fits in memory.
package final class HTTPServer {
    private let listener: HTTPListener

    /// - Parameters:
    ///   - maximumBody: bytes of a request's body; more is answered 413.
    ///   - tooLarge: makes that answer, from the request without its body; nothing means a sentence of text.
    ///   - handler: called on the loop once a request is complete. It answers through the responder, now or later.
    package init(
        loop: EventLoop, address: SocketAddress, reusePort: Bool = false, tls: TLSContext? = nil,
        limits: HTTPServerLimits = HTTPServerLimits(), maximumBody: Int = 4 * 1024 * 1024,
        tooLarge: ((HTTPRequest) -> HTTPResponse)? = nil,
        handler: @escaping (HTTPRequest, HTTPResponder) -> Void
    ) throws(SystemError) {
        listener = try HTTPListener(
            loop: loop, address: address, reusePort: reusePort, tls: tls, limits: limits,
            handler: RequestCollector(maximumBody: maximumBody, tooLarge: tooLarge, handler: handler))
    }

    /// The same on a socket that listens already, which belongs to the server from now on.
    package init(
        loop: EventLoop, socket: Socket, limits: HTTPServerLimits = HTTPServerLimits(),
        maximumBody: Int = 4 * 1024 * 1024, handler: @escaping (HTTPRequest, HTTPResponder) -> Void
    ) throws(SystemError) {
        listener = try HTTPListener(
            loop: loop, socket: socket, limits: limits,
            handler: RequestCollector(maximumBody: maximumBody, tooLarge: nil, handler: handler))
    }

    /// See ``HTTPListener/duplicateSocket()``.
    package func duplicateSocket() throws(SystemError) -> Socket? { try listener.duplicateSocket() }

    /// The address it listens on, with the port that the kernel chose.
    package var boundAddress: SocketAddress { listener.boundAddress }
    package var connectionCount: Int { listener.connectionCount }

    /// What new connections are greeted with; see ``HTTPListener/tls``.
    package var tls: TLSContext? {
        get { listener.tls }
        set { listener.tls = newValue }
    }

    package var onHandshakeFailure: ((String, SocketAddress) -> Void)? {
        get { listener.onHandshakeFailure }
        set { listener.onHandshakeFailure = newValue }
    }

    /// Stops accepting. Connections that stand go on.
    package func close() {
        listener.close()
    }

    /// See ``HTTPListener/drain(deadline:completion:)``.
    package func drain(deadline: Duration, completion: @escaping () -> Void) {
        listener.drain(deadline: deadline, completion: completion)
    }
}

/// Gathers requests and hands them on whole.
private final class RequestCollector: HTTPServerStreamHandler {
    /// A request while it arrives, then the responder that answers it.
    private final class Exchange {
        var request: HTTPRequest
        var responder: HTTPResponder?

        init(request: HTTPRequest) {
            self.request = request
        }
    }

    private let maximumBody: Int
    private let tooLarge: ((HTTPRequest) -> HTTPResponse)?
    private let handler: (HTTPRequest, HTTPResponder) -> Void

    init(
        maximumBody: Int, tooLarge: ((HTTPRequest) -> HTTPResponse)?,
        handler: @escaping (HTTPRequest, HTTPResponder) -> Void
    ) {
        self.maximumBody = maximumBody
        self.tooLarge = tooLarge
        self.handler = handler
    }

    func request(_ stream: HTTPServerStream, head: RequestHead, hasBody: Bool) {
        var headers = HTTPHeaders(head)
        // Where the target was a whole URL, its host goes before the field.
        headers["host"] = String(decoding: head.authority, as: UTF8.self)
        let request = HTTPRequest(
            String(decoding: head.methodBytes, as: UTF8.self), String(decoding: head.target, as: UTF8.self),
            headers: headers, peer: stream.peerAddress, peerURIs: stream.peerURIs)
        if let length = head.promisedLength, length > maximumBody { return refuse(stream, request) }
        stream.context = Exchange(request: request)
    }

    func requestBody(_ stream: HTTPServerStream, _ bytes: UnsafeRawBufferPointer) {
        guard let exchange = stream.context as? Exchange else { return }
        guard exchange.request.body.count + bytes.count <= maximumBody else {
            exchange.request.body = []
            // What still comes of it is not gathered again.
            stream.context = nil
            return refuse(stream, exchange.request)
        }
        exchange.request.body.append(contentsOf: bytes)
    }

    func requestEnd(_ stream: HTTPServerStream) {
        guard let exchange = stream.context as? Exchange else { return }
        let responder = HTTPResponder(stream)
        exchange.responder = responder
        handler(exchange.request, responder)
    }

    func requestAborted(_ stream: HTTPServerStream, reason: HTTPStreamAbort) {
        (stream.context as? Exchange)?.responder?.closed()
    }

    func responseDrained(_ stream: HTTPServerStream) {
        (stream.context as? Exchange)?.responder?.drained()
    }

    private func refuse(_ stream: HTTPServerStream, _ request: HTTPRequest) {
        let response =
            tooLarge?(request)
            ?? HTTPResponse(status: 413, body: Array("the body has more than \(maximumBody) bytes\n".utf8))
        HTTPResponder(stream).respond(response)
    }
}

/// Answers one request, at once or later, in one piece or many. It belongs to the server's loop; calls after the end,
/// or after the client has gone, do nothing.
package final class HTTPResponder {
    /// Called once when the client goes before the response is complete: stop working on it.
    package var onClose: (() -> Void)?
    /// Called when there is room again after ``write(_:)`` returned false.
    package var onDrained: (() -> Void)?

    private let stream: HTTPServerStream

    fileprivate init(_ stream: HTTPServerStream) {
        self.stream = stream
    }

    /// Whether the response is complete or the client has gone.
    package var isClosed: Bool { stream.isOver }

    /// Answers in one piece.
    package func respond(_ response: HTTPResponse) {
        var head = response.head
        if !head.forbidsBody {
            head.remove("content-length")
            head.add("content-length", decimal: response.body.count)
        }
        // A response of HTTP/2 that ends with its head is another one to gRPC than one with an empty body.
        let hasBody = !response.body.isEmpty || response.trailers.count > 0
        stream.sendHead(head, endOfStream: !hasBody)
        if hasBody {
            response.body.withUnsafeBytes { _ = stream.sendBody($0) }
            stream.sendEnd(trailers: response.trailers)
        }
        release()
    }

    /// Begins an answer in pieces; without a `content-length` it is chunked.
    package func begin(status: Int, headers: HTTPHeaders = [:]) {
        stream.sendHead(HTTPResponse(status: status, headers: headers).head, endOfStream: false)
    }

    /// Sends a piece of the body.
    ///
    /// - Returns: false when so much is waiting that the caller should pause until ``onDrained``, or give up.
    @discardableResult
    package func write(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { stream.sendBody($0) }
    }

    /// Completes the answer.
    package func end() {
        stream.sendEnd()
        release()
    }

    /// Breaks the answer off, so that the client sees that it is not whole.
    package func abort() {
        stream.abort()
        release()
    }

    fileprivate func closed() {
        let callback = onClose
        release()
        callback?()
    }

    fileprivate func drained() {
        onDrained?()
    }

    /// The callbacks usually hold what they answer from, and that the responder.
    private func release() {
        onClose = nil
        onDrained = nil
    }
}
