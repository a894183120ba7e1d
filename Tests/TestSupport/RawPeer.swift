package import SystemIO

/// One end of a TCP connection in the hands of a test: it sends exactly the bytes it is told and keeps what it gets.
package final class RawPeer {
    package private(set) var received: [UInt8] = []
    /// The other end has sent its last byte in order.
    package private(set) var hasEnded = false
    /// The other end has reset the connection, or it could not be made.
    package private(set) var isBroken = false
    /// While set, nothing is read: the peer is slow.
    package var isPaused = false {
        didSet { if !isPaused { read() } }
    }

    package let socket: Socket
    private let loop: EventLoop
    private var registration: EventLoop.Registration?
    private var unsent: [UInt8] = []
    private var sentCount = 0

    /// Connects to `address`.
    package convenience init(_ loop: EventLoop, connectingTo address: SocketAddress) throws(SystemError) {
        try self.init(loop, socket: Socket.connecting(to: address))
    }

    package init(_ loop: EventLoop, socket: Socket) throws(SystemError) {
        self.loop = loop
        self.socket = socket
        registration = try loop.register(socket.descriptor, for: [.readable, .writable, .ended]) {
            [weak self] readiness in
            if readiness.contains(.writable) { self?.flush() }
            if !readiness.isDisjoint(with: [.readable, .ended]) { self?.read() }
        }
    }

    deinit {
        close()
    }

    package var text: String { String(decoding: received, as: UTF8.self) }
    /// How many bytes the socket has not taken yet.
    package var unsentCount: Int { unsent.count - sentCount }

    package func send(_ text: String) {
        send(Array(text.utf8))
    }

    package func send(_ bytes: [UInt8]) {
        unsent += bytes
        flush()
    }

    package func forget() {
        received = []
    }

    /// Ends our direction; the other end may go on sending.
    package func endSending() {
        socket.shutDownWriting()
    }

    package func close() {
        guard let registration else { return }
        loop.unregister(registration)
        self.registration = nil
        socket.close()
    }

    /// Closes with a reset.
    package func reset() {
        guard registration != nil else { return }
        socket.resetOnClose()
        close()
    }

    private func flush() {
        while unsentCount > 0, registration != nil {
            let start = sentCount
            switch unsent.withUnsafeBytes({ socket.write(UnsafeRawBufferPointer(rebasing: $0[start...])) }) {
            case .value(let count): sentCount += count
            case .wouldBlock: return
            case .failed:
                sentCount = unsent.count
                isBroken = true
            }
        }
        unsent = []
        sentCount = 0
    }

    private func read() {
        while !isPaused, !hasEnded, !isBroken, registration != nil {
            switch socket.read(into: loop.readBuffer) {
            case .value(0): hasEnded = true
            case .value(let count):
                received.append(contentsOf: UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count]))
            case .wouldBlock: return
            case .failed: isBroken = true
            }
        }
    }
}

/// A listening socket in the hands of a test.
package final class RawListener {
    package let address: SocketAddress
    /// The connections that were made, in order.
    package private(set) var peers: [RawPeer] = []
    /// Called for each connection, with its peer.
    package var onAccept: ((RawPeer) -> Void)?

    private let loop: EventLoop
    private let socket: Socket
    private var registration: EventLoop.Registration?

    /// Listens on `wanted`; any port of the loopback unless it is given.
    package init(_ loop: EventLoop, on wanted: SocketAddress = .loopback()) throws(SystemError) {
        self.loop = loop
        socket = try Socket.listening(on: wanted)
        address = socket.localAddress ?? wanted
        registration = try loop.register(socket.descriptor, for: .readable, edgeTriggered: false) { [weak self] _ in
            self?.accept()
        }
    }

    deinit {
        close()
    }

    package func close() {
        guard let registration else { return }
        loop.unregister(registration)
        self.registration = nil
        socket.close()
    }

    private func accept() {
        guard case .connection(let socket, _) = socket.accept(), let peer = try? RawPeer(loop, socket: socket) else {
            return
        }
        peers.append(peer)
        onAccept?(peer)
    }
}
