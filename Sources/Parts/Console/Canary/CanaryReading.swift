package import MeshModel
package import Quantities

/// What a split intends and what was seen, version by version.
package struct CanaryReading: Hashable, Sendable {
    package struct Version: Hashable, Sendable {
        package var subset: String
        package var version: String?
        /// The weight that is stored, as it stands in the route.
        package var weight: Int
        /// The stored weight as a share of all weights.
        package var intended: Ratio
        /// The share of the requests that were seen; absent without requests.
        package var observed: Ratio?
        /// Traffic into this version; absent when the graph has no such node.
        package var traffic: TrafficSummary?
        /// The worst health of this version's nodes.
        package var health: Health
        package var verdict: Verdict
    }

    /// Whether a share fits its weight.
    package enum Verdict: Hashable, Sendable {
        case noTraffic
        /// The window still holds requests from before the last change, for this much longer.
        case settling(Duration)
        case within(BinomialBand)
        case outside(BinomialBand)
    }

    package var versions: [Version]
    /// How many requests the observed shares rest on.
    package var samples: Double

    /// Reads `split` against the nodes of `snapshot`.
    ///
    /// - Parameter changedAt: when weights were last stored from here, so that a young change is not called wrong.
    package init(of split: TrafficSplit, in snapshot: MeshSnapshot, changedAt: WallTime? = nil) {
        let nodes = split.shares.map { CanaryReading.nodes(of: $0, split.service, in: snapshot) }
        let traffic = nodes.map { CanaryReading.traffic(into: $0) }
        let samples = traffic.reduce(0.0) { $0 + max(0, $1?.samples ?? 0) }
        let total = Double(max(0, split.totalWeight))
        let settling = changedAt.map { snapshot.window - $0.duration(to: snapshot.time) } ?? .zero
        self.samples = samples
        versions = split.shares.indices.map { index in
            let (share, traffic) = (split.shares[index], traffic[index])
            let intended = Ratio(Double(share.weight), of: total) ?? .none
            let observed = Ratio(max(0, traffic?.samples ?? 0), of: samples)
            let band = BinomialBand(intended: intended, samples: samples)
            let verdict: Verdict =
                if let observed {
                    settling > .zero && !band.contains(observed)
                        ? .settling(settling) : band.contains(observed) ? .within(band) : .outside(band)
                } else {
                    .noTraffic
                }
            return Version(
                subset: share.subset, version: share.version, weight: share.weight, intended: intended,
                observed: observed, traffic: traffic,
                health: nodes[index].map(\.health).max() ?? .unknown, verdict: verdict)
        }
    }

    static func nodes(
        of share: TrafficSplit.Share, _ service: ServiceName, in snapshot: MeshSnapshot
    ) -> [MeshNode] {
        let version = share.version ?? share.subset
        return snapshot.nodes.filter { node in
            node.namespace == service.namespace && node.version == version
                && (node.app == service.name || node.service == service.name)
        }
    }

    /// Traffic into the nodes of one version. Several workloads may carry one version; the busiest speaks for the
    /// latency, because quantiles do not add up.
    private static func traffic(into nodes: [MeshNode]) -> TrafficSummary? {
        let found = nodes.compactMap(\.inbound).sorted { $0.samples > $1.samples }
        guard var sum = found.first else { return nil }
        for other in found.dropFirst() {
            let errors = (sum.errors?.value ?? 0) * sum.samples + (other.errors?.value ?? 0) * other.samples
            sum.samples += other.samples
            sum.rate += other.rate
            sum.errors = Ratio(errors, of: sum.samples)
        }
        return sum
    }
}
