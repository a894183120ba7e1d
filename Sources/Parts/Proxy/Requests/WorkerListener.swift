import Discovery
import HTTPTransport
import HTTPWire
import SystemIO
import TLSTransport
import TrafficPolicy

/// A listening address as one worker serves it. The plan is swapped when the configuration changes; requests under way
/// keep what they began with.
final class WorkerListener: HTTPServerStreamHandler {
    private(set) var plan: ListenerPlan
    private unowned let worker: Worker
    private var listener: HTTPListener?
    /// Connections of which is asked whom they want.
    private var inspections: [CInt: (inspection: ConnectionInspection, socket: Socket)] = [:]
    /// Requests that a drain's deadline ended.
    private var cut = 0

    /// Binds and begins to accept.
    init(worker: Worker, plan: ListenerPlan) throws(SystemError) {
        self.worker = worker
        self.plan = plan
        let listener: HTTPListener
        if plan.redirection.isBound {
            let socket = try InheritedSockets.listening(
                on: plan.address, sharesPort: true, of: worker.configuration.inherited)
            listener = try HTTPListener(
                loop: worker.loop, socket: socket, tls: plan.security.context, limits: Self.limits(plan), handler: self)
        } else {
            listener = HTTPListener(
                loop: worker.loop, unboundAt: plan.address, tls: plan.security.context, limits: Self.limits(plan),
                handler: self)
        }
        if plan.redirection.handsOver {
            listener.redirect = { [unowned self, unowned worker] socket, peer, _ in
                worker.handOver(socket, peer, self.plan.reporter, at: self.boundAddress) == .taken
            }
        }
        listener.acceptsPlaintext = plan.security.acceptsPlaintext
        if case .byName = plan.security {
            listener.redirect = { [unowned self] socket, peer, local in
                inspect(socket, peer, local)
                return true
            }
        }
        listener.proxyHeader = plan.proxyHeader
        listener.budget = worker.configuration.overload.connections
        listener.onMalformedRequest = { [unowned self] status, _ in
            worker.countMalformed(status: status, reporter: self.plan.reporter)
        }
        listener.onHandshakeFailure = { [unowned worker] reason, _ in worker.handshakeFailed(reason) }
        self.listener = listener
    }

    private static func limits(_ plan: ListenerPlan) -> HTTPServerLimits {
        var limits = HTTPServerLimits()
        // A client that closes has left: its request is given up at once, as Envoy does, so that nobody works for it.
        limits.halfCloseGrace = .zero
        if let idle = plan.idleTimeout { limits.idleTimeout = idle }
        if plan.codec != .http1 { limits.http2 = HTTP2Limits(plan.http2 ?? HTTP2Options()) }
        limits.http1 = plan.codec != .http2
        limits.wire.passesTrailers = plan.passesTrailers
        limits.leavesContinue = plan.passesContinue
        return limits
    }

    /// Takes up a new plan for the same address.
    func update(_ plan: ListenerPlan) {
        self.plan = plan
        listener?.tls = plan.security.context
        listener?.proxyHeader = plan.proxyHeader
        listener?.acceptsPlaintext = plan.security.acceptsPlaintext
    }

    /// The address with the port that the system chose when the plan's was 0.
    var boundAddress: SocketAddress { listener?.boundAddress ?? plan.address }

    /// Another descriptor of its socket, for the proxy that takes over; `nil` when there is none to give.
    func duplicateSocket() -> Socket? { (try? listener?.duplicateSocket()) ?? nil }

    /// Stops accepting; connections end after their present request.
    func close() {
        // The listener keeps itself until its last connection is gone.
        let listener = listener
        for (inspection, socket) in inspections.values {
            inspection.cancel()
            listener?.refuse(socket, from: plan.address, because: "the listener is gone")
        }
        inspections = [:]
        self.listener = nil
        listener?.drain(deadline: DrainPlan.ending.deadline) { _ = listener }
    }

    /// Looks whom a client asks for, then greets it with that one's certificate.
    private func inspect(_ socket: Socket, _ peer: SocketAddress, _ local: SocketAddress?) {
        let key = socket.descriptor
        do throws(SystemError) {
            let inspection = try ConnectionInspection(
                loop: worker.loop, socket: socket, timeout: ConnectionInspection.defaultTimeout, continues: false
            ) { [unowned self] facts in
                inspections[key] = nil
                inspected(socket, peer, local, facts)
            }
            inspections[key] = (inspection, socket)
        } catch {
            listener?.refuse(socket, from: peer, because: "\(error)")
        }
    }

    private func inspected(
        _ socket: Socket, _ peer: SocketAddress, _ local: SocketAddress?, _ facts: ConnectionFacts?
    ) {
        guard case .byName(let matcher, let contexts) = plan.security, let facts,
            let place = matcher.chain(for: facts), let context = contexts[place]
        else {
            listener?.refuse(socket, from: peer, because: "nobody here has the name that the client asks for")
            return
        }
        listener?.adopt(socket, from: peer, to: local, tls: context)
    }

    func drain(_ plan: DrainPlan, completion: @escaping (Int) -> Void) {
        guard let listener else { return completion(0) }
        listener.drain(deadline: plan.deadline, sparingIdle: plan.sparesIdle) { [self] in completion(cut) }
    }

    // MARK: Streams

    func request(_ stream: HTTPServerStream, head: RequestHead, hasBody: Bool) {
        let exchange = Exchange(worker: worker, listener: self, downstream: stream, head: head)
        stream.context = exchange
        exchange.begin(hasBody: hasBody)
    }

    func requestBody(_ stream: HTTPServerStream, _ bytes: UnsafeRawBufferPointer) {
        exchange(of: stream)?.requestBody(bytes)
    }

    func requestTrailers(_ stream: HTTPServerStream, _ trailers: HTTPHeaders) {
        exchange(of: stream)?.requestTrailers(trailers)
    }

    func requestEnd(_ stream: HTTPServerStream) {
        exchange(of: stream)?.requestEnd()
    }

    func requestAborted(_ stream: HTTPServerStream, reason: HTTPStreamAbort) {
        if reason == .shutdown { cut += 1 }
        if case .malformed = reason { worker.metrics.events.malformedRequests &+= 1 }
        exchange(of: stream)?.requestAborted(reason)
    }

    func responseDrained(_ stream: HTTPServerStream) {
        exchange(of: stream)?.responseDrained()
    }

    @inline(__always)
    private func exchange(of stream: HTTPServerStream) -> Exchange? { stream.context as? Exchange }
}

extension WorkerListener: RedirectionTarget {
    var redirection: RedirectionPlan { plan.redirection }

    func adopt(_ socket: Socket, from peer: SocketAddress, to original: SocketAddress) {
        listener?.adopt(socket, from: peer, to: original)
    }
}

extension ListenerPlan.Security {
    fileprivate var context: TLSContext? {
        switch self {
        case .plain, .byName: nil
        case .tls(let context), .either(let context): context
        }
    }

    fileprivate var acceptsPlaintext: Bool {
        switch self {
        case .plain, .either: true
        case .tls, .byName: false
        }
    }
}

extension HTTP2Limits {
    /// What is not said is Envoy's number of streams, and windows of our own.
    init(_ options: HTTP2Options) {
        self = .proxy
        if let streams = options.concurrentStreams { concurrentStreams = streams }
        if let window = options.streamWindow { streamWindow = window }
        if let window = options.connectionWindow { connectionWindow = window }
        allowsUpgrades = options.allowsConnect
    }
}
