import SystemIO

/// The running proxy's side: it gives its listening sockets to the one that is to take its place, and ends when that one
/// carries requests.
final class TakeoverOffer: EventHandler {
    /// What the offer needs of the proxy.
    struct Delegate {
        /// Duplicates of all listening sockets, called back on the loop; the offer closes them.
        var sockets: (@escaping ([Socket]) -> Void) -> Void
        /// The new one is ready: closes the pages now; draining follows.
        var release: () -> Void
    }

    private let loop: EventLoop
    private let path: String
    private let listener: LocalSocket
    private let delegate: Delegate
    private let log = Log(subsystem: "takeover")
    private var registration: EventLoop.Registration?
    private var peer: Peer?
    private var isReleased = false

    /// Listens at `path`; what an ended proxy left there is removed.
    ///
    /// - Throws: when another proxy offers its sockets there.
    init(loop: EventLoop, path: String, delegate: Delegate) throws(SystemError) {
        self.loop = loop
        self.path = path
        self.delegate = delegate
        listener = try Self.listen(path)
        do throws(SystemError) {
            registration = try loop.register(listener.descriptor, for: .readable, edgeTriggered: false, handler: self)
        } catch {
            listener.close()
            throw error
        }
    }

    private static func listen(_ path: String) throws(SystemError) -> LocalSocket {
        if Files.exists(path) {
            do throws(SystemError) {
                try LocalSocket.connecting(to: path, patience: 1).close()
            } catch {
                if LocalSocket.isNobodyThere(error) { try Files.remove(path) }
            }
        }
        return try LocalSocket.listening(at: path)
    }

    func ready(_ readiness: Readiness) {
        while let connection = listener.accept() {
            guard peer == nil, !isReleased else {
                // It waits for a message of ours, so that one always fits.
                try? connection.send(TakeoverMessage.refused.bytes)
                connection.close()
                continue
            }
            do throws(SystemError) {
                peer = try Peer(connection, self)
            } catch {
                connection.close()
            }
        }
    }

    /// Stops offering. The file goes, unless a successor has put its own there.
    func close() {
        guard let registration else { return }
        loop.unregister(registration)
        self.registration = nil
        peer?.close()
        listener.close()
        if !isReleased { try? Files.remove(path) }
    }

    private func release() {
        isReleased = true
        // Before the answer: the successor puts its own file there.
        try? Files.remove(path)
        delegate.release()
    }

    /// The proxy that takes over.
    private final class Peer: EventHandler {
        private let connection: LocalSocket
        private unowned let offer: TakeoverOffer
        private var registration: EventLoop.Registration?
        private var hasTaken = false

        init(_ connection: LocalSocket, _ offer: TakeoverOffer) throws(SystemError) {
            self.connection = connection
            self.offer = offer
            registration = try offer.loop.register(
                connection.descriptor, for: .readable, edgeTriggered: false, handler: self)
        }

        func ready(_ readiness: Readiness) {
            do throws(SystemError) {
                switch try connection.receive() {
                case .none: return
                case .ended: return leave("it went away before it was ready")
                case .message(let message):
                    message.socket?.close()
                    try take(message.bytes)
                }
            } catch {
                leave(error.description)
            }
        }

        private func take(_ bytes: [UInt8]) throws(SystemError) {
            switch TakeoverMessage(bytes) {
            case .take? where !hasTaken:
                hasTaken = true
                offer.delegate.sockets { [weak self] sockets in
                    self?.hand(sockets)
                    for socket in sockets { socket.close() }
                }
            case .ready? where hasTaken:
                offer.release()
                try connection.send(TakeoverMessage.released.bytes)
                close()
            default:
                try connection.send(TakeoverMessage.refused.bytes)
                leave("it said what this proxy does not know")
            }
        }

        private func hand(_ sockets: [Socket]) {
            do throws(SystemError) {
                for socket in sockets { try connection.send(TakeoverMessage.socket.bytes, with: socket) }
                try connection.send(TakeoverMessage.end.bytes)
                offer.log.info("sockets handed over", ["sockets": sockets.count])
            } catch {
                leave(error.description)
            }
        }

        private func leave(_ reason: String) {
            offer.log.warning("takeover given up; this proxy goes on", ["reason": reason])
            close()
        }

        func close() {
            guard let registration else { return }
            offer.loop.unregister(registration)
            self.registration = nil
            connection.close()
            offer.peer = nil
        }
    }
}
