internal import Quantities

/// What became different between two windows of one mesh, and what of it is more than noise.
///
/// Three numbers of every edge, and of what arrives at every node, are compared:
///
///     rate     two-sample Poisson test (exact, conditional)      and a change of at least 20 %
///     errors   two-proportion test (Fisher's, exact)             and at least 0.5 points
///     p95      chi-square test on the merged buckets             and the p95 in another bucket
///
/// What appeared or vanished passes the first test against no requests at all. All tests together go through Benjamini
/// and Hochberg's procedure at 1 %: of a hundred findings one may be noise. Requests that come in bursts vary more than
/// Poisson has it, and their rates may be found too often; that is what the least change is for. Bytes of TCP have no
/// such test: their edges only appear and vanish.
package struct MeshDiff: Hashable, Sendable {
    package struct Thresholds: Hashable, Sendable {
        /// The share of findings that may be noise.
        package var falseDiscoveryRate = 0.01
        /// Of the rate before.
        package var rateChange = 0.2
        /// Between two error ratios; 0.005 is half a point.
        package var errorChange = 0.005

        package init() {}
    }

    package enum Measure: String, Hashable, Sendable, CaseIterable {
        case rate, errors, p95
    }

    /// One number that was compared.
    package struct Finding: Hashable, Sendable {
        package var measure: Measure
        /// Requests a second, a ratio, or milliseconds; nothing where there was no such number.
        package var before: Double?
        package var after: Double?
        package var pValue: Double
        /// Beyond noise, and large enough to be told.
        package var isSignificant = false
    }

    package enum Subject: Hashable, Sendable {
        case node(MeshNode.ID)
        case edge(MeshEdge.ID, source: MeshNode.ID, target: MeshNode.ID, protocol: TrafficProtocol)
    }

    package enum Fate: String, Hashable, Sendable, CaseIterable {
        case appeared, vanished, changed
    }

    package struct Difference: Hashable, Sendable {
        package var subject: Subject
        /// `web → cart v1`, `cart v1`.
        package var title: String
        package var fate: Fate
        /// Of something that changed, those beyond noise come first.
        package var findings: [Finding]
        /// Whether any of it is beyond noise. Something may appear because its few requests happened to come late.
        package var isSignificant: Bool
    }

    /// The windows' lengths.
    package var before: Duration
    package var after: Duration
    package var thresholds: Thresholds
    /// Edges before nodes; appeared, vanished, changed; by title. What changed is here only when it is beyond noise.
    package var differences: [Difference]
    /// How many tests were made.
    package var testCount: Int

    package var significant: [Difference] { differences.filter(\.isSignificant) }
}

extension MeshDiff {
    /// Compares two snapshots whose windows do not overlap.
    package init(from old: MeshSnapshot, to new: MeshSnapshot, thresholds: Thresholds = Thresholds()) {
        before = old.window
        after = new.window
        self.thresholds = thresholds
        var comparison = Comparison(old: old, new: new, thresholds: thresholds)
        let differences = comparison.differences()
        testCount = comparison.testCount
        self.differences = differences
    }
}

/// One comparison at work.
private struct Comparison {
    let old: MeshSnapshot
    let new: MeshSnapshot
    let thresholds: MeshDiff.Thresholds
    private(set) var testCount = 0

    init(old: MeshSnapshot, new: MeshSnapshot, thresholds: MeshDiff.Thresholds) {
        self.old = old
        self.new = new
        self.thresholds = thresholds
    }

    private struct Pair {
        var subject: MeshDiff.Subject
        var title: String
        var before: TrafficSummary?
        var after: TrafficSummary?
    }

    mutating func differences() -> [MeshDiff.Difference] {
        let pairs = edgePairs() + nodePairs()
        var findings = pairs.map { self.findings($0) }
        let values = findings.flatMap { $0.map(\.pValue) }
        testCount = values.count
        let believed = Significance.believed(values, falseDiscoveryRate: thresholds.falseDiscoveryRate)
        var next = 0
        for pair in findings.indices {
            for index in findings[pair].indices {
                let isPresence = pairs[pair].before == nil || pairs[pair].after == nil
                let isLarge = isPresence || self.isLarge(findings[pair][index], pairs[pair])
                findings[pair][index].isSignificant = believed[next] && isLarge
                next += 1
            }
        }
        let found = zip(pairs, findings).compactMap { difference($0, $1) }
        return MeshDiff.Fate.allCases.flatMap { fate in found.filter { $0.fate == fate } }
    }

    private func difference(_ pair: Pair, _ findings: [MeshDiff.Finding]) -> MeshDiff.Difference? {
        let fate: MeshDiff.Fate
        switch (pair.before, pair.after) {
        case (nil, nil): return nil
        case (nil, _?): fate = .appeared
        case (_?, nil): fate = .vanished
        case (_?, _?): fate = .changed
        }
        let isSignificant = findings.contains(where: \.isSignificant)
        // Without requests there is nothing to count: it is there or not.
        let isCertain = fate != .changed && findings.isEmpty
        guard fate != .changed || isSignificant else { return nil }
        return MeshDiff.Difference(
            subject: pair.subject, title: pair.title, fate: fate,
            findings: findings.filter(\.isSignificant) + findings.filter { !$0.isSignificant },
            isSignificant: isSignificant || isCertain)
    }

    // MARK: What is compared

    private func edgePairs() -> [Pair] {
        let names = Dictionary(
            (new.nodes + old.nodes).map { ($0.id, $0.title) }, uniquingKeysWith: { first, _ in first })
        let before = Dictionary(old.edges.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(new.edges.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return Set(before.keys).union(after.keys).sorted().compactMap { id in
            guard let edge = after[id] ?? before[id] else { return nil }
            let ends = "\(names[edge.source] ?? edge.source.text) → \(names[edge.target] ?? edge.target.text)"
            return Pair(
                subject: .edge(id, source: edge.source, target: edge.target, protocol: edge.protocol),
                title: edge.protocol == .http ? ends : "\(ends) (\(edge.protocol.rawValue))",
                before: Self.traffic(before[id]?.traffic), after: Self.traffic(after[id]?.traffic))
        }
    }

    private func nodePairs() -> [Pair] {
        let before = Dictionary(old.nodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        let after = Dictionary(new.nodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        return Set(before.keys).union(after.keys).sorted().compactMap { id in
            guard let node = after[id] ?? before[id] else { return nil }
            return Pair(
                subject: .node(id), title: node.title, before: Self.traffic(of: before[id], in: old),
                after: Self.traffic(of: after[id], in: new))
        }
    }

    /// What is idle is not there.
    private static func traffic(_ traffic: TrafficSummary?) -> TrafficSummary? {
        guard let traffic, traffic.samples > 0 || traffic.throughput.value > 0 else { return nil }
        return traffic
    }

    /// What arrives at a node; what it sends when nothing does.
    private static func traffic(of node: MeshNode?, in snapshot: MeshSnapshot) -> TrafficSummary? {
        guard let node else { return nil }
        if let inbound = traffic(node.inbound) { return inbound }
        guard node.outboundRate.value > 0 else { return nil }
        return TrafficSummary(rate: node.outboundRate, samples: node.outboundRate.value * snapshot.window.inSeconds)
    }

    // MARK: Tests

    private func findings(_ pair: Pair) -> [MeshDiff.Finding] {
        let samples = (pair.before?.samples ?? 0, pair.after?.samples ?? 0)
        guard samples.0 > 0 || samples.1 > 0 else { return [] }
        var findings = [
            MeshDiff.Finding(
                measure: .rate, before: pair.before?.rate.value, after: pair.after?.rate.value,
                pValue: Significance.ofRates(
                    samples.0, over: old.window.inSeconds, samples.1, over: new.window.inSeconds))
        ]
        guard let before = pair.before, let after = pair.after else { return findings }
        if let first = before.errors?.value, let second = after.errors?.value {
            findings.append(
                MeshDiff.Finding(
                    measure: .errors, before: first, after: second,
                    pValue: Significance.ofShares(
                        (first * samples.0, samples.0), (second * samples.1, samples.1))))
        }
        if before.latencyBuckets.total > 0, after.latencyBuckets.total > 0 {
            let aligned = Self.aligned(before.latencyBuckets, after.latencyBuckets)
            findings.append(
                MeshDiff.Finding(
                    measure: .p95, before: before.latency?.p95, after: after.latency?.p95,
                    pValue: Significance.ofHistograms(aligned.0, aligned.1)))
        }
        return findings
    }

    private func isLarge(_ finding: MeshDiff.Finding, _ pair: Pair) -> Bool {
        guard let before = finding.before, let after = finding.after else { return true }
        // What a tenth of a point is must not hang on the last bit.
        let slack = 1e-9
        switch finding.measure {
        case .rate: return abs(after - before) + slack >= thresholds.rateChange * before
        case .errors: return abs(after - before) + slack >= thresholds.errorChange
        case .p95:
            return pair.before?.latencyBuckets.upperBound(at: 0.95) != pair.after?.latencyBuckets.upperBound(at: 0.95)
        }
    }

    /// The counts of both in the buckets that both have. A mesh that changed its bounds meanwhile has fewer in common.
    private static func aligned(_ first: BucketCounts, _ second: BucketCounts) -> ([Double], [Double]) {
        let shared = Set(first.buckets.map(\.upperBound)).intersection(second.buckets.map(\.upperBound))
        func counts(_ buckets: BucketCounts) -> [Double] {
            var counts: [Double] = []
            var open = 0.0
            for bucket in buckets.buckets {
                open += bucket.count
                guard shared.contains(bucket.upperBound) else { continue }
                counts.append(open)
                open = 0
            }
            return counts
        }
        return (counts(first), counts(second))
    }
}
