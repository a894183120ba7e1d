internal import Quantities

/// By what nodes are ranked. Connections are Kiali's; the others are ours.
package enum RankCriterion: String, Hashable, Sendable, CaseIterable {
    /// Edges that end at it.
    case inboundEdges
    /// Edges that begin at it.
    case outboundEdges
    /// Requests a second that arrive.
    case requests
    /// Failed requests a second that arrive.
    case errors
    /// 99th percentile of what arrives.
    case p99
}

/// The places of nodes among each other, 1 the first.
///
/// As Kiali ranks: by each criterion a node scores its share of the whole (edges of all edges), the shares are added,
/// and equal scores share a place without leaving a gap after it: 1, 2, 2, 3. More than 100 places are pressed
/// into 1…100.
package struct NodeRanks: Sendable, Equatable {
    private let ranks: [MeshNode.ID: Int]
    /// The last place, 1…100; 0 when nothing is ranked.
    package let lastRank: Int

    /// The place of a node; absent for one that is not in the graph, and for all without a criterion.
    package subscript(_ node: MeshNode.ID) -> Int? { ranks[node] }

    /// - Complexity: of sorting the nodes.
    package init(_ snapshot: MeshSnapshot, by criteria: Set<RankCriterion> = [.inboundEdges]) {
        guard !criteria.isEmpty, !snapshot.nodes.isEmpty else {
            (ranks, lastRank) = ([:], 0)
            return
        }
        let scores = Self.scores(snapshot, criteria)
        let places = Set(scores.values).sorted(by: >)
        let last = min(places.count, 100)
        var byScore: [Double: Int] = [:]
        for (index, score) in places.enumerated() {
            // Kiali's ⌈(1 + index · (last − 1)) / (places − 1)⌉, in whole numbers.
            byScore[score] = places.count == 1 ? 1 : (index * (last - 1) + places.count - 1) / (places.count - 1)
        }
        ranks = scores.compactMapValues { byScore[$0] }
        lastRank = last
    }

    private static func scores(_ snapshot: MeshSnapshot, _ criteria: Set<RankCriterion>) -> [MeshNode.ID: Double] {
        // Ends of edges are counted together before they are divided: equal counts must be equal scores.
        var ends: [MeshNode.ID: Int] = [:]
        for edge in snapshot.edges {
            if criteria.contains(.inboundEdges) { ends[edge.target, default: 0] += 1 }
            if criteria.contains(.outboundEdges) { ends[edge.source, default: 0] += 1 }
        }
        var scores: [MeshNode.ID: Double] = [:]
        for node in snapshot.nodes {
            scores[node.id] = snapshot.edges.isEmpty ? 0 : Double(ends[node.id] ?? 0) / Double(snapshot.edges.count)
        }
        for criterion in RankCriterion.allCases where criteria.contains(criterion) {
            let amounts = snapshot.nodes.map { (id: $0.id, amount: amount(of: criterion, $0.inbound)) }
            let whole = amounts.reduce(0) { $0 + $1.amount }
            guard whole > 0 else { continue }
            for (id, amount) in amounts { scores[id, default: 0] += amount / whole }
        }
        return scores
    }

    private static func amount(of criterion: RankCriterion, _ inbound: TrafficSummary?) -> Double {
        guard let inbound else { return 0 }
        let amount =
            switch criterion {
            case .inboundEdges, .outboundEdges: 0.0
            case .requests: inbound.rate.value
            case .errors: inbound.rate.value * (inbound.errors ?? .none).value
            case .p99: inbound.latency?.p99 ?? 0
            }
        return amount.isFinite ? max(0, amount) : 0
    }
}
