import Discovery
import HTTPTransport
import JSONWire
import Quantities
import SystemIO
import TLSTransport

/// Keeps one question per resource type open at the control plane and hands on what changed.
///
/// It belongs to the admin thread. Answers are held by the control plane until there is news (`Prefer: wait`), so a
/// change arrives at once and an idle mesh is silent. When the control plane is away, the last configuration stays in
/// force and attempts go on with ``Backoff``.
final class DiscoveryClient {
    /// Bytes of one answer.
    static let maximumBody = 64 * 1024 * 1024

    /// What the client tells its owner, always on the loop.
    struct Delegate {
        /// The resources in force changed.
        var changed: (ResourceSet) -> Void
        /// An answer could not be used: the type and why.
        var refused: (ResourceType, String) -> Void
    }

    private final class Poll {
        let type: ResourceType
        var call: HTTPCall?
        var timer: TimerID?
        var asked: DiscoveryRequest?
        var startedAt: MonotonicTime
        var backoff = Backoff()
        var errorDetail: String?

        init(type: ResourceType, now: MonotonicTime) {
            self.type = type
            self.startedAt = now
        }
    }

    /// True while the last exchange worked.
    private(set) var isConnected = false

    private let loop: EventLoop
    private let client: HTTPClient
    private let plane: ProxySetup.ControlPlane
    private let addresses: [SocketAddress]
    private let node: Node
    private let delegate: Delegate
    private let log = Log(subsystem: "discovery")
    private var state: DiscoveryState
    private var polls: [Poll] = []
    private var random = RandomSource()
    private var addressIndex = 0
    private var isStopped = false
    private var tls: TLSContext?

    init(
        loop: EventLoop, plane: ProxySetup.ControlPlane, node: Node, resources: ResourceSet, delegate: Delegate
    ) throws(ProxyError) {
        self.loop = loop
        self.plane = plane
        self.node = node
        self.delegate = delegate
        client = HTTPClient(loop: loop)
        state = DiscoveryState(resources: resources)
        addresses = plane.addresses.compactMap { SocketAddress(ip: $0.ip, port: $0.port) }
        guard addresses.count == plane.addresses.count else {
            throw .configuration("control plane \(plane.addresses): not an IP address")
        }
    }

    /// Begins to ask, over `tls` when the control plane wants it. Called again with another context, new questions use
    /// that one; those that are open stay.
    func start(tls: TLSContext?) {
        self.tls = tls
        guard polls.isEmpty else { return }
        var types: [ResourceType] = [.endpoints, .routes]
        if plane.discoversListeners { types.append(.listeners) }
        if plane.discoversClusters { types.insert(.clusters, at: 0) }
        polls = types.map { Poll(type: $0, now: loop.now) }
        for poll in polls { ask(poll) }
    }

    func stop() {
        isStopped = true
        for poll in polls {
            poll.call?.cancel()
            if let timer = poll.timer { loop.cancel(timer) }
        }
    }

    private func ask(_ poll: Poll) {
        guard !isStopped, poll.call == nil else { return }
        poll.timer = nil
        guard var question = state.request(for: poll.type, node: node) else { return }
        question.errorDetail = poll.errorDetail
        poll.asked = question
        poll.startedAt = SystemClock.monotonic()
        var request = HTTPRequest("POST", poll.type.path, body: question.json.serialized())
        request.headers.add("content-type", "application/json")
        // The first question after silence is to be answered at once: only an answer tells that somebody is there.
        if isConnected { request.headers.add("prefer", "wait=\(Int(plane.wait.inSeconds))") }
        let address = addresses[addressIndex % addresses.count]
        poll.call = client.send(
            request, to: address, tls: tls, deadline: plane.wait + .seconds(10), maximumBody: Self.maximumBody
        ) { [weak self] result in
            poll.call = nil
            self?.answered(poll, result)
        }
    }

    private func answered(_ poll: Poll, _ result: Result<HTTPResponse, HTTPClientError>) {
        guard !isStopped else { return }
        switch result {
        case .success(let response) where response.status == 304:
            connected(poll)
            pause(poll)
        case .success(let response) where response.status == 200:
            connected(poll)
            take(response.body, poll)
        case .success(let response):
            failed(poll, "status \(response.status): \(String(decoding: response.body.prefix(200), as: UTF8.self))")
        case .failure(let error):
            failed(poll, "\(error)")
        }
    }

    private func take(_ body: [UInt8], _ poll: Poll) {
        let outcome: DiscoveryState.Outcome
        do throws(JSONError) {
            let json = try JSONValue.parse(body, limits: .default)
            do throws(SchemaError) {
                let response = try DiscoveryResponse(json: json)
                outcome = state.accept(response, type: poll.type, now: SystemClock.monotonic())
            } catch {
                outcome = .refused("\(error)")
            }
        } catch {
            outcome = .refused("\(error)")
        }
        switch outcome {
        case .refused(let reason):
            poll.errorDetail = reason
            delegate.refused(poll.type, reason)
            log.warning("answer refused", ["type": poll.type.rawValue, "reason": reason])
            // The same answer would come at once: ask again at leisure.
            schedule(poll, after: .seconds(2))
        case .unchanged:
            poll.errorDetail = nil
            pause(poll)
            watchPatience()
        case .changed:
            poll.errorDetail = nil
            delegate.changed(state.resources)
            pause(poll)
            refreshQuestions()
        }
    }

    /// Asks again: at once after an answer that was held, else after the refresh delay, so that a control plane that
    /// ignores `Prefer` is not asked in a circle.
    private func pause(_ poll: Poll) {
        let took = poll.startedAt.duration(to: SystemClock.monotonic())
        let isNews = state.request(for: poll.type, node: node)?.versionInfo != poll.asked?.versionInfo
        schedule(poll, after: isNews || took >= plane.refreshDelay ? .zero : plane.refreshDelay)
    }

    private func schedule(_ poll: Poll, after delay: Duration) {
        if let timer = poll.timer { loop.cancel(timer) }
        poll.timer = loop.schedule(after: delay) { [weak self] in self?.ask(poll) }
    }

    /// Listeners and clusters may have changed what routes and endpoints to ask for: those questions start again.
    private func refreshQuestions() {
        for poll in polls where poll.type == .routes || poll.type == .endpoints {
            let wanted = state.request(for: poll.type, node: node)
            guard wanted?.resourceNames != poll.asked?.resourceNames else { continue }
            poll.call?.cancel()
            poll.call = nil
            poll.asked = wanted
            schedule(poll, after: .zero)
        }
    }

    /// Routes may be waiting for clusters; look again when their patience is over.
    private func watchPatience() {
        guard state.isWaiting else { return }
        loop.schedule(after: DiscoveryState.patience + .milliseconds(50)) { [weak self] in
            guard let self, !isStopped, state.tick(now: SystemClock.monotonic()) == .changed else { return }
            delegate.changed(state.resources)
        }
    }

    private func connected(_ poll: Poll) {
        poll.backoff.succeeded()
        if !isConnected {
            isConnected = true
            log.info("control plane connected", ["address": addresses[addressIndex % addresses.count].description])
        }
    }

    private func failed(_ poll: Poll, _ reason: String) {
        if isConnected {
            isConnected = false
            log.warning(
                "control plane lost; the last configuration stays in force",
                ["address": addresses[addressIndex % addresses.count].description, "reason": reason])
        } else {
            log.debug("control plane does not answer", ["type": poll.type.rawValue, "reason": reason])
        }
        addressIndex = (addressIndex + 1) % addresses.count
        schedule(poll, after: poll.backoff.failed(draw: random.next()))
    }
}
