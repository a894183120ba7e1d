package import Discovery
import Quantities

/// What one proxy runs with, against what it should.
package struct ProxyStatus: Hashable, Sendable {
    package enum Sync: String, Hashable, Sendable {
        case synced = "SYNCED"
        case stale = "STALE"
        case notSent = "NOT SENT"
    }

    package struct Part: Hashable, Sendable {
        package var sync: Sync
        /// Versions, joined by commas when the proxy asks for resources one by one.
        package var sent: String
        package var acknowledged: String
    }

    package let node: Node
    package let parts: [ResourceType: Part]
    /// The newest revision that all of the proxy's resources are of.
    package let revisionInForce: Revision?
    /// Whether it waits for changes now, or asked a moment ago.
    package let isConnected: Bool
    /// Why it refused its last answer, when it did.
    package let refusal: String?
    /// How long it has been asking without a silence.
    package let connectedFor: Duration
    /// The last answer that it ever refused, and how long ago.
    package let lastRefusal: Refusal?

    package struct Refusal: Hashable, Sendable {
        package let text: String
        package let ago: Duration
    }
}

/// Which proxies there are, and which versions they have acknowledged. Mechanism of the ``DiscoveryDesk``.
final class ProxyRegistry {
    private struct Record {
        var sent = ""
        var acknowledged = ""
        var lastAsked: MonotonicTime
    }

    private struct Proxy {
        var node: Node
        var records: [Subscription: Record] = [:]
        var waiting = 0
        var lastSeen: MonotonicTime
        /// Since when it has been there without a silence.
        var since: MonotonicTime
        var revisionInForce: Revision?
        var refusal: String?
        var lastRefusal: (text: String, time: MonotonicTime)?
    }

    /// The most proxies that are remembered; beyond, the one that was silent longest is forgotten.
    private static let maximumProxies = 10_000
    /// The most different sets of names that one proxy's versions are remembered for.
    private static let maximumSubscriptions = 1_000
    /// A proxy that waits asks again within its wait, 30 s; Envoy asks every second. Twice that is silence.
    private static let silence = Duration.seconds(60)
    /// A proxy that is silent this long is gone.
    private static let farewell = Duration.seconds(600)

    /// The characters of a refusal that are kept for later.
    private static let maximumRefusal = 500

    private let now: () -> MonotonicTime
    private var proxies: [String: Proxy] = [:]

    init(now: @escaping () -> MonotonicTime) {
        self.now = now
    }

    var ids: [String] { Array(proxies.keys) }

    /// A proxy asked, and by that said what it runs with.
    func asked(_ request: DiscoveryRequest, subscription: Subscription, current: String) {
        let now = now()
        let id = request.node.id
        if proxies[id] == nil, proxies.count >= Self.maximumProxies,
            let oldest = proxies.min(by: { $0.value.lastSeen < $1.value.lastSeen })
        {
            proxies[oldest.key] = nil
        }
        var proxy = proxies[id] ?? Proxy(node: request.node, lastSeen: now, since: now)
        proxy.node = request.node
        if proxy.waiting == 0, proxy.lastSeen.duration(to: now) >= Self.silence { proxy.since = now }
        proxy.lastSeen = now
        if let text = request.errorDetail {
            // One that repeats itself every second refused once.
            if proxy.refusal != text { proxy.lastRefusal = (String(text.prefix(Self.maximumRefusal)), now) }
        }
        proxy.refusal = request.errorDetail ?? (request.versionInfo == current ? nil : proxy.refusal)
        if proxy.records[subscription] != nil || proxy.records.count < Self.maximumSubscriptions {
            proxy.records[subscription, default: Record(lastAsked: now)].acknowledged = request.versionInfo
            proxy.records[subscription]?.lastAsked = now
        }
        // Names that it no longer asks for say nothing about it any more.
        proxy.records = proxy.records.filter {
            $0.key == subscription || $0.value.lastAsked.duration(to: now) < Self.silence
        }
        proxies[id] = proxy
    }

    func sent(_ id: String, _ subscription: Subscription, version: String) {
        proxies[id]?.records[subscription]?.sent = version
    }

    func waits(_ id: String, by change: Int) {
        guard let waiting = proxies[id]?.waiting else { return }
        proxies[id]?.waiting = max(0, waiting + change)
        proxies[id]?.lastSeen = now()
    }

    /// Notes that a proxy runs with `revision` when every version it acknowledged is the newest.
    func settle(_ id: String, at revision: Revision, current: (Node, Subscription) -> String) {
        guard let proxy = proxies[id], proxy.revisionInForce != revision, !proxy.records.isEmpty else { return }
        let isSettled = proxy.records.allSatisfy { current(proxy.node, $0.key) == $0.value.acknowledged }
        if isSettled { proxies[id]?.revisionInForce = revision }
    }

    func status(current: (Node, Subscription) -> String) -> [ProxyStatus] {
        let now = now()
        proxies = proxies.filter { $0.value.waiting > 0 || $0.value.lastSeen.duration(to: now) < Self.farewell }
        return proxies.values.sorted { $0.node.id < $1.node.id }.map { proxy in
            var parts: [ResourceType: ProxyStatus.Part] = [:]
            for (subscription, record) in proxy.records.sorted(by: {
                $0.key.names.lexicographicallyPrecedes($1.key.names)
            }) {
                let isCurrent = current(proxy.node, subscription) == record.acknowledged
                let part = ProxyStatus.Part(
                    sync: isCurrent ? .synced : record.sent.isEmpty ? .notSent : .stale, sent: record.sent,
                    acknowledged: record.acknowledged)
                guard var known = parts[subscription.type] else {
                    parts[subscription.type] = part
                    continue
                }
                if known.sync == .synced { known.sync = part.sync }
                known.sent += "," + part.sent
                known.acknowledged += "," + part.acknowledged
                parts[subscription.type] = known
            }
            return ProxyStatus(
                node: proxy.node, parts: parts, revisionInForce: proxy.revisionInForce,
                isConnected: proxy.waiting > 0 || proxy.lastSeen.duration(to: now) < .seconds(10),
                refusal: proxy.refusal, connectedFor: proxy.since.duration(to: now),
                lastRefusal: proxy.lastRefusal.map { .init(text: $0.text, ago: $0.time.duration(to: now)) })
        }
    }
}
