import HTTPTransport
import HTTPWire
import Quantities
import SystemIO
import TrafficPolicy

/// Requests that go on in another protocol (RFC 9110 §7.8, in HTTP/2 RFC 8441): WebSocket and what else the configuration
/// allows.
///
/// Until the upstream agrees, such a request is like any other. From then on bytes pass both ways, for as long as something
/// moves, and each direction ends by itself; the request is over when both have.
extension Exchange {
    /// What is known of a request that has gone on in another protocol.
    struct Tunnel {
        /// When bytes last came from either side.
        var lastMove: MonotonicTime
        var isResponseOver = false
        /// What it will have ended by: whose end came first.
        var flag = ResponseFlag.none
        var timer: TimerID?
    }

    /// Whether the request may offer what it does.
    func admitUpgrade(_ routes: RoutePlan) -> Bool {
        // In HTTP/2 there is nothing else to the request.
        guard let name = head.upgrade, !UpgradeRules.isObsolete(name) else { return head.version != .http2 }
        guard routes.upgrades.allow(name, besides: rule?.upgrades) else { return false }
        asksUpgrade = true
        return true
    }

    /// A tunnel to wherever the client says is for no sidecar: only a route that names CONNECT would take one.
    func refuseConnect() { reply(.noRoute) }

    func upgraded(_ stream: HTTPClientStream, head: ResponseHead) {
        guard !isFinished, let rule else { return }
        cluster?.note(.response(status: head.status), about: endpoint, in: worker)
        disarm(&timeout)
        disarm(&tryTimeout)
        isReplayable = false
        let early = replay
        replay = []
        if isOutbound { identifyUpstream(stream, head) }
        status = head.status
        tunnel = Tunnel(lastMove: worker.loop.now)
        // There is more to come from the client, of another kind. In HTTP/2 its request has not even ended.
        if self.head.version != .http2 { isRequestComplete = false }
        hasBody = true
        let upgrade = head.value(of: "upgrade").map { Array($0) }
        var answer = editedResponse(head, rule)
        answer.remove("upgrade" as HeaderName)
        if let upgrade { answer.add("upgrade", upgrade) }
        downstream.sendUpgrade(answer)
        if !early.isEmpty { sendUpstream(early) }
        if isRequestComplete { upstream?.sendEnd() }
        if isHeld {
            isHeld = false
            downstream.resumeReading()
        }
        let routes = downstream.isTLS ? listener.plan.secureRoutes : listener.plan.plainRoutes
        if let limit = routes?.tunnelIdleTimeout { watchTunnel(for: limit, limit: limit) }
    }

    /// Looks once in a while whether something moved: the bytes themselves touch no timer.
    private func watchTunnel(for wait: Duration, limit: Duration) {
        tunnel?.timer = worker.loop.schedule(after: wait) { [self] in
            guard !isFinished, let last = tunnel?.lastMove else { return }
            tunnel?.timer = nil
            let left = limit - last.duration(to: worker.loop.now)
            if left > .zero { return watchTunnel(for: left, limit: limit) }
            upstream?.cancel()
            releaseEndpoint()
            downstream.abort()
            details = "stream_idle_timeout"
            finish(flag: .streamIdleTimeout)
        }
    }

    /// The client sends no more.
    func tunnelRequestEnded() {
        guard !isFinished else { return }
        if tunnel?.isResponseOver == false { tunnel?.flag = .downstreamConnectionTermination }
        upstream?.sendEnd()
        endTunnelIfDone()
    }

    /// The upstream sends no more.
    func tunnelResponseEnded() {
        tunnel?.isResponseOver = true
        if !isRequestComplete { tunnel?.flag = .upstreamConnectionTermination }
        downstream.sendEnd()
        endTunnelIfDone()
    }

    private func endTunnelIfDone() {
        guard isRequestComplete, let tunnel, tunnel.isResponseOver else { return }
        releaseEndpoint()
        finish(flag: tunnel.flag)
    }
}
