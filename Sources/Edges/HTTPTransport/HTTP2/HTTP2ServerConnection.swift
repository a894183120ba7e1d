internal import HTTPWire
internal import Quantities
internal import SystemIO
internal import TLSTransport

/// One client's HTTP/2 connection: its requests go to the listener's handler side by side.
///
/// It takes the channel over from a ``ServerConnection`` that has seen the client's preface, or on which the TLS
/// handshake has agreed on `h2`.
///
///     greeting ─ SETTINGS ─→ serving ─ GOAWAY sent or received, last response sent ─→ closed
///
/// What the client sends goes through ``HTTP2Session``, whose callbacks call the handler. What is to be sent is asked of
/// the session once per event, by ``pump()``, as long as the channel has room.
final class HTTP2ServerConnection: ChannelOwner, DeferredWork, ListenerConnection {
    /// What the deadline is for.
    private enum Alarm {
        /// The client's first SETTINGS.
        case greeting
        /// A first or another request.
        case idle
        /// Looks for requests whose clients do nothing.
        case stall
    }

    let peerAddress: SocketAddress
    let peerURIs: [String]
    let serverName: String?
    let isTLS: Bool
    private(set) lazy var localAddress: SocketAddress? = announcedLocal ?? channel?.socket.localAddress
    let announcedLocal: SocketAddress?
    var peerCertificate: Certificate? { channel?.peerCertificate }
    var ownCertificate: Certificate? { channel?.ownCertificate }
    /// The handler's, for as long as the connection stands.
    var context: AnyObject?

    private let listener: HTTPListener
    private let handler: any HTTPServerStreamHandler
    private let limits: HTTP2Limits
    private var channel: Channel?
    private(set) var session: HTTP2Session?
    private var exchanges: [HTTP2StreamID: HTTP2Exchange] = [:]
    /// Whose handlers may go on sending; told after the session has been emptied.
    private var drained: [HTTP2Exchange] = []
    /// Streams that we have reset for the handler's sake, which are nobody's attack.
    private var dropped: Set<HTTP2StreamID> = []
    /// Streams that the client has reset.
    private var resetByClient: Set<HTTP2StreamID> = []
    /// Streams whose request has been answered before its end, and when to look at them.
    private var answeredEarly: [HTTP2StreamID] = []
    private var answeredTimer: TimerID?
    /// Bytes of responses that wait for windows.
    private var waitingCount = 0
    private var intake: HTTP2Intake
    private var resets: HTTP2FloodGuard
    private var controls: HTTP2FloodGuard
    private var deadline: Deadline?
    private var alarm = Alarm.greeting
    private var isPumpScheduled = false
    private var isDraining = false
    /// Whether the client has been asked to answer, so that we know that it has read the notice of our end.
    private var hasPinged = false

    /// - Parameter peer: the connection until now; it has let go of the channel.
    init(listener: HTTPListener, limits: HTTP2Limits, channel: Channel, from peer: ServerConnection) {
        self.listener = listener
        self.limits = limits
        self.channel = channel
        handler = listener.handler
        peerAddress = peer.peerAddress
        announcedLocal = peer.announcedLocal
        peerURIs = peer.peerURIs
        serverName = peer.serverName
        isTLS = peer.isTLS
        context = peer.context
        resets = HTTP2FloodGuard(limits.resets)
        controls = HTTP2FloodGuard(limits.controls)
        intake = HTTP2Intake(limit: limits.waitingBytes)
        session = HTTP2Session(serverFor: self, limits: limits, headBytes: listener.limits.wire.headBytes)
        // Invalidated before the connection goes.
        deadline = Deadline(loop: listener.loop) { [unowned self] in deadlinePassed() }
        arm(.greeting)
        schedulePump()
        if listener.isDraining { drain(sparingIdle: false) }
    }

    var now: MonotonicTime { listener.loop.now }

    // MARK: From the channel

    func channelOpened() {}

    func channelReceived(_ bytes: UnsafeRawBufferPointer) {
        guard let session else { return }
        let isFine = session.receive(bytes)
        guard self.session != nil else { return }
        if isFine {
            schedulePump()
        } else {
            // It did not begin as HTTP/2, or sends more PINGs than it takes answers to.
            session.terminate(.protocolError)
            pump()
            close(.malformed("this is not HTTP/2"))
        }
    }

    func channelInputEnded() {
        // Nobody ends one direction of HTTP/2 and waits: GOAWAY is for that.
        finish(.peerClosed)
    }

    func channelBrokeWhilePaused() {
        abort(.peerClosed)
    }

    func channelDrained() {
        channel?.resumeReading()
        pump()
    }

    func channelFailed(_ failure: ChannelFailure) {
        if case .reset(.none) = failure { return finish(.timeout) }
        finish(.peerClosed)
    }

    // MARK: Sending

    func schedulePump() {
        guard !isPumpScheduled, session != nil else { return }
        isPumpScheduled = true
        listener.loop.afterEvent(self)
    }

    func runDeferredWork() {
        isPumpScheduled = false
        pump()
    }

    /// Hands what the session has to send to the channel, as far as that has room, and ends the connection when neither
    /// has any more to do.
    private func pump() {
        guard let session, let channel else { return }
        repeat {
            for exchange in drained {
                if let stream = exchange.stream { handler.responseDrained(stream) }
            }
            drained = []
            guard empty(session, into: channel) else { return close(.peerClosed) }
        } while !drained.isEmpty && self.session != nil
        guard self.session != nil else { return }
        if channel.isFull {
            // The client does not even take what answers its frames: it may send no more of them.
            if session.isBacklogged { channel.pauseReading() }
        } else if session.isOver {
            close(.peerClosed)
        } else if isDraining, !hasPinged {
            hasPinged = true
            session.ping()
            schedulePump()
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

    /// A request has been answered before it has all been sent.
    ///
    /// A reset would tell the client to stop sending it (RFC 9113 §8.1), but some that get one while they send, such as
    /// curl 7.88, never look at the answer. Most stop by themselves, and their window stays closed, so the others get
    /// some time first.
    func noteAnsweredEarly(_ id: HTTP2StreamID) {
        answeredEarly.append(id)
        if answeredTimer == nil { scheduleReset() }
    }

    /// How long the rest of a request may take that was answered before it was complete. It may be on its way already, and
    /// a client that meets a reset instead of a window for it takes the answer for broken, as curl does.
    private var graceForRest: Duration { max(listener.limits.halfCloseGrace, .seconds(1)) }

    private func scheduleReset() {
        answeredTimer = listener.loop.schedule(after: graceForRest) { [weak self] in
            self?.resetAnswered()
        }
    }

    private func resetAnswered() {
        answeredTimer = nil
        answeredEarly = answeredEarly.filter { id in
            guard let exchange = exchanges[id], !exchange.hasRequestEnded else { return false }
            guard exchange.waitingCount == 0, exchange.lastProgress.duration(to: now) >= graceForRest
            else { return true }
            dropped.insert(id)
            session?.reset(id, .noError)
            schedulePump()
            return false
        }
        if !answeredEarly.isEmpty { scheduleReset() }
    }

    func noteWaiting(_ count: Int) {
        waitingCount += count
    }

    func noteWithheld(_ count: Int) {
        let consumed = intake.noteWithheld(count)
        guard consumed > 0 else { return }
        session?.consume(consumed)
        schedulePump()
    }

    func noteDrained(_ exchange: HTTP2Exchange) {
        drained.append(exchange)
    }

    func noteDropped(_ id: HTTP2StreamID) {
        dropped.insert(id)
    }

    // MARK: Ends

    /// Tells the client to go elsewhere, and closes once the last response is sent.
    func drain(sparingIdle: Bool) {
        guard !isDraining else { return }
        isDraining = true
        session?.announceEnd()
        schedulePump()
    }

    func abort(_ reason: HTTPStreamAbort) {
        channel?.abort()
        finish(reason)
    }

    private func close(_ reason: HTTPStreamAbort) {
        channel?.closeAfterFlush()
        finish(reason)
    }

    /// Lets go of everything; requests in progress are reported as aborted.
    private func finish(_ reason: HTTPStreamAbort) {
        guard let session else { return }
        session.detach()
        self.session = nil
        deadline?.invalidate()
        deadline = nil
        if let answeredTimer { listener.loop.cancel(answeredTimer) }
        answeredTimer = nil
        channel?.close(unlessEnding: true)
        channel = nil
        let exchanges = exchanges.values.sorted { $0.id.number < $1.id.number }
        self.exchanges = [:]
        drained = []
        listener.connectionClosed(self)
        for exchange in exchanges { report(exchange, reason) }
    }

    private func report(_ exchange: HTTP2Exchange, _ reason: HTTPStreamAbort) {
        guard let stream = exchange.close() else { return }
        handler.requestAborted(stream, reason: reason)
        stream.detach()
    }

    private func arm(_ alarm: Alarm) {
        self.alarm = alarm
        let timeouts = listener.timeouts
        switch alarm {
        case .greeting: deadline?.arm(afterNanoseconds: timeouts.head)
        case .idle: deadline?.arm(afterNanoseconds: timeouts.idle)
        case .stall: deadline?.arm(afterNanoseconds: timeouts.stall)
        }
    }

    private func deadlinePassed() {
        switch alarm {
        case .greeting: close(.timeout)
        case .idle:
            session?.end()
            pump()
            close(.timeout)
        case .stall:
            let now = now
            for exchange in Array(exchanges.values)
            where exchange.awaitsClient && exchange.lastProgress.duration(to: now) >= listener.limits.stallTimeout {
                let stream = exchange.stream
                if let stream { handler.requestAborted(stream, reason: .timeout) }
                exchange.drop(.cancel)
            }
            arm(.stall)
        }
    }
}

// MARK: - From the session

extension HTTP2ServerConnection: HTTP2SessionOwner {
    func headBegan(_ id: HTTP2StreamID) {
        guard waitingCount <= limits.waitingBytes else {
            dropped.insert(id)
            session?.reset(id, .refusedStream)
            return
        }
        if exchanges.isEmpty { arm(.stall) }
        exchanges[id] = HTTP2Exchange(id, self, limits: listener.limits.wire, now: now)
    }

    func headField(_ id: HTTP2StreamID, name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        guard let exchange = exchanges[id] else { return }
        exchange.builder?.add(name: name, value: value)
        // A few bytes of HPACK can stand for megabytes of fields, which are counted and dropped, but not for ever.
        let listBytes = exchange.builder?.listBytes ?? 0
        if listBytes > max(1 << 20, listener.limits.wire.headBytes) { session?.terminate(.enhanceYourCalm) }
    }

    func headEnded(_ id: HTTP2StreamID, endsStream: Bool) {
        guard let exchange = exchanges[id], let builder = exchange.builder else { return }
        exchange.builder = nil
        do throws(HTTPWireError) {
            var head = try builder.finish()
            // The expectation is ours to meet, not the next hop's.
            let expectsContinue =
                !listener.limits.leavesContinue && head["expect"]?.lowercased() == "100-continue"
            if expectsContinue { head.remove("expect") }
            let stream = HTTPServerStream(exchange: exchange, of: self, method: head.method)
            exchange.open(stream)
            handler.request(stream, head: head, hasBody: !endsStream)
            if endsStream {
                exchange.requestEnded(for: handler)
            } else if expectsContinue {
                exchange.sendContinue()
            }
        } catch {
            listener.onMalformedRequest?(error.status, peerAddress)
            refuse(exchange, error)
            if endsStream { exchange.requestEnded(for: handler) }
        }
    }

    private func refuse(_ exchange: HTTP2Exchange, _ error: HTTPWireError) {
        let body = Array((error.reason + "\n").utf8)
        var head = ResponseHead(status: error.status)
        head.add("content-type", "text/plain".utf8)
        head.add("content-length", decimal: body.count)
        exchange.sendHead(head, endOfStream: false)
        body.withUnsafeBytes { _ = exchange.sendBody($0) }
        exchange.sendEnd(trailers: nil)
    }

    func laterBegan(_ id: HTTP2StreamID) {
        exchanges[id]?.trailers = HTTP2TrailerBuilder(limits: listener.limits.wire)
    }

    func laterField(_ id: HTTP2StreamID, name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        guard let exchange = exchanges[id] else { return }
        exchange.trailers?.add(name: name, value: value)
        if exchange.trailers?.listBytes ?? 0 > 1 << 20 { session?.terminate(.enhanceYourCalm) }
    }

    func laterEnded(_ id: HTTP2StreamID, endsStream: Bool) {
        guard let exchange = exchanges[id] else { return }
        if let trailers = exchange.trailers { exchange.received(trailers.fields, for: handler) }
        exchange.trailers = nil
        if endsStream { exchange.requestEnded(for: handler) }
    }

    func bodyReceived(_ id: HTTP2StreamID, _ bytes: UnsafeRawBufferPointer) {
        exchanges[id]?.received(bytes, for: handler, at: now)
        let consumed = intake.received(bytes.count)
        if consumed > 0 { session?.consume(consumed) }
    }

    func bodyEnded(_ id: HTTP2StreamID) {
        exchanges[id]?.requestEnded(for: handler)
    }

    func controlReceived() {
        if !controls.allows(at: now) { session?.terminate(.enhanceYourCalm) }
    }

    func resetReceived(_ id: HTTP2StreamID) {
        resetByClient.insert(id)
        if !resets.allows(at: now) { session?.terminate(.enhanceYourCalm) }
    }

    func settingsReceived() {
        if alarm == .greeting { arm(exchanges.isEmpty ? .idle : .stall) }
    }

    func pingAnswered() {
        if isDraining { session?.end() }
    }

    func endAnnounced() {}

    func streamClosed(_ id: HTTP2StreamID, code: UInt32) {
        let isByClient = resetByClient.remove(id) != nil
        let isByUs = dropped.remove(id) != nil
        if code != HTTP2ErrorCode.noError.rawValue, !isByClient, !isByUs, !resets.allows(at: now) {
            // What it sends breaks the protocol, again and again, and each time a request is begun and dropped.
            session?.terminate(.enhanceYourCalm)
        }
        guard let exchange = exchanges.removeValue(forKey: id) else { return }
        if exchanges.isEmpty { arm(.idle) }
        report(exchange, isByClient || isByUs ? .peerClosed : .malformed("HTTP/2 error \(code)"))
    }

    func nextBody(_ id: HTTP2StreamID, into buffer: UnsafeMutableRawBufferPointer) -> HTTP2BodyPiece {
        exchanges[id]?.nextBody(into: buffer, at: now) ?? .last(0)
    }
}
