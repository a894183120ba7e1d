package import Quantities

/// Something the collector scrapes.
package struct ScrapeTarget: Hashable, Sendable {
    package enum State: Hashable, Sendable {
        /// Not scraped yet.
        case pending
        case up
        /// Why, in words: `connection refused`, `no answer within 900 ms`.
        case down(reason: String)
    }

    /// `127.0.1.7:15090`.
    package var address: String
    /// Who runs there and how that is known; nothing while it is not.
    package var identity: TargetIdentity?
    package var state: State
    package var lastSuccess: WallTime?
    package var series: Int
    /// What its metrics are, as people call it: `Istio`, `Envoy`. Empty while nothing was recognised.
    package var formats: [String]
    /// How well it can be read; nothing before its first answer.
    package var reading = TargetReading()

    /// - Parameter workload: who the target's labels say runs there.
    package init(
        address: String, workload: WorkloadIdentity? = nil, state: State = .pending, lastSuccess: WallTime? = nil,
        series: Int = 0, formats: [String] = []
    ) {
        self.address = address
        self.identity = workload.map { TargetIdentity(workload: $0, origin: .labels) }
        self.state = state
        self.lastSuccess = lastSuccess
        self.series = series
        self.formats = formats
    }

    /// Who runs there, when known.
    package var workload: WorkloadIdentity? { identity?.workload }
}

/// How well a target can be read, as of its last answers.
package struct TargetReading: Hashable, Sendable {
    /// From one scrape to the next.
    package var interval: Duration?
    /// How long an answer may take.
    package var deadline: Duration?
    /// How long the last one took.
    package var took: Duration?
    /// How far its clock is ahead of ours, by the `Date` of its last answer; less than nothing when it is behind. As
    /// exact as whole seconds are.
    package var clockAhead: Duration?
    /// Series that a graph would need and that lack a label it cannot do without: `istio_requests_total` and
    /// `response_flags`. At most ``maximumGaps``.
    package var gaps: [LabelGap] = []

    package static let maximumGaps = 8

    package init() {}
}

/// A family of series of which some lack a label.
package struct LabelGap: Hashable, Comparable, Sendable {
    package var family: String
    package var label: String

    package init(family: String, label: String) {
        self.family = family
        self.label = label
    }

    package static func < (left: LabelGap, right: LabelGap) -> Bool {
        (left.family, left.label) < (right.family, right.label)
    }
}
