internal import HTTPWire
internal import SystemIO
internal import TLSTransport

/// One HTTP/2 connection to an upstream: requests side by side, as many as both ends allow.
///
///     connecting ─→ open ─ GOAWAY, numbers used up, pool closed ─→ retired ─ last response ─→ closed
///
/// Requests may join before it stands. What is to be sent is asked of the session once per event, by ``pump()``, as long
/// as the channel has room.
final class HTTP2ClientConnection: ChannelOwner, DeferredWork {
    private let pool: HTTPConnectionPool
    private let limits: HTTP2Limits
    private var channel: Channel?
    private(set) var session: HTTP2Session?
    /// Streams that are not closed, with those whose requests have been given up until now.
    private var exchanges: [HTTP2StreamID: HTTP2ClientExchange] = [:]
    /// Requests whose heads have not been sent.
    private var beginning: [HTTP2ClientExchange] = []
    /// Whose senders may go on; told after the session has been emptied.
    private var drained: [HTTP2ClientExchange] = []
    /// Streams that the upstream has reset.
    private var resetByPeer: Set<HTTP2StreamID> = []
    private var intake: HTTP2Intake
    private var controls: HTTP2FloodGuard
    private var deadline: Deadline?
    private(set) var isOpen = false
    private var isRetired = false
    private var hasServed = false
    /// Whether the upstream has said what it allows.
    private(set) var knowsSettings = false
    /// The reads that have come.
    private var receivedCount: UInt64 = 0
    private var isPumpScheduled = false
    private let scheme: StaticString

    init(pool: HTTPConnectionPool, socket: Socket, tls: TLSSession?) throws(SystemError) {
        self.pool = pool
        limits = pool.limits.http2
        intake = HTTP2Intake(limit: limits.waitingBytes)
        controls = HTTP2FloodGuard(limits.controls)
        scheme = tls == nil ? "http" : "https"
        channel = try Channel(
            loop: pool.loop, socket: socket, tls: tls, isConnected: false, stallTimeout: pool.limits.stallTimeout,
            owner: self)
        session = HTTP2Session(
            clientFor: self, limits: limits, headBytes: pool.limits.wire.headBytes)
        // Invalidated before the connection goes.
        deadline = Deadline(loop: pool.loop) { [unowned self] in deadlinePassed() }
        deadline?.arm(after: pool.limits.connectTimeout)
    }

    var peerURIs: [String] { channel?.peerURIs ?? [] }
    private(set) lazy var localAddress: SocketAddress? = channel?.socket.localAddress
    /// Bytes of requests that wait for windows.
    var waitingCount: Int { exchanges.values.reduce(0) { $0 + $1.waitingCount } }
    private var streamCount: Int { exchanges.count + beginning.count }
    private var allowedStreams: Int { min(session?.allowedStreams ?? 0, limits.concurrentStreams) }

    /// Whether another request may begin here.
    var hasRoom: Bool { !isRetired && session?.takesRequests == true && streamCount < allowedStreams }

    /// Takes a request; only with room.
    func serve(_ stream: HTTPClientStream) {
        if isOpen { deadline?.disarm() }
        beginning.append(HTTP2ClientExchange(self, stream: stream, mark: receivedCount, isReused: hasServed))
    }

    /// Sends a head, and returns the stream's number.
    func begin(_ exchange: HTTP2ClientExchange, _ head: RequestHead, hasBody: Bool, isUpgrade: Bool = false)
        -> HTTP2StreamID?
    {
        guard let session,
            let id = session.submit(head, scheme: scheme(of: head), hasBody: hasBody, isUpgrade: isUpgrade)
        else { return nil }
        beginning.removeAll { $0 === exchange }
        exchanges[id] = exchange
        return id
    }

    /// What the first client of all used, as far as it is known; a proxy's own hop says nothing about it.
    private func scheme(of head: RequestHead) -> StaticString {
        head.withValue(of: "x-forwarded-proto") { value -> StaticString? in
            if value.elementsEqual("https".utf8) { return "https" }
            return value.elementsEqual("http".utf8) ? "http" : nil
        }.flatMap { $0 } ?? scheme
    }

    /// Takes no more requests, and closes after the last.
    func retire() {
        isRetired = true
        closeIfDone()
    }

    // MARK: From the channel

    func channelOpened() {
        deadline?.disarm()
        isOpen = true
        schedulePump()
        for exchange in beginning + exchanges.values.sorted(by: { ($0.id?.number ?? 0) < ($1.id?.number ?? 0) }) {
            exchange.tellConnected()
        }
        if streamCount == 0 { becameIdle() }
    }

    func channelReceived(_ bytes: UnsafeRawBufferPointer) {
        guard let session else { return }
        receivedCount &+= 1
        let isFine = session.receive(bytes)
        guard self.session != nil else { return }
        if isFine {
            schedulePump()
        } else {
            // It did not begin as HTTP/2, or sends more PINGs than it takes answers to.
            session.terminate(.protocolError)
            pump()
            close(.protocolError("this is not HTTP/2"))
        }
    }

    func channelInputEnded() {
        closeBroken()
    }

    func channelBrokeWhilePaused() {
        closeBroken()
    }

    func channelDrained() {
        channel?.resumeReading()
        pump()
    }

    func channelFailed(_ failure: ChannelFailure) {
        switch failure {
        case .connect(let error):
            close(.connectFailed(SystemError(call: error.call, code: error.code, subject: "\(pool.address)")))
        case .tls(let reason): close(.tlsFailure(reason))
        case .reset: closeBroken()
        }
    }

    // MARK: Sending

    func schedulePump() {
        guard !isPumpScheduled, session != nil else { return }
        isPumpScheduled = true
        pool.loop.afterEvent(self)
    }

    func runDeferredWork() {
        isPumpScheduled = false
        pump()
    }

    /// Hands what the session has to send to the channel, as far as that has room, and ends the connection when neither
    /// has any more to do.
    private func pump() {
        guard isOpen, let session, let channel else { return }
        repeat {
            let drained = drained
            self.drained = []
            for exchange in drained { exchange.tellDrained() }
            guard self.session != nil else { return }
            guard empty(session, into: channel) else { return close(.protocolError("its HTTP/2 is broken")) }
        } while !drained.isEmpty && self.session != nil
        guard self.session != nil else { return }
        if channel.isFull {
            // The upstream does not even take what answers its frames: it may send no more of them.
            if session.isBacklogged { channel.pauseReading() }
        } else if session.isOver {
            close(.protocolError("it breaks the rules of HTTP/2"))
        }
    }

    /// - Returns: false when the session is broken.
    private func empty(_ session: HTTP2Session, into channel: Channel) -> Bool {
        while !channel.isFull {
            switch session.nextOutput() {
            case .bytes(let bytes):
                channel.prepareOutput()
                channel.output.append(contentsOf: bytes)
                channel.scheduleFlush()
            case .nothing: return true
            case .failed: return false
            }
        }
        return true
    }

    func noteDrained(_ exchange: HTTP2ClientExchange) {
        drained.append(exchange)
        schedulePump()
    }

    func noteWithheld(_ count: Int) {
        let consumed = intake.noteWithheld(count)
        guard consumed > 0 else { return }
        session?.consume(consumed)
        schedulePump()
    }

    // MARK: Ends of requests

    /// The response is complete, and so is the request: the session closes the stream by itself.
    func noteAnswered(_ exchange: HTTP2ClientExchange) {
        hasServed = true
    }

    /// Ends a stream before its time. It counts until the reset is sent.
    func giveUp(_ exchange: HTTP2ClientExchange, _ code: HTTP2ErrorCode) {
        if let id = exchange.id {
            session?.reset(id, code)
            schedulePump()
        } else {
            beginning.removeAll { $0 === exchange }
            exchange.detach()
            streamEnded()
        }
    }

    /// Fails a request outside the caller's call.
    func failSoon(_ exchange: HTTP2ClientExchange, _ failure: UpstreamFailure) {
        pool.loop.soon { [weak self] in
            self?.giveUp(exchange, .cancel)
            exchange.fail(failure)
        }
    }

    private func streamEnded() {
        if streamCount == 0, isOpen { becameIdle() }
        if hasRoom, streamCount + 1 >= allowedStreams { pool.hasRoomAgain() }
    }

    private func becameIdle() {
        guard session != nil else { return }
        if isRetired || session?.takesRequests == false { return closeIfDone() }
        deadline?.arm(afterNanoseconds: pool.idleNanoseconds)
    }

    // MARK: Ends

    /// Never from within the session's calls, whose memory this lets go.
    private func closeIfDone() {
        guard streamCount == 0, session != nil else { return }
        pool.loop.soon { [self] in
            guard streamCount == 0, let session else { return }
            session.end()
            pump()
            close(.refused)
        }
    }

    private func deadlinePassed() {
        guard isOpen else { return close(.connectTimeout) }
        isRetired = true
        closeIfDone()
    }

    /// The connection is gone without a word.
    private func closeBroken() {
        close(nil)
    }

    /// Lets go of everything; requests in progress fail.
    ///
    /// - Parameter failure: nothing when the connection broke: what that means depends on the request.
    private func close(_ failure: UpstreamFailure?) {
        guard session != nil else { return }
        session?.detach()
        session = nil
        isRetired = true
        deadline?.invalidate()
        deadline = nil
        if case .protocolError? = failure { channel?.closeAfterFlush() }
        if case .refused? = failure { channel?.closeAfterFlush() }
        channel?.close(unlessEnding: true)
        channel = nil
        let left = beginning + exchanges.values.sorted { ($0.id?.number ?? 0) < ($1.id?.number ?? 0) }
        beginning = []
        exchanges = [:]
        drained = []
        pool.connectionClosed(self)
        for exchange in left {
            exchange.detach()
            exchange.fail(failure ?? failureOfBreak(exchange))
        }
    }

    private func failureOfBreak(_ exchange: HTTP2ClientExchange) -> UpstreamFailure {
        if exchange.hasHead { return .resetAfterHead }
        return exchange.isReused && exchange.connectionMark == receivedCount ? .staleConnection : .resetBeforeHead
    }
}

// MARK: - From the session

extension HTTP2ClientConnection: HTTP2SessionOwner {
    func headBegan(_ id: HTTP2StreamID) {
        exchanges[id]?.headBegan(limits: pool.limits.wire)
    }

    func headField(_ id: HTTP2StreamID, name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        guard let exchange = exchanges[id] else { return }
        // A few bytes of HPACK can stand for megabytes of fields, which are counted and dropped, but not for ever.
        if exchange.headField(name: name, value: value) > max(1 << 20, pool.limits.wire.headBytes) {
            session?.terminate(.enhanceYourCalm)
        }
    }

    func headEnded(_ id: HTTP2StreamID, endsStream: Bool) {
        exchanges[id]?.headEnded(endsStream: endsStream)
    }

    func laterBegan(_ id: HTTP2StreamID) { headBegan(id) }

    func laterField(_ id: HTTP2StreamID, name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        headField(id, name: name, value: value)
    }

    func laterEnded(_ id: HTTP2StreamID, endsStream: Bool) { headEnded(id, endsStream: endsStream) }

    func bodyReceived(_ id: HTTP2StreamID, _ bytes: UnsafeRawBufferPointer) {
        exchanges[id]?.received(bytes)
        let consumed = intake.received(bytes.count)
        if consumed > 0 { session?.consume(consumed) }
    }

    func bodyEnded(_ id: HTTP2StreamID) {
        exchanges[id]?.responseEnded()
    }

    func controlReceived() {
        if !controls.allows(at: pool.loop.now) { session?.terminate(.enhanceYourCalm) }
    }

    func resetReceived(_ id: HTTP2StreamID) {
        resetByPeer.insert(id)
    }

    func settingsReceived() {
        if !knowsSettings {
            knowsSettings = true
            for exchange in beginning { exchange.settingsReceived() }
        }
        if isOpen, hasRoom { pool.hasRoomAgain() }
    }

    func pingAnswered() {}

    func endAnnounced() {
        isRetired = true
        closeIfDone()
    }

    func streamClosed(_ id: HTTP2StreamID, code: UInt32) {
        let isByPeer = resetByPeer.remove(id) != nil
        guard let exchange = exchanges.removeValue(forKey: id) else { return }
        let hasHead = exchange.hasHead
        exchange.detach()
        if code == HTTP2ErrorCode.refusedStream.rawValue, !hasHead {
            exchange.fail(.refused)
        } else if isByPeer {
            exchange.fail(hasHead ? .resetAfterHead : .streamReset)
        } else {
            // Of a request that is over, nobody hears this.
            exchange.fail(.protocolError("HTTP/2 error \(code)"))
        }
        streamEnded()
    }

    func nextBody(_ id: HTTP2StreamID, into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyPiece {
        exchanges[id]?.nextBody(into: buffer) ?? .last(0)
    }
}
