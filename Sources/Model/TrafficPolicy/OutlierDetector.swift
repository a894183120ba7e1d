package import Quantities

/// Which endpoints of one cluster are ejected. Time and randomness come from the caller, who is one for all the threads
/// that send to the cluster.
///
///                 a threshold is reached, the share allows it
///     in use ────────────────────────────────────────────────→ ejected
///        ↑                                                         │
///        └── the first sweep after base time × times ejected ──────┘
package struct OutlierDetector<Endpoint: Hashable & Sendable>: Sendable {
    /// What has happened, for metrics.
    package struct Tally: Sendable, Hashable {
        /// Endpoints marked, whatever came of it.
        package var detected: [OutlierReason: UInt64] = [:]
        package var ejected: [OutlierReason: UInt64] = [:]
        /// Ejections that the cluster's share did not allow (Envoy's `ejections_overflow`).
        package var suppressed: UInt64 = 0
        package var returned: UInt64 = 0
    }

    private struct State: Sendable {
        var serverErrors: UInt32 = 0
        var gatewayErrors: UInt32 = 0
        var localFailures: UInt32 = 0
        /// Lengthens the next ejection; a sweep that finds the endpoint in use for an interval takes one off.
        var times: Int64 = 0
        var ejection: (since: MonotonicTime, jitter: Duration)?

        var returned: MonotonicTime?

        var isAtRest: Bool { ejection == nil && times == 0 }
    }

    package let rules: OutlierRules
    package private(set) var tally = Tally()
    /// The endpoints that are ejected.
    package private(set) var ejected: Set<Endpoint> = []
    /// When endpoints may return next.
    package private(set) var nextSweep: MonotonicTime
    private var states: [Endpoint: State]

    package init(_ rules: OutlierRules, endpoints: some Sequence<Endpoint>, now: MonotonicTime) {
        self.rules = rules
        states = Dictionary(endpoints.map { ($0, State()) }, uniquingKeysWith: { $1 })
        nextSweep = now.advanced(by: max(rules.interval, .milliseconds(1)))
    }

    package var endpointCount: Int { states.count }

    /// Takes up other endpoints; those that stay keep what is known of them.
    package mutating func setEndpoints(_ endpoints: some Sequence<Endpoint>) {
        states = Dictionary(endpoints.map { ($0, states[$0] ?? State()) }, uniquingKeysWith: { $1 })
        ejected = ejected.filter { states[$0] != nil }
    }

    /// Takes one attempt's end into account.
    ///
    /// - Parameter draw: uniform random, for enforcement by percent and for the jitter.
    /// - Returns: whether the set of ejected endpoints changed.
    package mutating func record(
        _ evidence: OutlierEvidence, from endpoint: Endpoint, now: MonotonicTime, draw: UInt64
    ) -> Bool {
        guard var state = states[endpoint] else { return false }
        var reached: [OutlierReason] = []
        switch evidence {
        case .response(let status):
            if rules.splitsLocalErrors { state.localFailures = 0 }
            count(status, in: &state, &reached)
        case .connectionFailed where rules.splitsLocalErrors, .timedOut where rules.splitsLocalErrors:
            state.localFailures &+= 1
            if state.localFailures == rules.localFailures.count { reached.append(.localFailures) }
        case .connectionFailed: count(503, in: &state, &reached)
        case .timedOut: count(504, in: &state, &reached)
        }
        states[endpoint] = state
        var isChanged = false
        for reason in reached where mark(endpoint, reason, now: now, draw: draw) { isChanged = true }
        return isChanged
    }

    private func count(_ status: Int, in state: inout State, _ reached: inout [OutlierReason]) {
        guard (500...599).contains(status) else {
            state.serverErrors = 0
            state.gatewayErrors = 0
            return
        }
        if (502...504).contains(status) {
            state.gatewayErrors &+= 1
            if state.gatewayErrors == rules.gatewayErrors.count { reached.append(.gatewayErrors) }
        } else {
            state.gatewayErrors = 0
        }
        state.serverErrors &+= 1
        if state.serverErrors == rules.serverErrors.count { reached.append(.serverErrors) }
    }

    /// An endpoint has reached a threshold: ejects it if its share and the enforcement allow, and counts anew.
    private mutating func mark(
        _ endpoint: Endpoint, _ reason: OutlierReason, now: MonotonicTime, draw: UInt64
    ) -> Bool {
        guard var state = states[endpoint], state.ejection == nil else { return false }
        defer { states[endpoint] = state }
        tally.detected[reason, default: 0] &+= 1
        let threshold: OutlierRules.Threshold
        switch reason {
        case .serverErrors: (threshold, state.serverErrors) = (rules.serverErrors, 0)
        case .gatewayErrors: (threshold, state.gatewayErrors) = (rules.gatewayErrors, 0)
        case .localFailures: (threshold, state.localFailures) = (rules.localFailures, 0)
        }
        // The share is looked at before enforcement, so that one that is never enforced counts as suppressed, too.
        guard isAllowed else {
            tally.suppressed &+= 1
            return false
        }
        guard draw % 100 < UInt64(threshold.enforcedPercent) else { return false }
        tally.ejected[reason, default: 0] &+= 1
        let jitter = max(0, rules.maximumJitter.nanoseconds)
        state.ejection = (now, .nanoseconds(Int64((draw >> 8) % (UInt64(jitter) + 1))))
        // Counts on for one step after the length has stopped growing, as Envoy's does.
        let limit = maximumTime.nanoseconds.addingReportingOverflow(rules.baseTime.nanoseconds)
        let grown = rules.baseTime.nanoseconds.multipliedReportingOverflow(by: state.times)
        if !grown.overflow, limit.overflow || grown.partialValue < limit.partialValue { state.times += 1 }
        ejected.insert(endpoint)
        return true
    }

    private var isAllowed: Bool {
        if rules.alwaysEjectsOne, ejected.isEmpty { return true }
        return (ejected.count + 1) * 100 <= Int(min(rules.maximumPercent, 100)) * states.count
    }

    /// Envoy's: never below the base time.
    private var maximumTime: Duration { max(rules.maximumTime, rules.baseTime) }

    /// Nanoseconds of an ejection that is the `times`th.
    private func length(_ times: Int64) -> Int64 {
        let (product, overflow) = max(0, rules.baseTime.nanoseconds).multipliedReportingOverflow(by: times)
        return min(overflow ? .max : product, max(0, maximumTime.nanoseconds))
    }

    /// Makes up for the sweeps that were due until `now`.
    ///
    /// - Returns: whether the set of ejected endpoints changed.
    package mutating func advance(to now: MonotonicTime) -> Bool {
        guard now >= nextSweep else { return false }
        let before = ejected.count
        let interval = max(rules.interval, .milliseconds(1))
        // A cluster that nobody asked for a long time sweeps only until there is nothing left to find.
        while now >= nextSweep, states.values.contains(where: { !$0.isAtRest }) {
            sweep(at: nextSweep)
            nextSweep = nextSweep.advanced(by: interval)
        }
        if now >= nextSweep {
            let missed = nextSweep.duration(to: now).nanoseconds / interval.nanoseconds + 1
            let (distance, overflow) = interval.nanoseconds.multipliedReportingOverflow(by: missed)
            nextSweep = nextSweep.advanced(by: .nanoseconds(overflow ? .max : distance))
        }
        return ejected.count != before
    }

    private mutating func sweep(at time: MonotonicTime) {
        for (endpoint, state) in states where !state.isAtRest {
            var state = state
            if let ejection = state.ejection,
                ejection.since.duration(to: time) >= .nanoseconds(length(state.times)) + ejection.jitter
            {
                (state.serverErrors, state.gatewayErrors, state.localFailures) = (0, 0, 0)
                state.ejection = nil
                state.returned = time
                ejected.remove(endpoint)
                tally.returned &+= 1
            }
            if state.ejection == nil, let returned = state.returned, returned.duration(to: time) >= rules.interval {
                state.times = max(0, state.times - 1)
            }
            states[endpoint] = state
        }
    }
}
