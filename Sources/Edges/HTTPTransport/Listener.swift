internal import HTTPWire
internal import Quantities
package import SystemIO
package import TLSTransport

/// Accepts HTTP connections on an address and hands their requests to a handler, all on one event loop.
package final class HTTPListener: EventHandler {
    /// The address it listens on, with the port that the kernel chose.
    package let boundAddress: SocketAddress
    /// What new connections are greeted with; nothing for plain. Replacing it rotates certificates: connections that
    /// stand are not touched.
    package var tls: TLSContext?
    /// Whether connections that do not begin as TLS are served in plain, although there is a context (Istio's
    /// PERMISSIVE); `stream.isTLS` tells them apart.
    package var acceptsPlaintext = false
    /// What connections begin with where a load balancer stands before this; nothing where none does.
    package var proxyHeader: ProxyHeaderReading.Rule?
    /// Asked about every connection that was accepted, before anything but a load balancer's word was read of it: true
    /// takes it away from here, its place in the budget, too. It may come back by ``adopt(_:from:to:tls:)``.
    ///
    /// Called with the socket, its peer, and where that was going when it is known.
    package var redirect: ((Socket, SocketAddress, SocketAddress?) -> Bool)?
    /// What connections need a place of, where all listeners of the process have only so many together.
    package var budget: ConnectionBudget?
    /// The reason given for a connection that was refused because it did not begin as TLS.
    package static let plaintextRefusal = "the peer speaks plain HTTP where TLS is expected"
    /// Called with the reason when a handshake fails, for a log or a counter.
    package var onHandshakeFailure: ((String, SocketAddress) -> Void)?
    /// Called with the status when bytes that are no request were answered without any handler's doing.
    package var onMalformedRequest: ((Int, SocketAddress) -> Void)?
    /// Called when the process is out of descriptors: accepting pauses and goes on by itself.
    package var onExhaustion: ((SystemError) -> Void)?

    let loop: EventLoop
    let limits: HTTPServerLimits
    let timeouts: ServerTimeouts
    let handler: any HTTPServerStreamHandler
    private(set) var isDraining = false

    /// Nothing for a listener that is only given connections.
    private let socket: Socket?
    private var registration: EventLoop.Registration?
    private var connections: [ObjectIdentifier: any ListenerConnection] = [:]
    /// Connections whose first bytes are awaited.
    private var readings: [CInt: ProxyHeaderReading] = [:]
    private var isPaused = false
    private var onDrained: (() -> Void)?
    private var drainTimer: TimerID?

    /// Connections taken per event, so that those that stand get their turn.
    private static let acceptsPerEvent = 64
    /// How long accepting rests when descriptors have run out. They come back when connections close; trying at once
    /// would spin, as the waiting connection keeps the listener readable.
    private static let exhaustionPause = Duration.milliseconds(100)

    /// - Parameter reusePort: whether others, on other loops, listen on the same address: the kernel spreads the
    ///   connections.
    package convenience init(
        loop: EventLoop, address: SocketAddress, reusePort: Bool = false, tls: TLSContext? = nil,
        limits: HTTPServerLimits = HTTPServerLimits(), handler: any HTTPServerStreamHandler
    ) throws(SystemError) {
        try self.init(
            loop: loop, socket: try Socket.listening(on: address, sharesPort: reusePort), tls: tls, limits: limits,
            handler: handler)
    }

    /// - Parameter socket: listens already, and belongs to the listener from now on, also when this throws.
    package init(
        loop: EventLoop, socket: Socket, tls: TLSContext? = nil, limits: HTTPServerLimits = HTTPServerLimits(),
        handler: any HTTPServerStreamHandler
    ) throws(SystemError) {
        self.loop = loop
        self.tls = tls
        self.limits = limits
        timeouts = ServerTimeouts(limits)
        self.handler = handler
        self.socket = socket
        boundAddress = socket.localAddress ?? .loopback()
        do throws(SystemError) {
            // Level-triggered: what one event leaves is told again.
            registration = try loop.register(
                socket.descriptor, for: .readable, edgeTriggered: false, handler: self)
        } catch {
            socket.close()
            throw error
        }
    }

    /// One that accepts nothing itself: it serves what it is given.
    ///
    /// - Parameter address: where the connections are going that it is given.
    package init(
        loop: EventLoop, unboundAt address: SocketAddress, tls: TLSContext? = nil,
        limits: HTTPServerLimits = HTTPServerLimits(), handler: any HTTPServerStreamHandler
    ) {
        self.loop = loop
        self.tls = tls
        self.limits = limits
        timeouts = ServerTimeouts(limits)
        self.handler = handler
        socket = nil
        boundAddress = address
    }

    /// Serves a connection that another listener has accepted, or ``redirect`` has taken, with its place in the budget.
    ///
    /// - Parameters:
    ///   - local: where the client was going, when that is not this socket.
    ///   - tls: what it is greeted with instead of ``tls``.
    package func adopt(
        _ socket: Socket, from peer: SocketAddress, to local: SocketAddress?, tls other: TLSContext? = nil
    ) {
        guard !isDraining else {
            socket.close()
            return giveBack()
        }
        serve(socket, peer, local: local, tls: other ?? tls)
    }

    /// Refuses a connection that ``redirect`` has taken.
    package func refuse(_ socket: Socket, from peer: SocketAddress, because reason: String) {
        socket.close()
        giveBack()
        reportHandshakeFailure(reason, peer)
    }

    /// Another descriptor of the socket that it listens on, for another process; `nil` once it is closed. Connections that
    /// wait on it are accepted by whoever comes first, and none is lost when one of the two closes.
    package func duplicateSocket() throws(SystemError) -> Socket? {
        registration == nil ? nil : try socket?.duplicate()
    }

    /// How many connections stand.
    package var connectionCount: Int { connections.count }

    /// One of them, for tests that watch its life.
    package var anyConnection: AnyObject? { connections.values.first }

    package func ready(_ readiness: Readiness) {
        guard let socket else { return }
        for _ in 0..<Self.acceptsPerEvent {
            guard connections.count + readings.count < limits.connections else { return pause() }
            guard budget?.take() ?? true else { return rest(ConnectionBudget.pause) }
            switch socket.accept() {
            case .connection(let socket, let peer):
                if let proxyHeader { readHeader(socket, peer, proxyHeader) } else { dispatch(socket, peer, nil) }
            case .none: return giveBack()
            case .aborted: giveBack()
            case .exhausted(let error):
                giveBack()
                onExhaustion?(error)
                return rest(Self.exhaustionPause)
            case .failed: return giveBack()
            }
        }
    }

    private func giveBack() { budget?.give() }

    private func rest(_ pause: Duration) {
        self.pause()
        loop.schedule(after: pause) { [weak self] in self?.resume() }
    }

    private func readHeader(_ socket: Socket, _ peer: SocketAddress, _ rule: ProxyHeaderReading.Rule) {
        do throws(SystemError) {
            readings[socket.descriptor] = try ProxyHeaderReading(
                loop: loop, socket: socket, rule: rule, timeout: limits.headTimeout
            ) { [unowned self] header in
                readings[socket.descriptor] = nil
                guard let header else {
                    socket.close()
                    giveBack()
                    return
                }
                dispatch(
                    socket, header.source.flatMap { SocketAddress($0) } ?? peer,
                    header.destination.flatMap { SocketAddress($0) })
            }
        } catch {
            socket.close()
            giveBack()
        }
    }

    private func dispatch(_ socket: Socket, _ peer: SocketAddress, _ local: SocketAddress?) {
        if redirect?(socket, peer, local) == true { return }
        serve(socket, peer, local: local, tls: tls)
    }

    /// - Parameter local: where the client connected to, when that is not this socket.
    private func serve(_ socket: Socket, _ peer: SocketAddress, local: SocketAddress?, tls: TLSContext?) {
        var session: TLSSession?
        if let tls {
            do throws(TLSError) {
                session = try TLSSession(tls)
            } catch {
                socket.close()
                giveBack()
                reportHandshakeFailure(error.description, peer)
                return
            }
        }
        do throws(SystemError) {
            let connection = try ServerConnection(
                listener: self, socket: socket, peer: peer, local: local, tls: session)
            connections[ObjectIdentifier(connection)] = connection
            if session == nil, !limits.http1 { connection.beginHTTP2() }
        } catch {
            // The loop has no room for it; the client sees the connection close.
            socket.close()
            giveBack()
        }
    }

    /// Stops accepting. Connections that stand go on.
    package func close() {
        guard let registration else { return }
        loop.unregister(registration)
        self.registration = nil
        socket?.close()
        for reading in readings.values {
            reading.abandon()
            giveBack()
        }
        readings = [:]
    }

    /// Stops accepting, closes idle connections now and busy ones after their response, which tells the client so. What
    /// is left at the deadline is aborted.
    ///
    /// - Parameters:
    ///   - sparingIdle: keeps idle connections of HTTP/1 for one more request, until the deadline: a client that sends
    ///     one just then does not find its connection closed.
    ///   - completion: called on the loop once the last connection is gone.
    package func drain(deadline: Duration, sparingIdle: Bool = false, completion: @escaping () -> Void) {
        close()
        isDraining = true
        onDrained = completion
        for connection in Array(connections.values) { connection.drain(sparingIdle: sparingIdle) }
        drainTimer = loop.schedule(after: deadline) { [weak self] in
            guard let self else { return }
            for connection in Array(self.connections.values) { connection.abort(.shutdown) }
        }
        finishDrainIfEmpty()
    }

    /// A connection goes on in other hands.
    func replace(_ connection: any ListenerConnection, by successor: any ListenerConnection) {
        connections[ObjectIdentifier(connection)] = nil
        connections[ObjectIdentifier(successor)] = successor
    }

    func connectionClosed(_ connection: any ListenerConnection) {
        if connections.removeValue(forKey: ObjectIdentifier(connection)) != nil { giveBack() }
        if isPaused { resume() }
        finishDrainIfEmpty()
    }

    func reportHandshakeFailure(_ reason: String, _ peer: SocketAddress) {
        onHandshakeFailure?(reason, peer)
    }

    private func finishDrainIfEmpty() {
        guard connections.isEmpty, let onDrained else { return }
        self.onDrained = nil
        if let drainTimer { loop.cancel(drainTimer) }
        // Never from within drain(): the caller may not expect it yet.
        loop.soon(onDrained)
    }

    private func pause() {
        guard let registration else { return }
        isPaused = true
        loop.update(registration, for: [], edgeTriggered: false)
    }

    private func resume() {
        guard isPaused, let registration else { return }
        isPaused = false
        loop.update(registration, for: .readable, edgeTriggered: false)
    }
}
