import Quantities
import SystemIO
import TLSTransport

/// Who gets what happens on a stream.
protocol TCPStreamOwner: AnyObject {
    /// The connection stands, its handshake included.
    func streamOpened(_ stream: TCPStream)
    /// Bytes in clear; valid during the call.
    func streamReceived(_ stream: TCPStream, _ bytes: UnsafeRawBufferPointer)
    /// The peer will send no more. Whole says that it did so in order and may still read; a TLS peer that closes without
    /// saying so may not.
    func streamInputEnded(_ stream: TCPStream, isWhole: Bool)
    /// Everything that was written is on its way, and so is the end if it was asked for.
    func streamDrained(_ stream: TCPStream)
    /// The stream is closed; the last call.
    func streamFailed(_ stream: TCPStream, _ failure: TCPStream.Failure)
}

/// One end of a relayed connection: a socket on an event loop, plain or TLS, whose directions end separately.
///
/// Reading: into the loop's shared buffer, handed on in place. Writing: what the socket does not take at once is kept, and
/// the writer is told to pause. As it then reads no more, what is kept is at most one read's worth and a record's overhead.
///
///     connecting → handshaking → open → closed
///
/// The loop keeps an open stream, and the stream its owner, until it is closed.
final class TCPStream: EventHandler, DeferredWork {
    /// Why a stream ended without its owner's doing.
    enum Failure {
        case connect(SystemError)
        case tls(String)
        /// The peer does not begin as TLS where nothing else is accepted.
        case plainText
        case reset
    }

    private enum State {
        case connecting
        case handshaking
        case open
        case closed
    }

    /// Reads before other connections get their turn.
    private static let readsPerTurn = 4
    /// The type of the record that a TLS handshake begins with (RFC 8446 §5.1).
    private static let handshakeRecord: UInt8 = 22

    private let loop: EventLoop
    private let socket: Socket
    private let tls: TLSSession?
    private let isAccepted: Bool
    private var owner: (any TCPStreamOwner)?
    private var registration: EventLoop.Registration?
    private var state: State
    /// What the socket did not take yet, encrypted where there is TLS.
    private var pending: [UInt8] = []
    private var pendingStart = 0
    private var isPaused = false
    /// An edge came that has not been read out.
    private var hasUnread = false
    /// The peer has ended its direction, so reads go on until they say so.
    private var hasSeenEnd = false
    /// The session may hold decrypted bytes.
    private var hasPlaintext = false
    private var hasReceived = false
    private var hasReportedEnd = false
    private var mustEndOutput = false
    private var hasSentNotice = false
    /// Everything was sent and the end of it, too.
    private(set) var isOutputEnded = false
    /// The peer takes no more; what it has sent is still read.
    private var writeFailure = false
    private var isDeferred = false

    /// - Parameter isConnected: true for a socket that was accepted.
    init(
        loop: EventLoop, socket: Socket, tls: TLSSession?, isConnected: Bool, owner: any TCPStreamOwner
    ) throws(SystemError) {
        self.loop = loop
        self.socket = socket
        self.tls = tls
        self.owner = owner
        isAccepted = isConnected
        state = isConnected ? (tls == nil ? .open : .handshaking) : .connecting
        registration = try loop.register(socket.descriptor, for: [.readable, .writable, .ended], handler: self)
    }

    var isOpen: Bool { state == .open }
    var isTLS: Bool { tls != nil }
    /// The name that a TLS client asked for; nothing when it asked for none.
    var serverName: String? { tls?.serverName }
    /// The identities of a verified TLS peer.
    /// This end of the connection.
    var localAddress: SocketAddress? { socket.localAddress }
    var peerURIs: [String] { tls?.peerURIs ?? [] }
    /// What ALPN agreed on.
    var negotiatedProtocol: String? { tls?.negotiatedProtocol }
    /// Bytes that were written and not taken by the socket.
    var pendingCount: Int { pending.count - pendingStart }

    // MARK: Reading

    /// Handshakes go on all the same.
    func pauseReading() { isPaused = true }

    /// Goes on reading. What has come meanwhile is delivered after the current event, never from within this call.
    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        if hasUnread || hasPlaintext || writeFailure { deferRead() }
    }

    private var mayRead: Bool { state == .handshaking || (state == .open && !isPaused && !hasReportedEnd) }

    func ready(_ readiness: Readiness) {
        if state == .connecting {
            guard readiness.intersects(.writable) || readiness.intersects(.broken) else { return }
            let code = socket.pendingError()
            guard code == 0 else { return fail(.connect(SystemError(call: "connect", code: code))) }
            if tls == nil {
                state = .open
                owner?.streamOpened(self)
            } else {
                state = .handshaking
                advanceHandshake()
            }
        }
        if readiness.intersects(.readable) || readiness.intersects(.ended) {
            hasUnread = true
            if readiness.intersects(.ended) { hasSeenEnd = true }
            if mayRead {
                readNow()
            } else if readiness.intersects(.broken), state != .closed, socket.pendingError() != 0 {
                // Nobody reads now, so no read will tell.
                return fail(.reset)
            }
        }
        if readiness.intersects(.writable), state != .closed { flush() }
    }

    private func readNow() {
        var rounds = 0
        if hasPlaintext { deliverPlaintext() }
        while hasUnread, mayRead {
            if rounds == Self.readsPerTurn { return deferRead() }
            rounds += 1
            switch socket.read(into: loop.readBuffer) {
            case .value(0):
                hasUnread = false
                inputClosed()
            case .value(let count):
                // A short read empties the kernel's buffer: the next byte is a new edge.
                if count < loop.readBuffer.count, !hasSeenEnd { hasUnread = false }
                deliver(UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count]))
            case .wouldBlock: hasUnread = false
            case .failed: fail(.reset)
            }
        }
        if writeFailure, !isPaused { fail(.reset) }
    }

    private func deliver(_ bytes: UnsafeRawBufferPointer) {
        guard let tls else {
            owner?.streamReceived(self, bytes)
            return
        }
        if isAccepted, !hasReceived, bytes.first != Self.handshakeRecord { return fail(.plainText) }
        hasReceived = true
        tls.receive(bytes)
        if state == .handshaking { advanceHandshake() } else { deliverPlaintext() }
    }

    private func deliverPlaintext() {
        guard let tls else { return }
        hasPlaintext = true
        while mayRead, state == .open {
            do throws(TLSError) {
                switch try tls.read(into: loop.plaintextBuffer) {
                case .bytes(let count):
                    owner?.streamReceived(self, UnsafeRawBufferPointer(rebasing: loop.plaintextBuffer[..<count]))
                case .needsMore:
                    hasPlaintext = false
                    // Reading may have made something to send: a key update.
                    return flushSession()
                case .ended:
                    hasPlaintext = false
                    return reportEnd(isWhole: true)
                }
            } catch {
                return fail(.tls(error.description))
            }
        }
    }

    private func inputClosed() {
        guard state == .open else { return fail(.tls("the peer closed the connection during the TLS handshake")) }
        reportEnd(isWhole: tls == nil)
    }

    private func reportEnd(isWhole: Bool) {
        guard !hasReportedEnd else { return }
        hasReportedEnd = true
        owner?.streamInputEnded(self, isWhole: isWhole)
    }

    private func advanceHandshake() {
        guard let tls else { return }
        do throws(TLSError) {
            let isDone = try tls.handshake()
            flushSession()
            guard isDone, state == .handshaking else { return }
            state = .open
            // The last flight may have brought the first bytes with it.
            hasPlaintext = true
            owner?.streamOpened(self)
            if mayRead { deliverPlaintext() }
        } catch {
            // The alert that tells the peer why; whether it arrives is up to the network.
            flushSession()
            fail(.tls(error.description))
        }
    }

    private func deferRead() {
        guard !isDeferred, state != .closed else { return }
        isDeferred = true
        loop.afterEvent(self)
    }

    func runDeferredWork() {
        isDeferred = false
        readNow()
    }

    // MARK: Writing

    /// Sends what the socket takes and keeps the rest.
    ///
    /// - Returns: false when something waits: write no more until ``TCPStreamOwner/streamDrained(_:)``.
    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard state == .open, !writeFailure else { return true }
        if let tls {
            do throws(TLSError) { try tls.write(bytes) } catch {
                writingFailed()
                return true
            }
            flushSession()
            return pending.isEmpty
        }
        guard pending.isEmpty else {
            keep(bytes)
            return false
        }
        send(bytes)
        return pending.isEmpty
    }

    /// Tells the peer, after all that was written, that no more will come. It may still send.
    func endOutput() {
        mustEndOutput = true
        finishOutput()
    }

    private func send(_ bytes: UnsafeRawBufferPointer) {
        switch socket.write(bytes) {
        case .value(let count) where count == bytes.count: break
        case .value(let count): keep(UnsafeRawBufferPointer(rebasing: bytes[count...]))
        case .wouldBlock: keep(bytes)
        case .failed: writingFailed()
        }
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) {
        if pending.capacity == 0 { pending = loop.buffers.take() }
        pending.append(contentsOf: bytes)
    }

    /// Writes what the session has made.
    private func flushSession() {
        guard let tls, state != .closed, !writeFailure else { return }
        tls.takeCiphertext { bytes in
            if pending.isEmpty { send(bytes) } else { keep(bytes) }
        }
    }

    private func flush() {
        guard !pending.isEmpty, !writeFailure else { return }
        switch pending.withUnsafeBytes({ socket.write(UnsafeRawBufferPointer(rebasing: $0[pendingStart...])) }) {
        case .value(let count): pendingStart += count
        case .wouldBlock: return
        case .failed: return writingFailed()
        }
        guard pendingStart == pending.count else { return }
        dropPending()
        finishOutput()
        if pending.isEmpty, state == .open { owner?.streamDrained(self) }
    }

    private func dropPending() {
        let used = pending
        pending = []
        pendingStart = 0
        loop.buffers.give(used)
    }

    private func finishOutput() {
        guard mustEndOutput, !isOutputEnded, pending.isEmpty, state == .open else { return }
        if let tls, !hasSentNotice {
            hasSentNotice = true
            tls.endWriting()
            flushSession()
            // The rest goes out when the socket is writable, and the flush comes back here.
            guard pending.isEmpty else { return }
        }
        isOutputEnded = true
        socket.shutDownWriting()
    }

    /// The peer takes no more, but may have said why: what it has sent is read before that is reported.
    private func writingFailed() {
        writeFailure = true
        dropPending()
        hasUnread = true
        hasSeenEnd = true
        deferRead()
    }

    // MARK: Ending

    /// Lets go at once: what is not sent is dropped, and the owner hears nothing more.
    func close() {
        guard state != .closed else { return }
        state = .closed
        owner = nil
        if let registration { loop.unregister(registration) }
        registration = nil
        socket.close()
        dropPending()
    }

    /// The same so that the peer sees a reset: what it got is not whole.
    func abort() {
        guard state != .closed else { return }
        socket.resetOnClose()
        close()
    }

    private func fail(_ failure: Failure) {
        guard state != .closed else { return }
        let owner = owner
        close()
        owner?.streamFailed(self, failure)
    }
}
