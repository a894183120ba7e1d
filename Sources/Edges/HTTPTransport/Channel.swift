internal import Quantities
internal import SystemIO
internal import TLSTransport

/// Why a channel ended without its owner's doing.
enum ChannelFailure {
    case connect(SystemError)
    case tls(String)
    /// The connection broke; nothing when the peer took too long.
    case reset(SystemError?)
}

/// Who gets what happens on a channel.
protocol ChannelOwner: AnyObject {
    /// The connection stands, its handshake included.
    func channelOpened()
    /// Bytes in clear; valid during the call.
    func channelReceived(_ bytes: UnsafeRawBufferPointer)
    /// The peer will send no more, and may still read.
    func channelInputEnded()
    /// The connection broke while reading is paused, so that no read will tell.
    func channelBrokeWhilePaused()
    /// There is room again, after ``Channel/isFull``.
    func channelDrained()
    /// The channel is closed; the last call.
    func channelFailed(_ failure: ChannelFailure)
}

/// A TCP connection on an event loop, plain or TLS, with one buffer of output.
///
/// Reading: one read per event into the loop's shared buffer, handed on in place. A short read means that the kernel's
/// buffer is empty, so it is not asked again: the next byte is a new edge. Writing: callers append to ``output`` and the
/// channel flushes once after the event that caused it, so that head and body leave together.
///
/// A server's channel may accept plain clients beside TLS ones: the first byte of a TLS handshake begins no request.
///
/// The loop keeps an open channel, the channel its owner, and the owner the channel, until it is closed.
final class Channel: EventHandler, DeferredWork {
    /// Whether a peer may speak plaintext where there is a TLS session.
    enum PlaintextRule {
        /// Known to be TLS, or plain from the start.
        case settled
        case accept
        case refuse
    }

    private enum State {
        case connecting
        case handshaking
        case open
        /// Flushing what is left before closing; the owner is gone.
        case ending
        /// Everything is sent, waiting for the peer to close so that it can read our last bytes.
        case lingering
        case closed
    }

    /// Pending output above which a sender should pause, and below which it may go on. One socket buffer's worth keeps
    /// the kernel busy; more only costs memory per slow reader.
    static let highWatermark = HTTPFlow.highWatermark
    static let lowWatermark = 16 * 1024
    /// Bodies at least this large are written from where they are instead of being copied first.
    private static let directWrite = 16 * 1024
    /// Reads before other connections get their turn.
    private static let readsPerTurn = 4

    let loop: EventLoop
    let socket: Socket
    /// Plain bytes to send; append and call ``scheduleFlush()``.
    @exclusivity(unchecked) var output: [UInt8] = []
    @exclusivity(unchecked) private var outputStart = 0
    /// Encrypted bytes that the socket did not take yet.
    @exclusivity(unchecked) private var sealed: [UInt8] = []
    @exclusivity(unchecked) private var sealedStart = 0

    @exclusivity(unchecked) private var owner: (any ChannelOwner)?
    @exclusivity(unchecked) private var tls: TLSSession?
    /// What becomes of a peer that does not begin as TLS; decided by its first byte.
    @exclusivity(unchecked) private var plaintextRule: PlaintextRule
    private var registration: EventLoop.Registration?
    @exclusivity(unchecked) private var state: State
    @exclusivity(unchecked) private var stallTimeout: Duration?
    @exclusivity(unchecked) private var stall: Deadline?
    @exclusivity(unchecked) private var isPaused = false
    /// An edge came that has not been read out.
    @exclusivity(unchecked) private var hasUnread = false
    /// The peer has ended its direction, so reads go on until they say so.
    @exclusivity(unchecked) private var hasSeenEnd = false
    /// The session may hold decrypted bytes.
    @exclusivity(unchecked) private var hasPlaintext = false
    private var hasReportedEnd = false
    @exclusivity(unchecked) private var isFlushScheduled = false
    @exclusivity(unchecked) private var isReadScheduled = false
    @exclusivity(unchecked) private var isDeferred = false
    @exclusivity(unchecked) private var wasFull = false
    private var hasSentEnd = false
    /// Our direction ends with what waits, and the peer's goes on.
    @exclusivity(unchecked) private var mustEndOutput = false
    private var hasEndedOutput = false
    /// Set when the peer takes no more; what it has sent is still read.
    @exclusivity(unchecked) private var writeFailure: SystemError?

    /// - Parameter stallTimeout: how long the peer may take nothing of what is to be sent.
    init(
        loop: EventLoop, socket: Socket, tls: TLSSession?, plaintextRule: PlaintextRule = .settled, isConnected: Bool,
        stallTimeout: Duration, owner: any ChannelOwner
    ) throws(SystemError) {
        self.loop = loop
        self.socket = socket
        self.tls = tls
        self.plaintextRule = tls == nil ? .settled : plaintextRule
        self.owner = owner
        self.stallTimeout = stallTimeout
        state = isConnected ? (tls == nil ? .open : .handshaking) : .connecting
        registration = try loop.register(socket.descriptor, for: [.readable, .writable, .ended], handler: self)
    }

    var isOpen: Bool { state == .open }
    var isClosed: Bool { state == .closed }
    var peerURIs: [String] { tls?.peerURIs ?? [] }
    var serverName: String? { tls?.serverName }
    var peerCertificate: Certificate? { tls?.peerCertificate }
    var ownCertificate: Certificate? { tls?.ownCertificate }
    var isTLS: Bool { tls != nil }
    /// What ALPN agreed on.
    var negotiatedProtocol: String? { tls?.negotiatedProtocol }

    /// Lets somebody else hear what happens from here on.
    func handOver(to owner: any ChannelOwner) {
        self.owner = owner
    }

    private var pendingCount: Int { output.count - outputStart + sealed.count - sealedStart }

    /// Whether more is waiting than should be added to. ``ChannelOwner/channelDrained()`` follows.
    var isFull: Bool {
        guard pendingCount > Self.highWatermark else { return false }
        wasFull = true
        return true
    }

    // MARK: Reading

    func pauseReading() {
        isPaused = true
    }

    /// Goes on reading. What has come meanwhile is delivered after the current event, never from within this call.
    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        if hasUnread || hasPlaintext { scheduleRead() }
    }

    func ready(_ readiness: Readiness) {
        if state == .connecting {
            guard readiness.intersects(.writable) || readiness.intersects(.broken) else { return }
            let code = socket.pendingError()
            guard code == 0 else {
                return fail(.connect(SystemError(call: "connect", code: code)))
            }
            if tls == nil {
                state = .open
                owner?.channelOpened()
                if !output.isEmpty { flush() }
            } else {
                state = .handshaking
                advanceHandshake()
            }
        }
        if readiness.intersects(.readable) || readiness.intersects(.ended) {
            hasUnread = true
            if readiness.intersects(.ended) { hasSeenEnd = true }
            if !isPaused {
                readNow()
            } else if readiness.intersects(.broken) {
                owner?.channelBrokeWhilePaused()
            }
        }
        if readiness.intersects(.writable), !isClosed, !isFlushScheduled, pendingCount > 0 { flush() }
    }

    private func readNow() {
        var rounds = 0
        if hasPlaintext { deliverPlaintext() }
        while hasUnread, !isPaused, !isClosed {
            if rounds == Self.readsPerTurn { return scheduleRead() }
            rounds += 1
            switch socket.read(into: loop.readBuffer) {
            case .value(0):
                hasUnread = false
                reportEnd()
            case .value(let count):
                if count < loop.readBuffer.count, !hasSeenEnd { hasUnread = false }
                deliver(UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count]))
            case .wouldBlock: hasUnread = false
            case .failed(let code): fail(.reset(SystemError(call: "read", code: code)))
            }
        }
        if let writeFailure, !isPaused { fail(.reset(writeFailure)) }
    }

    private func deliver(_ bytes: UnsafeRawBufferPointer) {
        // What a peer sends while we linger is of no interest any more.
        if state == .lingering || state == .ending { return }
        if plaintextRule != .settled, !settlePlaintext(bytes) { return }
        guard let tls else {
            owner?.channelReceived(bytes)
            return
        }
        tls.receive(bytes)
        if state == .handshaking { advanceHandshake() }
        if state == .open { deliverPlaintext() }
    }

    /// A TLS connection begins with a handshake record, whose first byte is 22 (RFC 8446 §5.1); no method of HTTP does.
    ///
    /// - Returns: false when the connection was refused.
    private func settlePlaintext(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let rule = plaintextRule
        plaintextRule = .settled
        guard bytes.first != 22 else { return true }
        guard rule == .accept else {
            fail(.tls(HTTPListener.plaintextRefusal))
            return false
        }
        tls = nil
        state = .open
        owner?.channelOpened()
        return true
    }

    private func deliverPlaintext() {
        guard let tls else { return }
        hasPlaintext = true
        while !isPaused, state == .open {
            do throws(TLSError) {
                switch try tls.read(into: loop.plaintextBuffer) {
                case .bytes(let count):
                    owner?.channelReceived(UnsafeRawBufferPointer(rebasing: loop.plaintextBuffer[..<count]))
                case .needsMore:
                    hasPlaintext = false
                    // Reading may have made something to send: an alert, a key update.
                    if !isFlushScheduled { flushSealed() }
                    return
                case .ended:
                    hasPlaintext = false
                    reportEnd()
                    return
                }
            } catch {
                return fail(.tls(error.description))
            }
        }
    }

    private func reportEnd() {
        guard !hasReportedEnd else { return }
        hasReportedEnd = true
        switch state {
        case .lingering: close()
        case .connecting, .handshaking:
            fail(.tls("the peer closed the connection during the TLS handshake"))
        case .open: owner?.channelInputEnded()
        case .ending, .closed: break
        }
    }

    private func advanceHandshake() {
        guard let tls else { return }
        do throws(TLSError) {
            let isDone = try tls.handshake()
            flushSealed()
            guard isDone, state == .handshaking else { return }
            state = .open
            owner?.channelOpened()
            if !output.isEmpty, !isClosed { flush() }
        } catch {
            // The alert that tells the peer why; whether it arrives is up to the network.
            flushSealed()
            fail(.tls(error.description))
        }
    }

    // MARK: Writing

    /// Makes room in ``output`` before the first append after a flush.
    @inline(__always)
    func prepareOutput() {
        if output.capacity == 0 { output = loop.buffers.take() }
    }

    /// Appends bytes, or writes them at once together with what waits when they are many.
    func write(_ bytes: UnsafeRawBufferPointer) {
        guard writeFailure == nil, state != .closed else { return }
        guard bytes.count >= Self.directWrite, tls == nil, state == .open, outputStart == 0 else {
            prepareOutput()
            output.append(contentsOf: bytes)
            return scheduleFlush()
        }
        let head = output.count
        switch output.withUnsafeBytes({ head == 0 ? socket.write(bytes) : socket.write($0, bytes) }) {
        case .value(let count) where count >= head:
            output.removeAll(keepingCapacity: true)
            let rest = UnsafeRawBufferPointer(rebasing: bytes[(count - head)...])
            if rest.isEmpty { return }
            prepareOutput()
            output.append(contentsOf: rest)
            armStall()
        case .value(let count):
            outputStart = count
            output.append(contentsOf: bytes)
            armStall()
        case .wouldBlock:
            prepareOutput()
            output.append(contentsOf: bytes)
            armStall()
        case .failed:
            // The flush meets the same error, outside the caller's call.
            scheduleFlush()
        }
    }

    /// Has ``output`` written after the current event.
    @inline(__always)
    func scheduleFlush() {
        guard !isFlushScheduled, state != .closed else { return }
        isFlushScheduled = true
        scheduleDeferred()
    }

    private func scheduleRead() {
        isReadScheduled = true
        scheduleDeferred()
    }

    private func scheduleDeferred() {
        guard !isDeferred else { return }
        isDeferred = true
        loop.afterEvent(self)
    }

    func runDeferredWork() {
        isDeferred = false
        if isFlushScheduled {
            isFlushScheduled = false
            flush()
        }
        if isReadScheduled {
            isReadScheduled = false
            readNow()
        }
    }

    private func flush() {
        guard state == .open || state == .ending, writeFailure == nil else { return }
        let count = pendingCount
        if let tls {
            flushSealed()
            // What the socket does not take is encrypted only once, and not before it is needed.
            while sealedStart == sealed.count, !output.isEmpty {
                let plaintext = output
                do throws(TLSError) {
                    try tls.write(plaintext)
                } catch {
                    return fail(.tls(error.description))
                }
                recycleOutput()
                flushSealed()
            }
        } else if !output.isEmpty {
            let start = outputStart
            switch output.withUnsafeBytes({ socket.write(UnsafeRawBufferPointer(rebasing: $0[start...])) }) {
            case .value(let written):
                outputStart += written
                if outputStart == output.count { recycleOutput() }
            case .wouldBlock: break
            case .failed(let code): return writingFailed(code)
            }
        }
        guard !isClosed, writeFailure == nil else { return }
        finishFlush(hasProgressed: pendingCount < count)
    }

    private func finishFlush(hasProgressed: Bool) {
        if pendingCount == 0 {
            stall?.disarm()
            if state == .ending { return endOutput() }
            if mustEndOutput { endDirection() }
        } else if hasProgressed || stall?.isArmed != true {
            armStall()
        }
        if wasFull, pendingCount < Self.lowWatermark {
            wasFull = false
            owner?.channelDrained()
        }
    }

    /// Writes what the session has made.
    private func flushSealed() {
        guard let tls, !isClosed, writeFailure == nil else { return }
        if sealedStart < sealed.count {
            let start = sealedStart
            let outcome = sealed.withUnsafeBytes { socket.write(UnsafeRawBufferPointer(rebasing: $0[start...])) }
            noteSealed(outcome)
        }
        guard sealedStart == sealed.count, !isClosed, writeFailure == nil else { return }
        tls.takeCiphertext { bytes in
            switch socket.write(bytes) {
            case .value(let count) where count == bytes.count: break
            case .value(let count): keepSealed(UnsafeRawBufferPointer(rebasing: bytes[count...]))
            case .wouldBlock: keepSealed(bytes)
            case .failed(let code): writingFailed(code)
            }
        }
    }

    private func noteSealed(_ outcome: SystemCallOutcome) {
        switch outcome {
        case .value(let count):
            sealedStart += count
            if sealedStart == sealed.count {
                loop.buffers.give(sealed)
                sealed = []
                sealedStart = 0
            }
        case .wouldBlock: break
        case .failed(let code): writingFailed(code)
        }
    }

    /// The peer takes no more, but may have said why: an early answer to a long request is still in our buffer. So what
    /// is there is read before the failure is reported.
    private func writingFailed(_ code: CInt) {
        guard state == .open else { return fail(.reset(SystemError(call: "write", code: code))) }
        writeFailure = SystemError(call: "write", code: code)
        output = []
        outputStart = 0
        sealed = []
        sealedStart = 0
        hasUnread = true
        hasSeenEnd = true
        if isPaused { owner?.channelBrokeWhilePaused() } else { scheduleRead() }
    }

    private func keepSealed(_ bytes: UnsafeRawBufferPointer) {
        sealed = loop.buffers.take()
        sealed.append(contentsOf: bytes)
        sealedStart = 0
    }

    private func recycleOutput() {
        let used = output
        output = []
        outputStart = 0
        loop.buffers.give(used)
    }

    private func armStall() {
        guard let stallTimeout else { return }
        if stall == nil {
            stall = Deadline(loop: loop) { [weak self] in self?.fail(.reset(nil)) }
        }
        stall?.arm(after: stallTimeout)
    }

    // MARK: Ending

    /// Lets go at once: what is not sent is dropped, and the owner hears nothing more.
    func close() {
        guard state != .closed else { return }
        state = .closed
        owner = nil
        stall?.invalidate()
        if let registration { loop.unregister(registration) }
        registration = nil
        socket.close()
        output = []
        outputStart = 0
        sealed = []
        sealedStart = 0
    }

    /// The same, but leaves a channel alone that is on its way out by ``closeAfterFlush()``.
    func close(unlessEnding: Bool) {
        switch state {
        case .ending, .lingering: break
        case .connecting, .handshaking, .open, .closed: close()
        }
    }

    /// Closes so that the peer sees a reset: what it got is not whole.
    func abort() {
        guard state != .closed else { return }
        socket.resetOnClose()
        close()
    }

    /// Sends what waits, then ends in order. The owner hears nothing more.
    ///
    /// Closing while unread bytes wait would reset the connection and could destroy our last response on its way, so the
    /// peer gets two seconds to read it and close (RFC 9112 §9.6).
    func closeAfterFlush() {
        guard state == .open else { return close() }
        owner = nil
        state = .ending
        isPaused = false
        scheduleFlush()
    }

    /// Lets the peer take as long as it likes, from here on: somebody else watches.
    func forgoStallTimeout() {
        stallTimeout = nil
        stall?.disarm()
    }

    /// Sends what waits, then ends our direction. The peer may still send.
    func endOutputAfterFlush() {
        guard state == .open, !mustEndOutput else { return }
        mustEndOutput = true
        scheduleFlush()
    }

    private func endDirection() {
        guard !hasEndedOutput, sendNotice() else { return }
        hasEndedOutput = true
        socket.shutDownWriting()
    }

    /// Tells a TLS peer of the end, once. False while that is on its way: the rest goes out when the socket is writable,
    /// and the next flush asks again.
    private func sendNotice() -> Bool {
        guard let tls, !hasSentEnd else { return true }
        hasSentEnd = true
        tls.endWriting()
        flushSealed()
        return pendingCount == 0 && !isClosed
    }

    private func endOutput() {
        guard sendNotice() else { return }
        state = .lingering
        if hasReportedEnd { return close() }
        socket.shutDownWriting()
        let deadline = Deadline(loop: loop) { [weak self] in self?.close() }
        deadline.arm(after: .seconds(2))
        stall?.invalidate()
        stall = deadline
        if hasUnread { scheduleRead() }
    }

    private func fail(_ failure: ChannelFailure) {
        guard state != .closed else { return }
        let owner = owner
        close()
        owner?.channelFailed(failure)
    }
}
