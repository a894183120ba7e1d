internal import HTTPWire

/// One request on an HTTP/2 connection to an upstream, and its response.
///
/// The request's side is pulled: what is sent waits in ``output`` until windows and the connection take it. The
/// response's side is pushed in by the session.
final class HTTP2ClientExchange {
    private enum Request {
        case none
        /// So many bytes remain of the length that the head promised, when it promised one.
        case sending(remaining: Int?)
        case complete
    }

    /// Nothing once the stream is closed or given up.
    private(set) var connection: HTTP2ClientConnection?
    /// Nothing before the head is sent.
    private(set) var id: HTTP2StreamID?
    private var stream: HTTPClientStream?
    private var request = Request.none
    private var output = HTTP2Outbox()
    /// An offer that waits for what the server says of itself.
    private var pendingUpgrade: RequestHead?
    /// What an extended CONNECT asks to go on in.
    private var upgrade: [UInt8]?
    /// Whether the server has agreed to that, so that each direction ends by itself; and has ended its own.
    private var isTunnel = false
    private var isTunnelInputOver = false

    /// While a head arrives; interim ones come before the one that counts.
    private var builder: HTTP2ResponseBuilder?
    /// While the trailers arrive.
    private var trailers: HTTP2TrailerBuilder?
    private(set) var hasHead = false
    /// Something came on the connection since this began, so that it was not dead then.
    private var isPaused = false
    /// Bytes that the upstream has sent since the handler paused, for which its window stays closed.
    private var withheld = 0
    /// How much the connection had received when this began; more of it means that it was not dead.
    let connectionMark: UInt64
    let isReused: Bool

    init(_ connection: HTTP2ClientConnection, stream: HTTPClientStream, mark: UInt64, isReused: Bool) {
        self.connection = connection
        self.stream = stream
        self.isReused = isReused
        connectionMark = mark
        stream.attach(self, isReused: isReused)
    }

    /// Bytes that wait for the upstream's window.
    var waitingCount: Int { output.count }

    // MARK: The request

    /// Asks by an extended CONNECT, which only those get who have said that they know it (RFC 8441 §3).
    func sendUpgrade(_ head: RequestHead) {
        guard case .none = request, let connection else { return }
        guard connection.knowsSettings else {
            pendingUpgrade = head
            return
        }
        guard connection.session?.allowsUpgrades == true, let name = head.upgrade else {
            return sendHead(head, endOfStream: true)
        }
        guard let id = connection.begin(self, head, hasBody: true, isUpgrade: true) else {
            return connection.failSoon(self, .refused)
        }
        self.id = id
        upgrade = Array(name)
        request = .sending(remaining: nil)
        connection.schedulePump()
    }

    /// The server has said what it knows.
    func settingsReceived() {
        guard let head = pendingUpgrade else { return }
        pendingUpgrade = nil
        sendUpgrade(head)
    }

    func sendHead(_ head: RequestHead, endOfStream: Bool) {
        guard case .none = request, let connection else { return }
        guard let id = connection.begin(self, head, hasBody: !endOfStream) else {
            // The connection has no numbers left; another has.
            return connection.failSoon(self, .refused)
        }
        self.id = id
        request = endOfStream ? .complete : .sending(remaining: head.promisedLength)
        connection.schedulePump()
    }

    func sendBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard case .sending(let remaining) = request, let connection else { return true }
        if let remaining {
            guard bytes.count <= remaining else {
                violated("the request is longer than it said")
                return true
            }
            request = .sending(remaining: remaining - bytes.count)
        }
        output.append(bytes)
        resume(connection)
        return !output.noteFull()
    }

    func sendEnd(trailers: HTTPHeaders?) {
        guard case .sending(let remaining) = request, let connection else { return }
        guard remaining ?? 0 == 0 else { return violated("the request is shorter than it said") }
        request = .complete
        output.end(trailers: trailers)
        resume(connection)
        if isTunnelInputOver { letGo() }
    }

    /// Fails outside the caller's call.
    private func violated(_ reason: String) {
        request = .complete
        output.drop()
        connection?.failSoon(self, .protocolError(reason))
    }

    private func resume(_ connection: HTTP2ClientConnection) {
        if output.takeAwaited(), let id { connection.session?.resumeBody(of: id) }
        connection.schedulePump()
    }

    /// Fills a DATA frame; see ``HTTP2SessionOwner/nextBody(_:into:)``.
    func nextBody(into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyPiece {
        let taken = output.take(into: buffer)
        if taken.isDrained { connection?.noteDrained(self) }
        if let trailers = taken.trailers, let id { connection?.session?.submit(trailers: trailers, on: id) }
        return taken.piece
    }

    func tellDrained() {
        if let stream { stream.handler?.requestDrained(stream) }
    }

    func tellConnected() {
        if let stream { stream.handler?.connected(stream) }
    }

    func cancelled() {
        stream = nil
        connection?.giveUp(self, .cancel)
    }

    // MARK: The response

    func headBegan(limits: HTTPLimits) {
        if hasHead {
            trailers = HTTP2TrailerBuilder(limits: limits)
        } else {
            builder = HTTP2ResponseBuilder(limits: limits)
        }
    }

    /// - Returns: how large the head is by now.
    func headField(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Int {
        if hasHead {
            trailers?.add(name: name, value: value)
            return trailers?.listBytes ?? 0
        }
        builder?.add(name: name, value: value)
        return builder?.listBytes ?? 0
    }

    func headEnded(endsStream: Bool) {
        if hasHead {
            if let trailers, trailers.fields.count > 0, let stream {
                stream.handler?.responseTrailers(stream, trailers.fields)
            }
            trailers = nil
            if endsStream { responseEnded() }
            return
        }
        guard let builder else { return }
        self.builder = nil
        do throws(HTTPWireError) {
            let head = try builder.finish()
            guard head.status >= 200 else {
                if head.status == 101 { throw HTTPWireError(status: 502, reason: "it switches protocols") }
                if let stream { stream.handler?.interim(stream, head: head) }
                return
            }
            hasHead = true
            guard let stream else { return }
            if let upgrade, (200..<300).contains(head.status), !endsStream {
                isTunnel = true
                stream.handler?.upgraded(stream, head: Self.consent(head, upgrade))
                return
            }
            stream.handler?.response(stream, head: head, hasBody: !endsStream)
            if endsStream { responseEnded() }
        } catch {
            connection?.giveUp(self, .protocolError)
            fail(.protocolError(error.reason))
        }
    }

    /// A 200 as HTTP/1.1 would say it.
    private static func consent(_ head: ResponseHead, _ upgrade: [UInt8]) -> ResponseHead {
        var consent = ResponseHead(status: 101)
        head.forEachField { consent.add($0, $1) }
        consent.add("upgrade", upgrade)
        return consent
    }

    func received(_ bytes: UnsafeRawBufferPointer) {
        guard let stream, hasHead else { return }
        stream.handler?.responseBody(stream, bytes)
        guard let connection, let id else { return }
        if isPaused {
            withheld += bytes.count
            connection.noteWithheld(bytes.count)
        } else {
            connection.session?.consume(bytes.count, of: id)
        }
    }

    private func letGo() {
        stream?.detach()
        stream = nil
        if let connection { connection.noteAnswered(self) }
    }

    func responseEnded() {
        guard let stream else { return }
        if isTunnel, case .sending = request {
            isTunnelInputOver = true
            stream.handler?.responseEnd(stream)
            return
        }
        self.stream = nil
        let handler = stream.handler
        stream.detach()
        // What is still to come of the request is of no use any more.
        if case .complete = request, output.count == 0 {
            connection?.noteAnswered(self)
        } else {
            connection?.giveUp(self, .cancel)
        }
        handler?.responseEnd(stream)
    }

    func pauseReading() {
        isPaused = true
    }

    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        let count = withheld
        withheld = 0
        guard count > 0, let connection, let id else { return }
        connection.noteWithheld(-count)
        connection.session?.consume(count, of: id)
        connection.schedulePump()
    }

    // MARK: The end

    /// The stream is no more for its connection.
    func detach() {
        guard let connection else { return }
        self.connection = nil
        connection.noteWithheld(-withheld)
        withheld = 0
        output.drop()
    }

    func fail(_ failure: UpstreamFailure) {
        let stream = stream
        self.stream = nil
        stream?.fail(failure)
    }
}
