import HTTPWire
import Quantities
import TrafficPolicy

/// The headers by which proxies tell each other of a request, set and believed as Envoy does.
///
/// At the mesh's edge, where the peer is the client itself, nothing that it says of its origin is believed.
enum ForwardedHeaders {
    /// Removes what only a proxy inside may ask of the next: retries, timeouts, statistics. No peer counts as inside, as in
    /// Envoy where nobody says which addresses are.
    static func removeInternal(from head: inout RequestHead) {
        // Hardly a request has one, and looking for each would cost more than all else here.
        guard head.names(beginningWith: "x-envoy-") else { return }
        for name in internalNames { head.remove(name) }
    }

    private static let internalNames: [HeaderName] = [
        "x-envoy-retry-on", "x-envoy-retry-grpc-on", "x-envoy-max-retries", "x-envoy-retriable-status-codes",
        "x-envoy-retriable-header-names", "x-envoy-hedge-on-per-try-timeout", "x-envoy-upstream-alt-stat-name",
        "x-envoy-upstream-rq-timeout-ms", "x-envoy-upstream-rq-per-try-timeout-ms",
        "x-envoy-upstream-rq-timeout-alt-response", "x-envoy-expected-rq-timeout-ms", "x-envoy-ip-tags",
        "x-envoy-original-url", "x-envoy-internal", "x-envoy-force-trace", "x-envoy-upstream-stream-duration-ms",
    ]

    /// What an edge tells of its client: its address and how it came.
    static func setEdge(_ head: inout RequestHead, client address: String, isTLS: Bool) {
        addHop(address, to: &head)
        head.replace("x-envoy-external-address" as HeaderName, address.utf8)
        head.replace("x-forwarded-proto" as HeaderName, (isTLS ? "https" : "http").utf8)
        // A client's own could be anything, and anybody's.
        head.remove("x-request-id" as HeaderName)
        for name in edgeNames { head.remove(name) }
    }

    /// Names the sender of a request behind those who sent it before.
    static func addHop(_ address: String, to head: inout RequestHead) {
        let path = head.values(of: "x-forwarded-for").map { Array($0) } + [Array(address.utf8)]
        head.replace("x-forwarded-for" as HeaderName, Array(path.joined(separator: [UInt8(ascii: ",")])))
    }

    /// What only proxies can know.
    private static let edgeNames: [HeaderName] = [
        "x-envoy-decorator-operation", "x-envoy-downstream-service-cluster", "x-envoy-downstream-service-node",
        "x-envoy-original-path", "x-envoy-original-host",
    ]

    /// Whether a request is one for https, as far as the proxy before this one says, or else as it came.
    static func isSecure(_ head: RequestHead, isTLS: Bool, isEdge: Bool) -> Bool {
        guard !isEdge, let told = head.value(of: "x-forwarded-proto") else { return isTLS }
        return told.elementsEqual("https".utf8) || isTLS && !told.elementsEqual("http".utf8)
    }

    /// Rewrites the path, and tells what it was.
    static func rewritePath(_ head: inout RequestHead, _ rule: RulePlan) {
        guard let target = rule.pathRewrite?.rewritten(head.target, taken: rule.path) else { return }
        head.replace("x-envoy-original-path" as HeaderName, Array(head.target))
        head.setTarget(target)
    }

    /// Rewrites the host, and tells what it was.
    static func rewriteHost(_ head: inout RequestHead, _ rule: RulePlan) {
        if let host = rule.hostRewrite {
            head.replace("x-envoy-original-host" as HeaderName, Array(head.authority))
            head.setAuthority(host)
        }
    }

    /// What the upstream is told of the time it has, in milliseconds; nothing without a limit.
    ///
    /// - Parameters:
    ///   - whole: the limit of all attempts together.
    ///   - elapsed: since the request was here; zero for the first attempt.
    static func expectedTimeout(_ rule: RulePlan, whole: Duration?, elapsed: Duration) -> Int64? {
        guard let limit = rule.retry.perTryTimeout ?? whole else { return nil }
        let milliseconds = limit.nanoseconds / 1_000_000
        guard let whole else { return milliseconds }
        let left = whole.nanoseconds / 1_000_000 - elapsed.nanoseconds / 1_000_000
        return max(1, min(milliseconds, left))
    }
}
