import HTTPTransport
import HTTPWire
import Quantities
import SystemIO
import TLSTransport

/// A listening address as one worker serves it, and its connections. The plan is swapped when the configuration changes;
/// connections that stand keep what they began with.
final class TCPListener: EventHandler {
    /// Connections of one listener on one worker; more wait in the kernel.
    static let connectionLimit = 10_000
    /// Connections taken per event, so that those that stand get their turn.
    private static let acceptsPerEvent = 64
    /// How long accepting rests when descriptors have run out: the waiting connection would make it spin.
    private static let exhaustionPause: Duration = .milliseconds(100)

    private(set) var plan: ConnectionListenerPlan
    let boundAddress: SocketAddress
    private unowned let worker: Worker
    /// Nothing for a listener that is only given connections.
    private let socket: Socket?
    private var registration: EventLoop.Registration?
    private var connections: [ObjectIdentifier: TCPConnection] = [:]
    /// Connections whose first bytes are awaited.
    private var readings: [CInt: ProxyHeaderReading] = [:]
    private var isPaused = false
    private var drainTimer: TimerID?
    private var onDrained: (() -> Void)?

    /// Binds and begins to accept.
    init(worker: Worker, plan: ConnectionListenerPlan) throws(SystemError) {
        self.worker = worker
        self.plan = plan
        guard plan.redirection.isBound else {
            socket = nil
            boundAddress = plan.address
            return
        }
        let socket = try InheritedSockets.listening(
            on: plan.address, sharesPort: true, of: worker.configuration.inherited)
        self.socket = socket
        boundAddress = socket.localAddress ?? plan.address
        do throws(SystemError) {
            // Level-triggered: what one event leaves is told again.
            registration = try worker.loop.register(
                socket.descriptor, for: .readable, edgeTriggered: false, handler: self)
        } catch {
            socket.close()
            throw error
        }
    }

    /// Another descriptor of its socket, for the proxy that takes over; `nil` when there is none to give.
    func duplicateSocket() -> Socket? { registration == nil ? nil : try? socket?.duplicate() }

    var connectionCount: Int { connections.count }

    var bufferedBytes: Int { connections.values.reduce(0) { $0 + $1.bufferedBytes } }

    /// Takes up a new plan for the same address.
    func update(_ plan: ConnectionListenerPlan) { self.plan = plan }

    func ready(_ readiness: Readiness) {
        guard let socket else { return }
        for _ in 0..<Self.acceptsPerEvent {
            guard connections.count + readings.count < Self.connectionLimit else { return pause() }
            guard budget.take() else { return rest(ConnectionBudget.pause) }
            switch socket.accept() {
            case .connection(let socket, let peer):
                if plan.redirection.handsOver {
                    switch worker.handOver(socket, peer, plan.reporter, at: boundAddress) {
                    case .taken: continue
                    case .stays(let original):
                        serve(socket, peer, original: original)
                        continue
                    }
                }
                if let rule = plan.proxyHeader { readHeader(socket, peer, rule) } else { serve(socket, peer) }
            case .none, .failed: return budget.give()
            case .aborted: budget.give()
            case .exhausted:
                budget.give()
                return rest(Self.exhaustionPause)
            }
        }
    }

    private func readHeader(_ socket: Socket, _ peer: SocketAddress, _ rule: ProxyHeaderReading.Rule) {
        do throws(SystemError) {
            readings[socket.descriptor] = try ProxyHeaderReading(loop: worker.loop, socket: socket, rule: rule) {
                [unowned self] header in
                readings[socket.descriptor] = nil
                guard let header else {
                    socket.close()
                    return budget.give()
                }
                serve(socket, header.source.flatMap { SocketAddress($0) } ?? peer)
            }
        } catch {
            socket.close()
            budget.give()
        }
    }

    /// - Parameter original: where the connection was going, when it was sent here on its way.
    private func serve(_ socket: Socket, _ peer: SocketAddress, original: SocketAddress? = nil) {
        let connection = TCPConnection(
            worker: worker, listener: self, socket: socket, peer: peer, original: original)
        connections[ObjectIdentifier(connection)] = connection
        connection.begin()
        if !connections.isEmpty { worker.connections.scheduleFlush() }
    }

    private var budget: ConnectionBudget { worker.configuration.overload.connections }

    private func rest(_ pause: Duration) {
        self.pause()
        worker.loop.schedule(after: pause) { [weak self] in self?.resume() }
    }

    func connectionEnded(_ connection: TCPConnection) {
        if connections.removeValue(forKey: ObjectIdentifier(connection)) != nil { budget.give() }
        if isPaused { resume() }
        finishDrainIfEmpty()
    }

    /// A connection ended before anybody was connected to.
    func greetingFailed(_ failure: TCPStream.Failure) {
        guard plan.reporter == .destination else { return }
        switch failure {
        case .plainText: worker.metrics.events.refusedPlaintext &+= 1
        case .tls: worker.metrics.events.refusedHandshake &+= 1
        case .connect, .reset: break
        }
    }

    /// Has every connection tell the metrics what moved.
    func flushCounts() {
        for connection in connections.values { connection.flushCounts() }
    }

    /// Stops accepting. Connections that stand may go on until `deadline` has passed, then they are reset: nobody can tell
    /// from outside whether one that is silent is done.
    ///
    /// - Parameter completion: called on the loop once the last connection is gone.
    func drain(deadline: Duration, completion: @escaping () -> Void) {
        stopAccepting()
        onDrained = completion
        drainTimer = worker.loop.schedule(after: deadline) { [weak self] in
            guard let self else { return }
            for connection in Array(connections.values) { connection.abort() }
        }
        finishDrainIfEmpty()
    }

    private func stopAccepting() {
        guard let registration else { return }
        worker.loop.unregister(registration)
        self.registration = nil
        socket?.close()
        for reading in readings.values {
            reading.abandon()
            budget.give()
        }
        readings = [:]
    }

    private func finishDrainIfEmpty() {
        guard connections.isEmpty, let onDrained else { return }
        self.onDrained = nil
        if let drainTimer { worker.loop.cancel(drainTimer) }
        // Never from within drain(): the caller may not expect it yet.
        worker.loop.soon(onDrained)
    }

    private func pause() {
        guard let registration else { return }
        isPaused = true
        worker.loop.update(registration, for: [], edgeTriggered: false)
    }

    private func resume() {
        guard isPaused, let registration else { return }
        isPaused = false
        worker.loop.update(registration, for: .readable, edgeTriggered: false)
    }
}

extension TCPListener: RedirectionTarget {
    var redirection: RedirectionPlan { plan.redirection }

    func adopt(_ socket: Socket, from peer: SocketAddress, to original: SocketAddress) {
        serve(socket, peer, original: original)
    }
}
