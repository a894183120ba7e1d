import HTTPTransport
import HTTPWire
import JSONWire
import Quantities
import SystemIO
import TraceModel
import TrafficPolicy

/// One request on its way through the proxy, from its head to the last byte of its response.
///
/// The way down, one line a step, stands in ``begin(hasBody:)``, ``forward()`` and ``attempt()``; the way back in
/// ``response(_:head:hasBody:)``; every way ends in ``finish(flag:)``, once. It belongs to its worker's thread.
///
///     begin ─ route ─ filters ─ draw ─ attempt ─┬─ response ─ body … ─ end ───────────────── finish
///                        │               ↑      └─ failed ─┬─ retry ─┐
///                        └─ local reply  │                 └─ local reply, or abort ──────── finish
///                                        └───────────────────────────┘
final class Exchange: HTTPClientStreamHandler {
    /// Body bytes kept so that the request can be sent again; a longer body is sent once.
    static let replayLimit = 64 * 1024

    let worker: Worker
    let listener: WorkerListener
    let downstream: HTTPServerStream
    private let startedAt: MonotonicTime
    /// Whether it leaves the workload, as opposed to arriving there.
    let isOutbound: Bool

    // The request.
    var head: RequestHead
    var hasBody = false
    var isRequestComplete = false
    private(set) var requestEndedAt: MonotonicTime
    private(set) var requestBytes: UInt64 = 0
    var replay: [UInt8] = []
    private var requestTrailers: HTTPHeaders?
    var isReplayable = true
    /// True while the body waits for an upstream.
    var isHeld = false
    var isGRPC = false
    /// Whether the client offers to go on in another protocol, and may.
    var asksUpgrade = false
    /// What it is about since the upstream agreed to that.
    var tunnel: Tunnel?
    /// How long it may take with all its attempts.
    private var limit: Duration?
    private(set) var trace: ActiveTrace?
    private var traceStart = WallTime(nanosecondsSinceEpoch: 0)

    // Where it goes.
    private(set) var rule: RulePlan?
    var shareChanges: HeaderChanges?
    var cluster: UpstreamCluster?
    private(set) var endpoint: UpstreamEndpoint?
    var upstream: HTTPClientStream?
    private(set) var upstreamAddress: SocketAddress?
    /// This end of the connection to it, where a log may want that.
    private(set) var upstreamLocal: SocketAddress?
    /// Copies whose body is not complete.
    var mirrors: [MirrorStream] = []
    private var hasLeft = false
    private var tried: [UpstreamEndpoint] = []
    private(set) var retries = 0
    /// How often a pooled connection turned out to be closed. Those attempts are no retries of the policy's.
    private var staleConnections = 0
    /// Whether the next attempt makes a connection of its own: where one was stale the others are, too.
    private var needsFreshConnection = false
    /// False for requests that the policy lets nobody send twice.
    private var mayRetry = true
    /// Why a response was not tried again that should have been.
    private(set) var retryFlag = ResponseFlag.none
    /// What it has of its cluster's circuit breakers.
    private var hold = BreakerHold()
    private var isWaiting = false
    /// When it began to wait for a connection, or the present attempt for its answer.
    private var stepBegan: MonotonicTime?
    /// What chooses among the endpoints, where the route says.
    var hash: UInt64?
    /// Cookies that the client lacks and the choice needs from now on.
    var newCookies: [String] = []
    // Timers keep the exchange; finish() cancels them.
    var timeout: TimerID?
    private var retryTimer: TimerID?
    var tryTimeout: TimerID?
    private var filterTimer: TimerID?

    // What the filters do.
    private var remainingFilters: ArraySlice<any RequestFilter> = []
    /// Fields that filters add to whatever response there will be.
    var filterFields: [(name: String, value: String)] = []
    /// What filters leave about the request for those after, by their names.
    var filterMetadata: [String: JSONObject] = [:]
    /// A question that a filter waits for.
    var call: AuthorizationCall?
    /// Fields of filters that take the place of the response's own.
    var filterReplacements: [(name: String, value: String)] = []
    /// What a verified token says of the caller, for the filters after.
    var claims: RequestClaims?
    /// What a filter did to a request that then went its way; said where nothing else is to be said.
    var filterFlag = ResponseFlag.none

    /// What logs may want of the downstream connection, which is not there any more at the end.
    private(set) var loggedConnection: (local: SocketAddress?, serverName: String?)?

    // What came back, and for whom it counts.
    var status = 0
    var responseBytes: UInt64 = 0
    var grpcStatus: UInt8?
    private var responseTrailers: HTTPHeaders?
    private var responseStartedAt: MonotonicTime?
    /// The head as the downstream got it, where a log may want that.
    var loggedResponse: ResponseHead?
    /// Who answered, or why the proxy did: Envoy's response code details.
    var details = ""
    /// Why the last connection that could not be made was not; empty for no such trouble.
    private(set) var transportFailure = ""
    private var peer = LabelID.unknown
    var service = LabelID.unknown
    private var isSecure = false
    var callerSentMetadata = false
    private(set) var isFinished = false

    init(worker: Worker, listener: WorkerListener, downstream: HTTPServerStream, head: RequestHead) {
        self.worker = worker
        self.listener = listener
        self.downstream = downstream
        self.head = head
        isOutbound = listener.plan.reporter == .source
        startedAt = SystemClock.monotonic()
        requestEndedAt = worker.loop.now
    }

    // MARK: The way up

    /// Takes the request from its head to an upstream, or answers it.
    func begin(hasBody: Bool) {
        self.hasBody = hasBody
        isGRPC = hasBody && head.value(of: "content-type").map { GRPCRules.isContentType($0) } ?? false
        worker.metrics.events.activeRequests &+= 1
        if !listener.plan.accessLogs.isEmpty {
            loggedConnection = (downstream.localAddress, downstream.serverName)
        }
        if !isOutbound { identifyCaller() }
        if worker.configuration.overload.refusesRequest() { return reply(.overloaded) }
        if worker.isTracing { beginTrace(&head) }

        if head.method == .connect { return refuseConnect() }
        if listener.plan.normalizesPath, !normalizePath() { return reply(.badPath) }
        let routes = downstream.isTLS ? listener.plan.secureRoutes : listener.plan.plainRoutes
        if let routes {
            if let match = routes.table.host(for: head.authority)?.match(self) {
                rule = routes.rules[match.rule.index]
            }
            if head.asksUpgrade, !admitUpgrade(routes) { return reply(.upgradeRefused) }
            if !routes.filters.isEmpty { return passFilters(routes.filters[...]) }
        }
        forward()
    }

    /// Lets each filter take its part, until one answers or waits; what waits calls this again with the filters that
    /// are left.
    func passFilters(_ filters: ArraySlice<any RequestFilter>) {
        var left = filters
        while let filter = left.popFirst() {
            switch filter.inspect(self) {
            case .pass: continue
            case .answered: return
            case .wait:
                remainingFilters = left
                return
            }
        }
        forward()
    }

    /// A filter that waited has what it waited for.
    func filterPassed() {
        guard !isFinished else { return }
        let left = remainingFilters
        remainingFilters = []
        passFilters(left)
    }

    /// Runs `body` after `delay`, unless the request has ended by then. One at a time.
    func afterFilterDelay(_ delay: Duration, _ body: @escaping () -> Void) {
        filterTimer = worker.loop.schedule(after: delay) { [self] in
            filterTimer = nil
            if !isFinished { body() }
        }
    }

    /// Takes the request to what its route says.
    private func forward() {
        guard let rule else { return reply(.noRoute) }
        switch rule.action {
        case .direct(let status, let body): return replyDirect(status, body)
        case .redirect(let redirect): return replyRedirect(redirect, rule)
        case .forward: break
        }
        guard let share = rule.weights.pickShare(draw: worker.random.next()),
            let cluster = rule.clusters[share].flatMap({ worker.cluster(at: $0, named: rule.clusterNames[share]) })
        else { return reply(.noHealthyUpstream) }
        self.cluster = cluster
        if rule.clusters.count > 1 { cluster.draws &+= 1 }
        service = cluster.service
        shareChanges = rule.shareHeaderChanges[share]
        if let host = rule.shareHostRewrites[share], rule.hostRewrite == nil { head.setAuthority(host) }
        if !rule.hashKeys.isEmpty, cluster.plan.hashing != nil { takeHash(rule.hashKeys) }
        mayRetry = rule.retry.mayRetry(self)
        prepareHead(&head, rule, cluster)
        limit = rule.timeout
        if isGRPC, let maximum = rule.maximumGRPCTimeout {
            limit = GRPCRules.limit(
                asked: head.value(of: "grpc-timeout").flatMap { GRPCRules.timeout($0) }, maximum: maximum)
        }
        if let limit {
            timeout = worker.loop.schedule(after: limit) { [self] in timedOut() }
        }
        attempt()
    }

    /// One try: an endpoint, a connection, the head and what has come of the body.
    private func attempt() {
        guard let cluster, let rule else { return }
        let now = worker.loop.now
        guard
            let endpoint = cluster.plan.isOriginalDestination
                ? downstream.intendedAddress.map({ cluster.original($0, in: worker) })
                : cluster.pick(
                    random: &worker.random, now: now, tried: rule.retry.avoidsPreviousEndpoints ? tried : [],
                    hash: hash)
        else { return reply(.noHealthyUpstream) }
        self.endpoint = endpoint
        upstreamAddress = endpoint.address
        endpoint.active += 1
        if let breakers = cluster.plan.breakers, !admit(to: endpoint, breakers) { return }
        open(endpoint)
    }

    /// Whether the request may be sent now. If not, it waits or has been refused.
    private func admit(to endpoint: UpstreamEndpoint, _ breakers: ClusterBreakers) -> Bool {
        if endpoint.pool.isReady(http2: usesHTTP2) {
            if hold.take(.requests, of: breakers) { return true }
            releaseEndpoint()
            reply(.overflow)
            return false
        }
        guard hold.take(.pendingRequests, of: breakers) else {
            releaseEndpoint()
            reply(.overflow)
            return false
        }
        if endpoint.pool.hasRoom(http2: usesHTTP2) || endpoint.mayConnect { return true }
        breakers.countConnectionOverflow()
        isWaiting = true
        stepBegan = worker.loop.now
        endpoint.wait(self)
        return false
    }

    /// There is a connection for a request that waited for one, or may be.
    func waitEnded() {
        isWaiting = false
        endStep(\.queueNanoseconds)
        guard let endpoint, let breakers = cluster?.plan.breakers else { return }
        if endpoint.pool.isReady(http2: usesHTTP2) {
            hold.release(.pendingRequests, of: breakers)
            guard hold.take(.requests, of: breakers) else {
                releaseEndpoint()
                return reply(.overflow)
            }
        }
        open(endpoint)
    }

    /// The connection made for this request stands: it no longer waits for one.
    func connected(_ stream: HTTPClientStream) {
        guard !isFinished, let breakers = cluster?.plan.breakers else { return }
        hold.release(.pendingRequests, of: breakers)
        guard !hold.take(.requests, of: breakers) else { return }
        stream.cancel()
        releaseEndpoint()
        reply(.overflow)
    }

    private func open(_ endpoint: UpstreamEndpoint) {
        guard let cluster, let rule else { return }
        endpoint.total &+= 1
        worker.metrics.events.upstreamAttempts &+= 1
        stepBegan = worker.loop.now
        if isOutbound {
            isSecure = cluster.plan.isSecure
            peer = endpoint.plainLabel
        }
        if rule.tellsAttempts, retries > 0 { head.replace("x-envoy-attempt-count", String(retries + 1).utf8) }
        if limit != nil || rule.retry.perTryTimeout != nil {
            let elapsed: Duration = retries == 0 ? .zero : startedAt.duration(to: worker.loop.now)
            if let left = ForwardedHeaders.expectedTimeout(rule, whole: limit, elapsed: elapsed) {
                head.replace("x-envoy-expected-rq-timeout-ms", String(left).utf8)
                if isGRPC, rule.maximumGRPCTimeout != nil {
                    head.replace("grpc-timeout", GRPCRules.timeoutField(.milliseconds(left)))
                }
            }
        }
        let stream = endpoint.pool.open(self, fresh: needsFreshConnection, http2: usesHTTP2)
        needsFreshConnection = false
        upstream = stream
        if asksUpgrade {
            stream.sendUpgrade(head)
        } else {
            stream.sendHead(head, endOfStream: !hasBody)
        }
        if !replay.isEmpty, !asksUpgrade { sendUpstream(replay) }
        if !hasLeft {
            hasLeft = true
            if !asksUpgrade { startMirrors(rule, body: replay) }
            if isRequestComplete { endMirrors() }
        }
        if replay.count > Self.replayLimit, !asksUpgrade {
            isReplayable = false
            replay = []
        }
        if hasBody, isRequestComplete, !asksUpgrade { endUpstream() }
        if isHeld, !asksUpgrade {
            isHeld = false
            downstream.resumeReading()
        }
        if let limit = rule.retry.perTryTimeout {
            tryTimeout = worker.loop.schedule(after: limit) { [self] in tryTimedOut() }
        }
    }

    /// Which version the upstream is spoken to in.
    var usesHTTP2: Bool { cluster?.usesHTTP2(for: head.version) ?? false }

    func sendUpstream(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            if upstream?.sendBody(bytes) == false { downstream.pauseReading() }
        }
    }

    /// More of the request's body.
    func requestBody(_ bytes: UnsafeRawBufferPointer) {
        requestBytes &+= UInt64(bytes.count)
        tunnel?.lastMove = worker.loop.now
        for mirror in mirrors { mirror.send(bytes) }
        if asksUpgrade, tunnel == nil {
            // Another protocol's, before anybody agreed to that.
            replay.append(contentsOf: bytes)
            isHeld = true
            return downstream.pauseReading()
        }
        guard let upstream else {
            // Between two attempts, or before the first: what is kept goes with the next one, even a little more than
            // the limit.
            replay.append(contentsOf: bytes)
            isHeld = true
            return downstream.pauseReading()
        }
        if isReplayable {
            if replay.count + bytes.count <= Self.replayLimit {
                replay.append(contentsOf: bytes)
            } else {
                isReplayable = false
                replay = []
            }
        }
        if !upstream.sendBody(bytes) { downstream.pauseReading() }
    }

    func requestEnd() {
        isRequestComplete = true
        if tunnel != nil { return tunnelRequestEnded() }
        requestEndedAt = worker.loop.now
        if hasBody, !asksUpgrade { endUpstream() }
        endMirrors()
    }

    private func endMirrors() {
        for mirror in mirrors { mirror.sendEnd() }
        mirrors = []
    }

    /// Fields after the request's body.
    func requestTrailers(_ trailers: HTTPHeaders) {
        requestTrailers = trailers
    }

    private func endUpstream() {
        if let requestTrailers { upstream?.sendEnd(trailers: requestTrailers) } else { upstream?.sendEnd() }
    }

    /// The upstream has room again.
    func requestDrained(_ stream: HTTPClientStream) {
        downstream.resumeReading()
    }

    // MARK: The way back

    func response(_ stream: HTTPClientStream, head: ResponseHead, hasBody: Bool) {
        guard !isFinished, let rule else { return }
        disarm(&tryTimeout)
        cluster?.note(.response(status: judgedStatus(head)), about: endpoint, in: worker)
        // Usual answers are not looked at twice.
        if head.status >= rule.retry.leastStatus || isGRPC || !rule.retry.headers.isEmpty, retryResponse(head, rule) {
            return
        }
        isReplayable = false
        replay = []
        if isOutbound { identifyUpstream(stream, head) }
        status = head.status
        details = "via_upstream"
        responseStartedAt = worker.loop.now
        if isGRPC { grpcStatus = head.value(of: "grpc-status").flatMap { UInt8(String(decoding: $0, as: UTF8.self)) } }
        let edited = editedResponse(head, rule)
        if !listener.plan.accessLogs.isEmpty {
            loggedResponse = edited
            upstreamLocal = stream.localAddress
        }
        downstream.sendHead(edited, endOfStream: !hasBody)
    }

    func responseBody(_ stream: HTTPClientStream, _ bytes: UnsafeRawBufferPointer) {
        guard !isFinished else { return }
        responseBytes &+= UInt64(bytes.count)
        tunnel?.lastMove = worker.loop.now
        if !downstream.sendBody(bytes) { stream.pauseReading() }
    }

    /// An answer before the one that counts. Whoever has got one is past trying again: Envoy's rule.
    func interim(_ stream: HTTPClientStream, head: ResponseHead) {
        guard !isFinished, status == 0, listener.plan.passesContinue else { return }
        isReplayable = false
        replay = []
        var head = head
        if head.namesHopByHopFields { head.removeHopByHop() }
        downstream.sendInterim(head)
    }

    func responseTrailers(_ stream: HTTPClientStream, _ trailers: HTTPHeaders) {
        responseTrailers = trailers
        if isGRPC { grpcStatus = trailers["grpc-status"].flatMap { UInt8($0) } }
    }

    func responseEnd(_ stream: HTTPClientStream) {
        guard !isFinished else { return }
        if tunnel != nil { return tunnelResponseEnded() }
        releaseEndpoint()
        if let responseTrailers { downstream.sendEnd(trailers: responseTrailers) } else { downstream.sendEnd() }
        finish(flag: .none)
    }

    /// The downstream has room again.
    func responseDrained() {
        upstream?.resumeReading()
    }

    /// The downstream went away, or what it sent stopped being HTTP.
    func requestAborted(_ reason: HTTPStreamAbort) {
        guard !isFinished else { return }
        upstream?.cancel()
        releaseEndpoint()
        switch reason {
        case .malformed:
            if status == 0 { status = 400 }
            details = "codec_error"
            finish(flag: .downstreamProtocolError)
        case .peerClosed, .timeout, .shutdown:
            details = "downstream_remote_disconnect"
            finish(flag: .downstreamConnectionTermination)
        }
    }

    func failed(_ stream: HTTPClientStream, _ failure: UpstreamFailure) {
        guard !isFinished else { return }
        disarm(&tryTimeout)
        let failedEndpoint = endpoint
        // A full pool and a stale connection are our own affair.
        if failure.isUpstreams { cluster?.note(.connectionFailed, about: endpoint, in: worker) }
        releaseEndpoint()
        failedEndpoint?.failed &+= 1
        let (outcome, answer) = Self.meaning(of: failure)
        if outcome == .connectFailure, let failedEndpoint {
            failedEndpoint.connectFailures &+= 1
            worker.metrics.events.upstreamConnectFailures &+= 1
            cluster?.avoid(failedEndpoint, now: worker.loop.now)
            transportFailure = failure.description
        }
        guard status == 0 else {
            // Part of the response is out: only a broken connection can tell the downstream that the rest is missing. What
            // another protocol makes of its end is its own affair, and it gets all that came.
            if tunnel != nil { downstream.endUpgrade() } else { downstream.abort() }
            details = answer.detailsAfterHead
            return finish(flag: answer.flag)
        }
        // What is full now is so for the next attempt, too.
        if case .overloaded = failure { return reply(answer) }
        retry(outcome, from: failedEndpoint, orReply: answer)
    }

    /// The status that an endpoint is judged by: of gRPC's, where the response's head has one.
    private func judgedStatus(_ head: ResponseHead) -> Int {
        guard isGRPC, let text = head.value(of: "grpc-status"),
            let status = Int(String(decoding: text, as: UTF8.self))
        else { return head.status }
        return OutlierEvidence.httpStatus(ofGRPC: status)
    }

    private static func meaning(of failure: UpstreamFailure) -> (AttemptOutcome, LocalReply) {
        switch failure {
        case .connectFailed, .tlsFailure: (.connectFailure, .connectionFailure)
        case .connectTimeout: (.connectFailure, .connectionTimeout)
        case .staleConnection: (.staleConnection, .connectionTermination)
        case .resetBeforeHead, .resetAfterHead: (.reset, .connectionTermination)
        case .streamReset: (.reset, .remoteReset)
        case .refused: (.refusedStream, .remoteRefused)
        case .protocolError: (.reset, .protocolError)
        case .overloaded: (.resetBeforeRequest, .overflow)
        }
    }

    // MARK: Again

    private func retry(_ outcome: AttemptOutcome, from endpoint: UpstreamEndpoint?, orReply answer: LocalReply) {
        guard let rule, mayRetry || outcome == .staleConnection else { return reply(answer) }
        let decision = rule.retry.decide(
            outcome, retriesDone: outcome == .staleConnection ? staleConnections : retries, isReplayable: isReplayable,
            isIdempotent: head.method.isIdempotent,
            draw: worker.random.next())
        let wait: Duration
        switch decision {
        case .retry(let time): wait = time
        case .giveUp(.retriesExhausted):
            // From then on it is a broken connection like any other.
            if outcome == .staleConnection { return retry(.reset, from: endpoint, orReply: answer) }
            return reply(answer.afterRetries(isOverflow: false))
        case .giveUp: return reply(answer)
        }
        // A stale connection is our own affair and no retry of the policy's.
        if outcome == .staleConnection {
            staleConnections += 1
            needsFreshConnection = true
        } else {
            guard takeRetry() else { return reply(answer.afterRetries(isOverflow: true)) }
            retries += 1
            worker.metrics.events.upstreamRetries &+= 1
            if let endpoint { tried.append(endpoint) }
        }
        guard wait > .zero else { return attempt() }
        retryTimer = worker.loop.schedule(after: wait) { [self] in
            guard !isFinished else { return }
            retryTimer = nil
            attempt()
        }
    }

    /// Whether the response was one to try again, and that has begun.
    private func retryResponse(_ head: ResponseHead, _ rule: RulePlan) -> Bool {
        let grpc = isGRPC ? head.value(of: "grpc-status").flatMap { Int(String(decoding: $0, as: UTF8.self)) } : nil
        let outcome = AttemptOutcome.response(
            status: head.status, grpcStatus: grpc, isRateLimited: head.contains("x-envoy-ratelimited"),
            isMarked: !rule.retry.headers.isEmpty && rule.retry.marks { head.value(ofFieldNamed: $0) })
        guard mayRetry, rule.retry.isRetriable(outcome) else { return false }
        guard rule.retry.retries > retries else {
            retryFlag = .upstreamRetryLimitExceeded
            return false
        }
        guard isReplayable else { return false }
        guard takeRetry() else {
            retryFlag = .upstreamOverflow
            return false
        }
        let failedEndpoint = endpoint
        upstream?.cancel()
        releaseEndpoint()
        retry(outcome, from: failedEndpoint, orReply: .connectionTermination)
        return true
    }

    /// Whether the cluster's breaker for retries lets one more begin. The one held for the retry before is over.
    private func takeRetry() -> Bool {
        guard let breakers = cluster?.plan.breakers else { return true }
        hold.release(.retries, of: breakers)
        return hold.take(.retries, of: breakers)
    }

    private func timedOut() {
        guard !isFinished else { return }
        timeout = nil
        if status == 0 { cluster?.note(.timedOut, about: endpoint, in: worker) }
        upstream?.cancel()
        endpoint?.failed &+= 1
        releaseEndpoint()
        guard status == 0 else {
            downstream.abort()
            details = LocalReply.requestTimeout.detailsAfterHead
            return finish(flag: .upstreamRequestTimeout)
        }
        reply(.requestTimeout)
    }

    private func tryTimedOut() {
        guard !isFinished, status == 0 else { return }
        tryTimeout = nil
        let slow = endpoint
        cluster?.note(.timedOut, about: slow, in: worker)
        upstream?.cancel()
        slow?.failed &+= 1
        releaseEndpoint()
        retry(.perTryTimeout, from: slow, orReply: .perTryTimeout)
    }

    /// Adds the time of the step that ends to what it was spent on.
    private func endStep(_ part: WritableKeyPath<WorkerEvents, UInt64>) {
        guard let began = stepBegan else { return }
        stepBegan = nil
        let time = worker.loop.now.nanoseconds &- began.nanoseconds
        worker.metrics.events[keyPath: part] &+= UInt64(clamping: time)
    }

    func releaseEndpoint() {
        endStep(isWaiting ? \.queueNanoseconds : \.upstreamNanoseconds)
        endpoint?.active -= 1
        if let breakers = cluster?.plan.breakers {
            hold.release(.requests, of: breakers)
            hold.release(.pendingRequests, of: breakers)
            if isWaiting {
                isWaiting = false
                endpoint?.stopWaiting(self)
            }
        }
        endpoint = nil
        upstream = nil
    }

    // MARK: Who

    /// Inbound: the caller's certificate, and the workload that its sidecar says it is.
    private func identifyCaller() {
        isSecure = downstream.isTLS && !downstream.peerURIs.isEmpty
        guard isSecure else { return }
        let metadata = head.value(of: "x-envoy-peer-metadata")
        callerSentMetadata = metadata != nil
        peer = worker.callerLabel(of: downstream, metadata: metadata)
    }

    /// Outbound: the upstream's certificate, and its workload where the control plane did not say.
    func identifyUpstream(_ stream: HTTPClientStream, _ head: ResponseHead) {
        guard let endpoint else { return }
        if endpoint.workload == nil, let metadata = head.value(of: "x-envoy-peer-metadata") {
            worker.learn(metadata, about: endpoint)
        }
        peer =
            isSecure ? worker.secureLabel(of: endpoint, principal: stream.peerURIs.first) : endpoint.plainLabel
    }

    private func beginTrace(_ head: inout RequestHead) {
        let incoming = Propagation.incoming(head)
        guard let active = worker.sampling.begin(incoming, random: &worker.random) else { return }
        Propagation.write(active, answering: incoming, to: &head)
        trace = active
        if active.isSampled { traceStart = SystemClock.wall() }
    }

    // MARK: The end

    func finish(flag: ResponseFlag) {
        guard !isFinished else { return }
        isFinished = true
        disarm(&timeout)
        disarm(&tryTimeout)
        disarm(&retryTimer)
        disarm(&filterTimer)
        if let timer = tunnel?.timer { worker.loop.cancel(timer) }
        remainingFilters = []
        call?.cancel()
        call = nil
        // A copy whose end will not come.
        for mirror in mirrors { mirror.cancel() }
        mirrors = []
        let flag = flag != .none ? flag : retryFlag != .none ? retryFlag : filterFlag
        if let breakers = cluster?.plan.breakers { hold.release(.retries, of: breakers) }
        // Plain integers: the monotonic clock does not run back.
        let nanoseconds = SystemClock.monotonic().nanoseconds &- startedAt.nanoseconds
        worker.metrics.events.activeRequests &-= 1
        worker.metrics.events.requestNanoseconds &+= UInt64(clamping: nanoseconds)
        let milliseconds = Double(nanoseconds) / 1e6
        var sampled: RequestExample?
        if let trace, trace.isSampled {
            let end = traceStart.advanced(by: .nanoseconds(Int64(clamping: nanoseconds)))
            sampled = RequestExample(trace: trace.trace, milliseconds: milliseconds, time: end)
        }
        worker.metrics.record(
            RequestSeries(
                reporter: isOutbound ? .source : .destination, peer: peer, service: service,
                code: UInt16(clamping: status), flag: flag, isGRPC: isGRPC, grpcStatus: grpcStatus,
                isSecure: isSecure),
            durationMilliseconds: milliseconds, requestBytes: requestBytes, responseBytes: responseBytes,
            sampled: sampled)
        if let trace, trace.isSampled { recordSpan(trace, .nanoseconds(Int64(clamping: nanoseconds)), flag) }
        if !listener.plan.accessLogs.isEmpty {
            log(listener.plan.accessLogs, flag: flag, duration: .nanoseconds(Int64(clamping: nanoseconds)))
        }
        // The stream holds this exchange and this exchange the stream: let go.
        downstream.context = nil
        upstream = nil
    }

    private func recordSpan(_ trace: ActiveTrace, _ duration: Duration, _ flag: ResponseFlag) {
        worker.recordSpan(
            SpanRecord(
                ids: trace, kind: isOutbound ? .client : .server,
                name: cluster?.plan.spanName ?? listener.plan.name, start: traceStart, duration: duration,
                method: Array(head.methodBytes), target: Array(head.target), authority: Array(head.authority),
                requestID: head.value(of: "x-request-id").map { Array($0) } ?? [], code: UInt16(clamping: status),
                flag: flag, requestBytes: requestBytes, responseBytes: responseBytes,
                upstreamCluster: cluster?.plan.name ?? "", upstreamAddress: upstreamAddress?.description ?? "",
                downstreamAddress: downstream.peerAddress.description, peer: worker.metrics.peers[peer]))
    }

    /// From the request's head to its last byte; nothing when that never came.
    var requestTime: Duration? { isRequestComplete || !hasBody ? startedAt.duration(to: requestEndedAt) : nil }
    /// From the request's head to the response's; nothing when none came from upstream.
    var responseTime: Duration? { responseStartedAt.map { startedAt.duration(to: $0) } }

    func disarm(_ timer: inout TimerID?) {
        if let armed = timer {
            worker.loop.cancel(armed)
            timer = nil
        }
    }
}

extension UpstreamFailure {
    /// Whether the upstream is to blame, as far as outlier detection asks.
    var isUpstreams: Bool {
        switch self {
        case .staleConnection, .overloaded: false
        case .connectFailed, .connectTimeout, .tlsFailure, .resetBeforeHead, .resetAfterHead, .protocolError, .refused,
            .streamReset:
            true
        }
    }
}
