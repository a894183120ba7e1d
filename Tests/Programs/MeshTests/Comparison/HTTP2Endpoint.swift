import HTTPTransport
import HTTPWire
import SystemIO

/// An endpoint of a cluster that speaks HTTP/2: notes what comes, in HTTP/1.1's form, and answers what it is told in that
/// form.
final class HTTP2Endpoint: HTTPServerStreamHandler {
    /// Says a text of HTTP/1.1 in HTTP/2, or ends the stream.
    typealias Answer = (String, ComparedUpstream.Answer.End) -> Void

    private final class Request {
        var message: HTTPText
        var body: [UInt8] = []

        init(_ message: HTTPText) {
            self.message = message
        }
    }

    private var listener: HTTPListener?
    /// Called for each request when it is complete.
    private let onRequest: (HTTPText, @escaping Answer) -> Void

    init(
        at address: SocketAddress, on loop: EventLoop, onRequest: @escaping (HTTPText, @escaping Answer) -> Void
    ) throws {
        self.onRequest = onRequest
        var limits = HTTPServerLimits()
        limits.http2 = .proxy
        limits.http1 = false
        limits.leavesContinue = true
        listener = try HTTPListener(loop: loop, address: address, limits: limits, handler: self)
    }

    var isLeft: Bool { listener?.connectionCount ?? 0 == 0 }

    func close() {
        listener?.close()
        listener = nil
    }

    func request(_ stream: HTTPServerStream, head: RequestHead, hasBody: Bool) {
        let line = [head.methodBytes, head.target].map { String(decoding: $0, as: UTF8.self) } + ["HTTP/2"]
        var message = HTTPText(startLine: line.joined(separator: " "), fields: [])
        message.fields.append(
            HTTPText.Field(name: ":authority", value: String(decoding: head.authority, as: UTF8.self)))
        head.forEachField { message.fields.append(HTTPText.Field(name: $0, value: $1)) }
        stream.context = Request(message)
    }

    func requestBody(_ stream: HTTPServerStream, _ bytes: UnsafeRawBufferPointer) {
        (stream.context as? Request)?.body.append(contentsOf: bytes)
    }

    func requestTrailers(_ stream: HTTPServerStream, _ trailers: HTTPHeaders) {
        (stream.context as? Request)?.message.trailers = trailers.map { HTTPText.Field(name: $0.name, value: $0.value) }
    }

    func requestEnd(_ stream: HTTPServerStream) {
        guard let request = stream.context as? Request else { return }
        request.message.body = String(decoding: request.body, as: UTF8.self)
        let method = stream.method == .head ? "HEAD" : "GET"
        onRequest(request.message) { text, end in
            Self.say(text, to: method, on: stream)
            if end != .stays { stream.abort() }
        }
    }

    func requestAborted(_ stream: HTTPServerStream, reason: HTTPStreamAbort) {}

    func responseDrained(_ stream: HTTPServerStream) {}

    private static func say(_ text: String, to method: String, on stream: HTTPServerStream) {
        var reader = HTTPTextReader(Array(text.utf8), hasEnded: true)
        while let message = reader.response(to: method) {
            var head = ResponseHead(status: message.status ?? 500)
            for field in message.fields where field.name != "transfer-encoding" { head.add(field.name, field.value) }
            if head.status < 200 {
                stream.sendInterim(head)
                continue
            }
            let isWhole = message.isComplete && message.body.isEmpty && message.trailers.isEmpty
            stream.sendHead(head, endOfStream: isWhole)
            guard !isWhole else { return }
            Array(message.body.utf8).withUnsafeBytes { _ = stream.sendBody($0) }
            guard message.isComplete else { return }
            var trailers = HTTPHeaders()
            for field in message.trailers { trailers.add(field.name, field.value) }
            if trailers.count > 0 { stream.sendEnd(trailers: trailers) } else { stream.sendEnd() }
        }
    }
}
