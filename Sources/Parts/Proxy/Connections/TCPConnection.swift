import MeshModel
import Quantities
import SystemIO
import TLSTransport
import TrafficPolicy

/// One downstream connection and the upstream one that it is joined to.
///
///     inspecting → greeting (TLS) → connecting, again on failure → relaying → closing
///                            └─ refused
///
/// Each direction ends by itself: an end is passed on once everything before it was sent, and the connection is over when
/// both have ended. A reset of one side resets the other: what it got is not whole.
///
/// The loop keeps its streams, they keep it, and it closes them when it ends.
final class TCPConnection: TCPStreamOwner {
    private enum State {
        case inspecting
        case greeting
        case connecting
        /// Policies do not let it pass. What it sends is thrown away, so that it sees an end and no reset.
        case refused
        case relaying
        /// One side is gone for good; the other gets what is left.
        case closing
        case ended
    }

    /// How long the downstream's handshake may take.
    private static let greetingTimeout: Duration = .seconds(15)
    /// How long the other side may take to end when one is gone and everything was sent.
    private static let lingerTime: Duration = .seconds(2)

    private unowned let worker: Worker
    private let listener: TCPListener
    private let socket: Socket
    private let peerAddress: SocketAddress
    /// Where it was going, when it was sent here on its way.
    private let original: SocketAddress?
    /// This end of the connection that goes on there.
    private var passed: SocketAddress?
    private var state = State.inspecting
    /// The name that its first bytes ask for, where somebody looked.
    private var serverName = ""
    private var inspection: ConnectionInspection?
    private var plan: ConnectionPlan?
    private var downstream: TCPStream?
    private var upstream: TCPStream?
    /// Which of the two is gone, while the other is closing.
    private var leaving: TCPStream?
    private var idle: Deadline?
    private var connectTimer: TimerID?

    private var cluster: UpstreamCluster?
    private var endpoint: UpstreamEndpoint?
    private var attempts: UInt32 = 0
    private var heldBreakers: ClusterBreakers?

    /// They take what another proxy says of itself off the front of what it sends, until they have it.
    private var downstreamIntroduction: PeerExchange.Reader?
    private var upstreamIntroduction: PeerExchange.Reader?

    // What is counted, and for whom.
    private var flags: ConnectionFlags = []
    private var peer = LabelID.unknown
    private var service: LabelID
    private var isSecure = false
    private var isCounted = false
    /// Not in the metrics yet.
    private var counts = ConnectionCounts()
    private let begun = SystemClock.monotonic()
    private var receivedBytes: UInt64 = 0
    private var sentBytes: UInt64 = 0
    /// The last endpoint tried, for logs.
    private var upstreamAddress: SocketAddress?
    /// Why the proxy ended it; empty when it did not.
    private var termination = ""

    init(
        worker: Worker, listener: TCPListener, socket: Socket, peer: SocketAddress, original: SocketAddress? = nil
    ) {
        self.original = original
        self.worker = worker
        self.listener = listener
        self.socket = socket
        peerAddress = peer
        service = worker.blackHole
        worker.metrics.events.activeConnections &+= 1
    }

    // MARK: The downstream

    func begin() {
        let plan = listener.plan
        guard plan.matcher.needsFacts else { return greet(plan.matcher.chain(for: .plainText)) }
        do throws(SystemError) {
            inspection = try ConnectionInspection(
                loop: worker.loop, socket: socket, timeout: plan.inspectionTimeout,
                continues: plan.continuesAfterTimeout
            ) { [self] facts in
                inspection = nil
                serverName = facts?.serverName ?? ""
                greet(facts.flatMap { listener.plan.matcher.chain(for: $0) })
            }
        } catch {
            end()
        }
    }

    /// - Parameter chain: its place in the listener's plan; without one nobody takes the connection.
    private func greet(_ chain: Int?) {
        let chains = listener.plan.chains
        guard let chain, chain < chains.count else { return end() }
        let plan = chains[chain]
        self.plan = plan
        // Now, as the plan's places are those of the snapshot in force; a handshake may outlast that.
        draw(plan)
        state = .greeting
        do {
            let session = try plan.tls.map { (context) throws(TLSError) in try TLSSession(context) }
            let stream = try TCPStream(
                loop: worker.loop, socket: socket, tls: session, isConnected: true, owner: self)
            downstream = stream
            // Nothing is read before there is somewhere to send it.
            stream.pauseReading()
            guard session != nil else { return connect() }
            idle = Deadline(loop: worker.loop) { [weak self] in self?.end() }
            idle?.arm(after: Self.greetingTimeout)
        } catch {
            end()
        }
    }

    func streamOpened(_ stream: TCPStream) {
        if stream === downstream {
            isSecure = true
            if let uri = stream.peerURIs.first { peer = worker.callerLabel(of: uri) }
            introduce(to: stream)
            connect()
        } else {
            connected()
        }
    }

    // MARK: The upstream

    /// Draws the cluster, once for the connection.
    private func draw(_ plan: ConnectionPlan) {
        guard let share = plan.weights.pickShare(draw: worker.random.next()),
            let cluster = plan.clusters[share].flatMap({ worker.cluster(at: $0) })
        else { return }
        self.cluster = cluster
        service = cluster.service
    }

    private func connect() {
        idle?.invalidate()
        idle = nil
        state = .connecting
        isCounted = true
        if let plan, !plan.guards.isEmpty, !passes(plan.guards) { return refuse() }
        if cluster == nil { giveUp(.noRoute) } else { attempt() }
    }

    /// Whether the policies let it pass. All that they ask is known by now, so nothing of it has to wait for first bytes:
    /// an upstream that speaks first says nothing to who is refused.
    private func passes(_ guards: [ConnectionGuard]) -> Bool {
        let local = socket.localAddress
        let facts = ConnectionAccess(
            isTLS: downstream?.isTLS ?? false, identities: downstream?.peerURIs ?? [],
            serverName: downstream?.serverName ?? serverName, peer: IPAddress(peerAddress),
            destination: local.map { IPAddress($0) }, destinationPort: local?.port ?? 0)
        return guards.allSatisfy { $0.allows(facts) }
    }

    private func refuse() {
        state = .refused
        termination = "rbac_access_denied"
        let linger = Deadline(loop: worker.loop) { [weak self] in self?.end() }
        idle = linger
        linger.arm(after: Self.lingerTime)
        downstream?.endOutput()
        downstream?.resumeReading()
    }

    private func attempt() {
        guard let cluster, let plan else { return end() }
        if let breakers = cluster.plan.breakers {
            guard breakers.take(.connections) else { return giveUp(.upstreamOverflow) }
            heldBreakers = breakers
        }
        guard attempts < plan.connectAttempts else { return giveUp(.upstreamRetryLimitExceeded) }
        let hash =
            plan.hashesSourceAddress && cluster.plan.hashing != nil ? XXHash64.hash(peerAddress.ip.utf8) : nil
        let picked =
            cluster.plan.isOriginalDestination
            ? original.map { cluster.original($0, in: worker) }
            : cluster.pick(random: &worker.random, now: worker.loop.now, tried: [], hash: hash)
        guard let endpoint = picked else { return giveUp(.noHealthyUpstream) }
        attempts += 1
        take(endpoint)
        do {
            let session = try cluster.plan.tls.map { (context) throws(TLSError) in try TLSSession(context) }
            let socket = try Socket.connecting(to: endpoint.address, from: cluster.plan.source)
            if cluster.plan.isOriginalDestination { passed(by: socket) }
            do {
                upstream = try TCPStream(
                    loop: worker.loop, socket: socket, tls: session, isConnected: false, owner: self)
            } catch {
                socket.close()
                throw error
            }
            connectTimer = worker.loop.schedule(after: cluster.plan.connectTimeout) { [weak self] in
                self?.connectTimedOut()
            }
        } catch {
            connectFailed(.connectionFailed)
        }
    }

    /// Remembers this end, so that the connection is known when the machine sends it back here.
    private func passed(by socket: Socket?) {
        if let passed { worker.configuration.passed.remove(passed) }
        passed = socket?.localAddress
        if let passed { worker.configuration.passed.insert(passed) }
    }

    private func take(_ endpoint: UpstreamEndpoint) {
        self.endpoint = endpoint
        upstreamAddress = endpoint.address
        endpoint.active += 1
        endpoint.total &+= 1
        endpoint.connections += 1
        if listener.plan.reporter == .source {
            peer = endpoint.plainLabel
            isSecure = cluster?.plan.isSecure ?? false
        }
    }

    private func connectTimedOut() {
        connectTimer = nil
        guard state == .connecting else { return }
        upstream?.close()
        connectFailed(.timedOut)
    }

    private func connectFailed(_ evidence: OutlierEvidence) {
        disarmConnectTimer()
        upstream = nil
        cluster?.note(evidence, about: endpoint, in: worker)
        worker.metrics.events.upstreamConnectFailures &+= 1
        if let endpoint {
            endpoint.connectFailures &+= 1
            endpoint.failed &+= 1
            cluster?.avoid(endpoint, now: worker.loop.now)
        }
        flags.insert(.upstreamConnectionFailure)
        releaseEndpoint()
        // Never from within an attempt: many that fail at once must let others have their turn.
        worker.loop.soon { [self] in
            if state == .connecting { attempt() }
        }
    }

    private func connected() {
        guard state == .connecting, let upstream, let endpoint else { return }
        disarmConnectTimer()
        state = .relaying
        cluster?.note(.response(status: 200), about: endpoint, in: worker)
        introduce(to: upstream)
        if listener.plan.reporter == .source, isSecure {
            peer = worker.secureLabel(of: endpoint, principal: upstream.peerURIs.first)
        }
        counts.opened = 1
        flushCounts()
        if let limit = plan?.idleTimeout {
            idle = Deadline(loop: worker.loop) { [weak self] in self?.end() }
            idle?.arm(after: limit)
        }
        downstream?.resumeReading()
    }

    private func disarmConnectTimer() {
        if let connectTimer { worker.loop.cancel(connectTimer) }
        connectTimer = nil
    }

    private func releaseEndpoint() {
        heldBreakers?.release(.connections)
        heldBreakers = nil
        endpoint?.active -= 1
        endpoint?.connections -= 1
        endpoint = nil
    }

    private func giveUp(_ flag: ConnectionFlags) {
        flags.insert(flag)
        end()
    }

    /// Says who we are where that was agreed upon, and expects the same.
    private func introduce(to stream: TCPStream) {
        guard stream.negotiatedProtocol == PeerExchange.protocolName else { return }
        if stream === downstream {
            downstreamIntroduction = PeerExchange.Reader()
        } else {
            upstreamIntroduction = PeerExchange.Reader()
        }
        // It fits into any socket's buffer, and what does not is kept before what follows.
        _ = worker.exchangedMetadata.withUnsafeBytes { stream.write($0) }
    }

    /// Whether `bytes` were the peer's introduction, or part of it.
    private func takeIntroduction(_ stream: TCPStream, _ bytes: UnsafeRawBufferPointer) -> Bool {
        let isDownstream = stream === downstream
        guard let outcome = isDownstream ? downstreamIntroduction?.add(bytes) : upstreamIntroduction?.add(bytes) else {
            return false
        }
        switch outcome {
        case .incomplete: break
        case .refused: abort()
        case .met(let labels, let rest):
            if isDownstream {
                downstreamIntroduction = nil
                if let labels, let uri = stream.peerURIs.first {
                    peer = worker.metrics.peers.id(of: labels.withPrincipal(uri))
                }
                flushCounts()
            } else {
                upstreamIntroduction = nil
            }
            if !rest.isEmpty { rest.withUnsafeBytes { streamReceived(stream, $0) } }
        }
        return true
    }

    // MARK: Bytes

    func streamReceived(_ stream: TCPStream, _ bytes: UnsafeRawBufferPointer) {
        guard state == .relaying else { return }
        touch()
        if takeIntroduction(stream, bytes) { return }
        let other: TCPStream?
        if stream === downstream {
            counts.received &+= UInt64(bytes.count)
            receivedBytes &+= UInt64(bytes.count)
            other = upstream
        } else {
            counts.sent &+= UInt64(bytes.count)
            sentBytes &+= UInt64(bytes.count)
            other = downstream
        }
        if other?.write(bytes) == false { stream.pauseReading() }
    }

    func streamDrained(_ stream: TCPStream) {
        touch()
        if state == .relaying { other(than: stream)?.resumeReading() }
        endIfDone()
    }

    func streamInputEnded(_ stream: TCPStream, isWhole: Bool) {
        guard state == .relaying else { return end() }
        touch()
        let other = other(than: stream)
        if !isWhole {
            state = .closing
            leaving = stream
            other?.resumeReading()
        }
        other?.endOutput()
        endIfDone()
    }

    private func other(than stream: TCPStream) -> TCPStream? { stream === downstream ? upstream : downstream }

    /// Something moved: the connection is not idle.
    private func touch() {
        if state == .relaying, let limit = plan?.idleTimeout { idle?.arm(after: limit) }
    }

    private func endIfDone() {
        guard let downstream, let upstream else { return }
        switch state {
        case .relaying:
            if downstream.isOutputEnded, upstream.isOutputEnded { end() }
        case .closing:
            guard (leaving === downstream ? upstream : downstream).isOutputEnded else { return }
            // Closing at once could destroy what was just sent: who still speaks is heard out, and not believed.
            let linger = idle ?? Deadline(loop: worker.loop) { [weak self] in self?.end() }
            idle = linger
            linger.arm(after: Self.lingerTime)
        case .inspecting, .greeting, .connecting, .refused, .ended: break
        }
    }

    // MARK: The end

    func streamFailed(_ stream: TCPStream, _ failure: TCPStream.Failure) {
        switch state {
        case .greeting:
            listener.greetingFailed(failure)
            end()
        case .connecting where stream === upstream: connectFailed(.connectionFailed)
        case .relaying:
            other(than: stream)?.abort()
            end()
        case .connecting, .refused, .closing, .inspecting, .ended: end()
        }
    }

    /// Closes both sides in a way that tells them so.
    func abort() {
        downstream?.abort()
        upstream?.abort()
        end()
    }

    /// What was read from one side and not yet taken by the other.
    var bufferedBytes: Int { (downstream?.pendingCount ?? 0) + (upstream?.pendingCount ?? 0) }

    /// Puts what was counted since the last time into the metrics.
    func flushCounts() {
        // A downstream that is about to say who it is would be another series in a moment.
        guard !counts.isZero, downstreamIntroduction == nil else { return }
        worker.metrics.record(
            counts,
            of: ConnectionSeries(
                reporter: listener.plan.reporter, peer: peer, service: service, flags: flags, isSecure: isSecure))
        counts = ConnectionCounts()
    }

    private func log(_ logs: [AccessLogPlan]) {
        let duration = begun.duration(to: SystemClock.monotonic())
        let facts = AccessLogRule.Facts(
            status: 0, milliseconds: Int(clamping: duration.nanoseconds / 1_000_000),
            flags: flags.isEmpty ? [] : flags.text.split(separator: ","))
        let subject = LoggedConnection(
            local: socket.localAddress, peer: peerAddress, peerURIs: downstream?.peerURIs ?? [],
            serverName: downstream?.serverName ?? serverName, cluster: cluster?.plan.name, upstream: upstreamAddress,
            upstreamLocal: upstream?.localAddress, flags: flags, termination: termination, received: receivedBytes,
            sent: sentBytes, attempts: attempts, duration: duration, ended: SystemClock.wall())
        for log in logs where log.rule.admits(facts, draw: worker.random.next(), field: { _ in nil }) {
            log.file.append(log.format.line(about: subject))
        }
    }

    private func end() {
        guard state != .ended else { return }
        if isCounted {
            // One that never stood was opened all the same, as far as its client knows.
            if state == .connecting || state == .refused { counts.opened = 1 }
            counts.closed = 1
            downstreamIntroduction = nil
            flushCounts()
            if let plan, !plan.accessLogs.isEmpty { log(plan.accessLogs) }
        }
        state = .ended
        inspection?.cancel()
        inspection = nil
        disarmConnectTimer()
        idle?.invalidate()
        idle = nil
        releaseEndpoint()
        passed(by: nil)
        if let downstream { downstream.close() } else { socket.close() }
        upstream?.close()
        downstream = nil
        upstream = nil
        leaving = nil
        worker.metrics.events.activeConnections &-= 1
        listener.connectionEnded(self)
    }
}
