package import MeshModel
package import Quantities

/// Watches the versions of a service: when one is worse than the stable version for too long, the weights go back.
///
/// It decides from readings and times alone; the model makes the change.
package struct CanaryGuard: Hashable, Sendable {
    /// A version that is too much worse than the stable one, or was a moment ago.
    package struct Finding: Hashable, Sendable {
        package var subset: String
        package var stable: String
        /// What was read of either, in the rule's measure: a share, or milliseconds.
        package var value: Double
        package var stableValue: Double
        /// Since when it is without a break.
        package var since: WallTime
    }

    package enum Verdict: Hashable, Sendable {
        /// Too few requests to tell, of the stable version or of all others.
        case waiting
        case well
        case worse(Finding)
        /// It has been worse for as long as the rule allows.
        case broken(Finding)
    }

    /// Fewer requests in the window say nothing about a version.
    static let leastSamples = 20.0

    package let service: ServiceName
    package let rule: GuardRule
    /// What every subset gets when the guard acts.
    package let safe: [String: Int]
    /// The version that the others are held against: the first of the route, as everywhere on this screen.
    package let stable: String
    package private(set) var verdict = Verdict.waiting
    private var worseSince: [String: WallTime] = [:]

    /// Nothing when a route has one version only.
    ///
    /// - Parameter safe: the weights to go back to.
    package init?(_ rule: GuardRule, of split: TrafficSplit, safe: [String: Int]) {
        guard let stable = split.shares.first, split.shares.count > 1 else { return nil }
        service = split.service
        self.rule = rule
        self.safe = safe
        self.stable = stable.subset
    }

    /// Takes what was seen at a moment.
    package mutating func look(_ reading: CanaryReading, at time: WallTime) {
        guard let base = reading.versions.first(where: { $0.subset == stable }), let usual = value(of: base) else {
            verdict = .waiting
            return
        }
        var worst: Finding?
        var told = false
        for version in reading.versions where version.subset != stable {
            guard let value = value(of: version) else {
                worseSince[version.subset] = nil
                continue
            }
            told = true
            guard value - usual > limit else {
                worseSince[version.subset] = nil
                continue
            }
            let since = worseSince[version.subset] ?? time
            worseSince[version.subset] = since
            let finding = Finding(
                subset: version.subset, stable: stable, value: value, stableValue: usual, since: since)
            if worst.map({ since < $0.since }) ?? true { worst = finding }
        }
        guard told else {
            verdict = .waiting
            return
        }
        verdict = worst.map { $0.since.duration(to: time) >= rule.patience ? .broken($0) : .worse($0) } ?? .well
    }

    private var limit: Double {
        switch rule.measure {
        case .errors(let ratio): ratio.value
        case .p99(let time): GuardRule.milliseconds(time)
        }
    }

    private func value(of version: CanaryReading.Version) -> Double? {
        guard let traffic = version.traffic, traffic.samples >= Self.leastSamples else { return nil }
        return switch rule.measure {
        case .errors: traffic.errors?.value
        case .p99: traffic.latency?.p99
        }
    }

    /// `v2 fails 6.2 % against 0.1 % of v1`.
    package func words(_ finding: Finding) -> String {
        switch rule.measure {
        case .errors:
            "\(finding.subset) fails \(Humane.percent(Ratio(finding.value))) against "
                + "\(Humane.percent(Ratio(finding.stableValue))) of \(finding.stable)"
        case .p99:
            "p99 of \(finding.subset) is \(Humane.milliseconds(finding.value)) against "
                + "\(Humane.milliseconds(finding.stableValue)) of \(finding.stable)"
        }
    }
}
