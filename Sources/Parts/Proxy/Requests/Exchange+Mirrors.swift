import HTTPTransport
import HTTPWire
import SystemIO
import TrafficPolicy

/// The copies of a request that a rule sends elsewhere.
extension Exchange {
    /// Starts the copies, when the request itself has left for the first time. `body` is what has come of it.
    func startMirrors(_ rule: RulePlan, body: [UInt8]) {
        guard !rule.mirrors.isEmpty, head.method != .connect else { return }
        for mirror in rule.mirrors where mirror.rule.share.takes(draw: worker.random.next()) {
            guard let place = mirror.cluster, let cluster = worker.cluster(at: place, named: mirror.rule.cluster),
                let copy = MirrorStream(
                    worker: worker, cluster: cluster, head: copiedHead(for: cluster, mirror.rule), hasBody: hasBody,
                    limit: rule.timeout)
            else { continue }
            if !body.isEmpty { body.withUnsafeBytes { copy.send($0) } }
            if hasBody { mirrors.append(copy) }
        }
    }

    /// What Envoy's own client makes of a copy's head: it is an internal request, and the proxy one more hop.
    private func copiedHead(for cluster: UpstreamCluster, _ rule: MirrorRule) -> RequestHead {
        var copy = head
        if rule.marksHost { copy.setAuthority(MirrorRule.markedHost(copy.authority)) }
        copy.replace("x-envoy-internal" as HeaderName, "true".utf8)
        ForwardedHeaders.addHop(listener.boundAddress.ip, to: &copy)
        if isOutbound, !cluster.plan.isSecure {
            copy.remove("x-envoy-peer-metadata" as HeaderName)
            copy.remove("x-envoy-peer-metadata-id" as HeaderName)
        }
        return copy
    }
}
