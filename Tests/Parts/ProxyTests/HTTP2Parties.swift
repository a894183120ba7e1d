import HTTPTransport
import HTTPWire
import SystemIO

/// An application that speaks both versions of HTTP, and notes what it is asked.
final class EitherApplication: HTTPServerStreamHandler {
    final class Request {
        let stream: HTTPServerStream
        let head: RequestHead
        let hasBody: Bool
        var body: [UInt8] = []
        var bodyCount = 0
        var trailers = HTTPHeaders()
        var isComplete = false
        var isAborted = false

        init(_ stream: HTTPServerStream, _ head: RequestHead, hasBody: Bool) {
            self.stream = stream
            self.head = head
            self.hasBody = hasBody
        }

        func answer(_ status: Int = 200, _ fields: [(String, String)] = [], body: String? = nil) {
            var head = ResponseHead(status: status)
            for (name, value) in fields { head.add(name, value) }
            stream.sendHead(head, endOfStream: body == nil)
            guard var body else { return }
            body.withUTF8 { _ = stream.sendBody(UnsafeRawBufferPointer($0)) }
            stream.sendEnd()
        }
    }

    private(set) var requests: [Request] = []
    private(set) var drains = 0
    /// Called when a request is complete.
    var onRequest: (Request) -> Void = { _ in }
    /// Called with its head.
    var onHead: (Request) -> Void = { _ in }
    var onDrained: (HTTPServerStream) -> Void = { _ in }
    private var listener: HTTPListener?

    init(_ loop: EventLoop) throws {
        var limits = HTTPServerLimits()
        limits.http2 = HTTP2Limits()
        limits.wire.passesTrailers = true
        limits.leavesContinue = true
        listener = try HTTPListener(loop: loop, address: .loopback(), limits: limits, handler: self)
    }

    var address: SocketAddress { listener?.boundAddress ?? .loopback() }
    var connectionCount: Int { listener?.connectionCount ?? 0 }

    func close() {
        listener?.close()
        listener = nil
    }

    func request(_ stream: HTTPServerStream, head: RequestHead, hasBody: Bool) {
        let request = Request(stream, head, hasBody: hasBody)
        stream.context = request
        requests.append(request)
        onHead(request)
    }

    func requestBody(_ stream: HTTPServerStream, _ bytes: UnsafeRawBufferPointer) {
        guard let request = stream.context as? Request else { return }
        request.bodyCount += bytes.count
        if request.body.count < 1000 { request.body += bytes }
    }

    func requestTrailers(_ stream: HTTPServerStream, _ trailers: HTTPHeaders) {
        (stream.context as? Request)?.trailers = trailers
    }

    func requestEnd(_ stream: HTTPServerStream) {
        guard let request = stream.context as? Request else { return }
        request.isComplete = true
        onRequest(request)
    }

    func requestAborted(_ stream: HTTPServerStream, reason: HTTPStreamAbort) {
        (stream.context as? Request)?.isAborted = true
    }

    func responseDrained(_ stream: HTTPServerStream) {
        drains += 1
        onDrained(stream)
    }
}

/// One request of a client that says which version it speaks.
final class EitherClient: HTTPClientStreamHandler {
    private(set) var head: ResponseHead?
    private(set) var body: [UInt8] = []
    private(set) var bodyCount = 0
    private(set) var trailers = HTTPHeaders()
    private(set) var isComplete = false
    private(set) var failure: UpstreamFailure?
    private(set) var interim: [Int] = []
    var onInterim: (HTTPClientStream, Int) -> Void = { _, _ in }
    private(set) var drains = 0
    var isSlow = false
    private(set) var stream: HTTPClientStream?

    init(
        _ pool: HTTPConnectionPool, http2: Bool, _ method: String = "GET", _ target: String = "/",
        host: String = "catalog", _ fields: [(String, String)] = [], body: String? = nil, ends: Bool = true,
        trailers: HTTPHeaders = [:]
    ) {
        let stream = pool.open(self, http2: http2)
        self.stream = stream
        var head = RequestHead(method: method, target: target, authority: host)
        for (name, value) in fields { head.add(name, value) }
        stream.sendHead(head, endOfStream: body == nil && ends)
        if var body { body.withUTF8 { _ = stream.sendBody(UnsafeRawBufferPointer($0)) } }
        if body != nil, ends { stream.sendEnd(trailers: trailers) }
    }

    var status: Int? { head?.status }
    var text: String { String(decoding: body, as: UTF8.self) }
    var isOver: Bool { isComplete || failure != nil }

    func response(_ stream: HTTPClientStream, head: ResponseHead, hasBody: Bool) {
        self.head = head
        if isSlow { stream.pauseReading() }
    }

    func responseBody(_ stream: HTTPClientStream, _ bytes: UnsafeRawBufferPointer) {
        bodyCount += bytes.count
        if body.count < 1000 { body += bytes }
    }

    func interim(_ stream: HTTPClientStream, head: ResponseHead) {
        interim.append(head.status)
        onInterim(stream, head.status)
    }

    func responseTrailers(_ stream: HTTPClientStream, _ trailers: HTTPHeaders) {
        self.trailers = trailers
    }

    func responseEnd(_ stream: HTTPClientStream) {
        isComplete = true
    }

    func failed(_ stream: HTTPClientStream, _ failure: UpstreamFailure) {
        self.failure = failure
    }

    func requestDrained(_ stream: HTTPClientStream) {
        drains += 1
    }
}
