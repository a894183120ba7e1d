import Synchronization
import TrafficPolicy

/// What one policy did to requests, as one line of the metrics page.
struct AccessSeries: Hashable, Sendable {
    /// Istio's policy, `shop/only-web`, or the name as it came; `none` where no policy matched.
    let policy: String
    /// Of an Istio policy, `0` for its first; empty for others.
    let rule: String
    let action: String
    let isAllowed: Bool
    /// False when it was only tried.
    let isEnforced: Bool

    /// - Parameter policy: the name that the control plane gave it, `ns[shop]-policy[only-web]-rule[0]`.
    init(policy: String?, action: AccessPolicies.Action, isEnforced: Bool) {
        let custom = "istio-ext-authz-"
        let known = policy.flatMap(IstioRule.init)
        self.policy = known.map { "\($0.namespace)/\($0.policy)" } ?? policy ?? "none"
        rule = known?.rule ?? ""
        // Only a custom policy's name begins like this; it is tried so that the extension knows whether to decide.
        let isCustom = policy?.hasPrefix(custom) ?? false
        self.isEnforced = isEnforced || isCustom
        switch action {
        case .allow: (self.action, isAllowed) = ("ALLOW", policy != nil)
        case .deny: (self.action, isAllowed) = (isCustom ? "CUSTOM" : "DENY", policy == nil)
        case .log: (self.action, isAllowed) = ("AUDIT", true)
        }
    }

    /// In place of those that are too many.
    fileprivate static let overflow = AccessSeries(policy: "others", action: .log, isEnforced: false)
}

/// The parts of `ns[shop]-policy[only-web]-rule[0]`.
private struct IstioRule {
    let namespace: String
    let policy: String
    let rule: String

    init?(_ name: String) {
        guard let start = name.firstRange(of: "ns[")?.upperBound,
            let middle = name[start...].firstRange(of: "]-policy["),
            let end = name[middle.upperBound...].firstRange(of: "]-rule[")
        else { return nil }
        namespace = String(name[start..<middle.lowerBound])
        policy = String(name[middle.upperBound..<end.lowerBound])
        rule = String(name[end.upperBound...].prefix { $0 != "]" })
    }
}

/// How often; shared by the workers.
final class AccessCounter: Sendable {
    let series: AccessSeries
    private let value = Atomic<UInt64>(0)

    init(_ series: AccessSeries) {
        self.series = series
    }

    func count() { value.wrappingAdd(1, ordering: .relaxed) }

    var total: UInt64 { value.load(ordering: .relaxed) }
}

/// All counters of policies. They outlive changes of the configuration, so that no count ever falls.
final class AccessBook: Sendable {
    /// Policies come and go with every rollout; what comes after these many is counted together.
    private static let limit = 10_000

    private let counters = Mutex<[AccessSeries: AccessCounter]>([:])

    func counter(of series: AccessSeries) -> AccessCounter {
        counters.withLock { counters in
            if let known = counters[series] { return known }
            let series = counters.count < Self.limit ? series : .overflow
            let counter = counters[series] ?? AccessCounter(series)
            counters[series] = counter
            return counter
        }
    }

    /// Sorted, so that two pages differ by numbers only.
    var reports: [AccessReport] {
        counters.withLock { Array($0.values) }.map { AccessReport(series: $0.series, total: $0.total) }
            .sorted { $0.order < $1.order }
    }
}

/// A counter at one moment.
struct AccessReport: Hashable, Sendable {
    let series: AccessSeries
    let total: UInt64

    fileprivate var order: (String, String, String, String) {
        (series.policy, series.rule, series.action, series.isEnforced ? "" : "dry_run")
    }

    var labels: [(name: String, value: String)] {
        [
            (name: "policy", value: series.policy), (name: "rule", value: series.rule),
            (name: "action", value: series.action), (name: "result", value: series.isAllowed ? "allowed" : "denied"),
            (name: "mode", value: series.isEnforced ? "enforced" : "dry_run"),
        ]
    }
}
