import HTTPTransport
import HTTPWire
import SystemIO

/// Notes what a listener is told, and answers as its closure says.
final class ServerRecorder: HTTPServerStreamHandler {
    var events: [String] = []
    var streams: [HTTPServerStream] = []
    var bodyCount = 0
    var drains = 0
    var onRequest: (HTTPServerStream, RequestHead) -> Void = { _, _ in }
    var onBody: (HTTPServerStream, UnsafeRawBufferPointer) -> Void = { _, _ in }
    var onEnd: (HTTPServerStream) -> Void = { _ in }
    var onDrained: (HTTPServerStream) -> Void = { _ in }

    func request(_ stream: HTTPServerStream, head: RequestHead, hasBody: Bool) {
        events.append("\(head.method) \(String(decoding: head.target, as: UTF8.self))")
        streams.append(stream)
        onRequest(stream, head)
    }

    func requestBody(_ stream: HTTPServerStream, _ bytes: UnsafeRawBufferPointer) {
        bodyCount += bytes.count
        onBody(stream, bytes)
    }

    func requestTrailers(_ stream: HTTPServerStream, _ trailers: HTTPHeaders) {
        events.append("trailers " + trailers.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
    }

    func requestEnd(_ stream: HTTPServerStream) {
        events.append("end")
        onEnd(stream)
    }

    func requestAborted(_ stream: HTTPServerStream, reason: HTTPStreamAbort) {
        events.append("aborted: \(reason)")
    }

    func responseDrained(_ stream: HTTPServerStream) {
        drains += 1
        onDrained(stream)
    }
}

/// Notes what a pool's request comes to.
final class ClientRecorder: HTTPClientStreamHandler {
    var events: [String] = []
    var heads: [ResponseHead] = []
    var connections = 0
    var bodyCount = 0
    var drains = 0
    var onBody: (HTTPClientStream, UnsafeRawBufferPointer) -> Void = { _, _ in }
    var onDrained: (HTTPClientStream) -> Void = { _ in }

    func response(_ stream: HTTPClientStream, head: ResponseHead, hasBody: Bool) {
        heads.append(head)
        events.append("\(head.status)")
    }

    func responseBody(_ stream: HTTPClientStream, _ bytes: UnsafeRawBufferPointer) {
        bodyCount += bytes.count
        onBody(stream, bytes)
    }

    func responseTrailers(_ stream: HTTPClientStream, _ trailers: HTTPHeaders) {
        events.append("trailers " + trailers.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
    }

    func interim(_ stream: HTTPClientStream, head: ResponseHead) {
        events.append("\(head.status)…")
    }

    func connected(_ stream: HTTPClientStream) {
        connections += 1
    }

    func responseEnd(_ stream: HTTPClientStream) {
        events.append("end")
    }

    func failed(_ stream: HTTPClientStream, _ failure: UpstreamFailure) {
        events.append("failed: \(failure)")
    }

    func requestDrained(_ stream: HTTPClientStream) {
        drains += 1
        onDrained(stream)
    }
}

extension HTTPServerStream {
    /// Answers with a text of known length.
    func answer(_ text: String, status: Int = 200) {
        var head = ResponseHead(status: status)
        head.add("content-length", decimal: text.utf8.count)
        sendHead(head, endOfStream: false)
        var text = text
        text.withUTF8 { _ = sendBody(UnsafeRawBufferPointer($0)) }
        sendEnd()
    }
}

/// A request as text; `\n` stands for CRLF.
func lines(_ text: String) -> String { text.replacing("\n", with: "\r\n") }
