internal import HTTPWire
internal import Quantities

/// One request of an HTTP/2 connection and its response.
///
/// The request's side is pushed in by the session. The response's side is pulled: what the handler sends waits in
/// ``output`` until windows and the connection take it.
final class HTTP2Exchange {
    private enum Response {
        case none
        /// So many bytes remain of the length that the head promised, when it promised one. What is sent of a body that
        /// there cannot be – the answer to HEAD – is dropped.
        case sending(remaining: Int?, isSuppressed: Bool)
        /// The handler has said everything.
        case complete
    }

    let id: HTTP2StreamID
    /// Nothing once the stream is closed.
    private(set) var connection: HTTP2ServerConnection?
    /// The handler's end of it; nothing before the head is complete and after the handler has done.
    private(set) var stream: HTTPServerStream?
    /// While the head arrives.
    var builder: HTTP2RequestBuilder?
    /// While the trailers arrive.
    var trailers: HTTP2TrailerBuilder?
    /// Nothing more of the request will come.
    private(set) var hasRequestEnded = false
    /// When the client last sent or took some of the bodies.
    private(set) var lastProgress: MonotonicTime

    private var response = Response.none
    private var output = HTTP2Outbox()
    private var isPaused = false
    /// Another protocol's bytes pass, for as long as the handler likes.
    private var isTunnel = false
    /// Bytes that the client has sent since the handler paused, for which its window stays closed.
    private(set) var withheld = 0

    init(_ id: HTTP2StreamID, _ connection: HTTP2ServerConnection, limits: HTTPLimits, now: MonotonicTime) {
        self.id = id
        self.connection = connection
        builder = HTTP2RequestBuilder(limits: limits)
        lastProgress = now
    }

    /// Bytes that wait for the client's window.
    var waitingCount: Int { output.count }

    /// Whether it is the client's turn: to send more of its body, or to take more of ours.
    var awaitsClient: Bool { !isTunnel && (waitingCount > 0 || !hasRequestEnded && !isPaused && !isComplete) }

    /// Whether nothing more will be said by the handler.
    var isComplete: Bool {
        if case .complete = response { return true }
        return false
    }

    // MARK: The request

    func open(_ stream: HTTPServerStream) {
        self.stream = stream
    }

    /// Tells the client that waits with its body to go on, unless it is being answered already.
    func sendContinue() {
        sendInterim(ResponseHead(status: 100))
    }

    func sendInterim(_ head: ResponseHead) {
        guard case .none = response, stream != nil, let connection else { return }
        connection.session?.submit(interim: head, on: id)
        connection.schedulePump()
    }

    func received(_ bytes: UnsafeRawBufferPointer, for handler: any HTTPServerStreamHandler, at now: MonotonicTime) {
        // Of a request that is answered already, the client may send what fits into its window and no more.
        guard let stream else { return }
        lastProgress = now
        handler.requestBody(stream, bytes)
        if isPaused {
            withheld += bytes.count
            connection?.noteWithheld(bytes.count)
        } else {
            connection?.session?.consume(bytes.count, of: id)
        }
    }

    func received(_ trailers: HTTPHeaders, for handler: any HTTPServerStreamHandler) {
        guard !hasRequestEnded, trailers.count > 0, let stream else { return }
        handler.requestTrailers(stream, trailers)
    }

    func requestEnded(for handler: any HTTPServerStreamHandler) {
        guard !hasRequestEnded else { return }
        hasRequestEnded = true
        if let stream { handler.requestEnd(stream) }
        if isTunnel, isComplete { completed() }
    }

    func pauseReading() {
        isPaused = true
    }

    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        if let connection { lastProgress = connection.now }
        let count = withheld
        withheld = 0
        guard count > 0, let connection else { return }
        connection.noteWithheld(-count)
        connection.session?.consume(count, of: id)
        connection.schedulePump()
    }

    // MARK: The response

    func sendHead(_ head: ResponseHead, endOfStream: Bool) {
        guard case .none = response, let connection, head.status >= 200 else { return }
        connection.session?.submit(head, on: id, hasBody: !endOfStream)
        connection.schedulePump()
        if endOfStream { return completed() }
        let isSuppressed = stream?.method == .head || head.forbidsBody
        response = .sending(remaining: isSuppressed ? nil : head.promisedLength, isSuppressed: isSuppressed)
    }

    /// Agrees to what an extended CONNECT asks for: 200 instead of a 101.
    func sendUpgrade(_ head: ResponseHead) {
        isTunnel = true
        var answer = ResponseHead(status: 200)
        head.forEachField { answer.add($0, $1) }
        answer.remove("content-length" as HeaderName)
        sendHead(answer, endOfStream: false)
    }

    /// Ends both directions, once what waits is sent: the client's is cut off after a while.
    func endUpgrade() {
        isTunnel = false
        sendEnd(trailers: nil)
        if stream != nil, isComplete { completed() }
    }

    func sendBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard case .sending(let remaining, let isSuppressed) = response, let connection, !isSuppressed else {
            return true
        }
        if let remaining {
            guard bytes.count <= remaining else {
                abort()
                return true
            }
            response = .sending(remaining: remaining - bytes.count, isSuppressed: false)
        }
        output.append(bytes)
        connection.noteWaiting(bytes.count)
        resume()
        return !output.noteFull()
    }

    func sendEnd(trailers: HTTPHeaders?) {
        guard case .sending(let remaining, _) = response else { return }
        guard remaining ?? 0 == 0 else { return abort() }
        output.end(trailers: trailers)
        // Each direction of a tunnel ends by itself.
        if isTunnel, !hasRequestEnded { response = .complete } else { completed() }
        resume()
    }

    /// Resets the stream, so that the client sees that the response is not whole.
    func abort() {
        drop(.internalError)
    }

    func drop(_ code: HTTP2ErrorCode) {
        connection?.session?.reset(id, code)
        connection?.schedulePump()
        connection?.noteDropped(id)
        forgetOutput()
        completed()
    }

    private func completed() {
        response = .complete
        stream?.detach()
        stream = nil
        guard !hasRequestEnded, let connection else { return }
        lastProgress = connection.now
        connection.noteAnsweredEarly(id)
    }

    private func resume() {
        if output.takeAwaited() { connection?.session?.resumeBody(of: id) }
        connection?.schedulePump()
    }

    /// Fills a DATA frame; see ``HTTP2SessionOwner/nextBody(_:into:)``.
    func nextBody(into buffer: UnsafeMutableRawBufferPointer, at now: MonotonicTime) -> HTTP2BodyPiece {
        let taken = output.take(into: buffer)
        if taken.count > 0 {
            lastProgress = now
            connection?.noteWaiting(-taken.count)
        }
        if taken.isDrained { connection?.noteDrained(self) }
        if let trailers = taken.trailers { connection?.session?.submit(trailers: trailers, on: id) }
        return taken.piece
    }

    /// The stream is no more.
    func close() -> HTTPServerStream? {
        let stream = stream
        forgetOutput()
        connection?.noteWithheld(-withheld)
        withheld = 0
        self.stream = nil
        response = .complete
        connection = nil
        return stream
    }

    private func forgetOutput() {
        connection?.noteWaiting(-waitingCount)
        output.drop()
    }
}
