package import HTTPWire
internal import SystemIO

/// A request on its way, to cancel it by. It belongs to the client's loop.
package final class HTTPCall: HTTPClientStreamHandler {
    private let loop: EventLoop
    private let pool: HTTPConnectionPool
    private let request: HTTPRequest
    private let address: SocketAddress
    private let http2: Bool
    private let acceptsGzip: Bool
    private var sink: (any ResponseSink)?
    private var stream: HTTPClientStream?
    private var timer: TimerID?
    private var hasRetried = false

    init(
        loop: EventLoop, pool: HTTPConnectionPool, request: HTTPRequest, address: SocketAddress, http2: Bool,
        acceptsGzip: Bool, sink: any ResponseSink
    ) {
        self.loop = loop
        self.pool = pool
        self.request = request
        self.address = address
        self.http2 = http2
        self.acceptsGzip = acceptsGzip
        self.sink = sink
    }

    /// Gives the request up; its completion is not called.
    package func cancel() {
        sink = nil
        finish()
    }

    /// Stops the delivery of a streamed response for now.
    package func pauseReading() {
        stream?.pauseReading()
    }

    package func resumeReading() {
        stream?.resumeReading()
    }

    func start(deadline: Duration) {
        timer = loop.schedule(after: deadline) { [weak self] in self?.end(.deadlineExceeded) }
        send(fresh: false)
    }

    private func send(fresh: Bool) {
        let stream = pool.open(self, fresh: fresh, http2: http2)
        self.stream = stream
        var head = RequestHead(
            method: request.method, target: request.target, authority: request.headers["host"] ?? "\(address)")
        for (name, value) in request.headers where name.lowercased() != "host" { head.add(name, value) }
        if acceptsGzip, request.headers["accept-encoding"] == nil { head.add("accept-encoding", "gzip") }
        guard !request.body.isEmpty else { return stream.sendHead(head, endOfStream: true) }
        head.remove("content-length")
        head.add("content-length", decimal: request.body.count)
        stream.sendHead(head, endOfStream: false)
        // The body is in memory already, so there is nothing to pause when much of it waits.
        request.body.withUnsafeBytes { _ = stream.sendBody($0) }
        stream.sendEnd()
    }

    package func response(_ stream: HTTPClientStream, head: ResponseHead, hasBody: Bool) {
        if sink?.isWhole == false, let timer {
            loop.cancel(timer)
            self.timer = nil
        }
        sink?.head(head)
    }

    package func responseBody(_ stream: HTTPClientStream, _ bytes: UnsafeRawBufferPointer) {
        if let failure = sink?.bytes(bytes) { end(failure) }
    }

    package func responseTrailers(_ stream: HTTPClientStream, _ trailers: HTTPHeaders) {
        sink?.trailers(trailers)
    }

    package func responseEnd(_ stream: HTTPClientStream) {
        end(nil)
    }

    package func failed(_ stream: HTTPClientStream, _ failure: UpstreamFailure) {
        if failure == .staleConnection, !hasRetried {
            hasRetried = true
            send(fresh: true)
        } else {
            end(.upstream(failure))
        }
    }

    package func requestDrained(_ stream: HTTPClientStream) {}

    private func end(_ failure: HTTPClientError?) {
        let sink = sink
        self.sink = nil
        finish()
        sink?.end(failure)
    }

    private func finish() {
        if let timer { loop.cancel(timer) }
        timer = nil
        stream?.cancel()
        stream = nil
    }
}
