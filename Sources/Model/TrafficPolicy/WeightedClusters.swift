/// Clusters that share requests by weight: one draw per request, not sticky and not shared between proxies.
///
/// The share of a cluster is its weight among the sum, exactly; what is seen differs by binomial noise. A cluster that
/// was drawn stays drawn even when it has no endpoint, as in Envoy: weights are promises, not hints.
package struct WeightedClusters: Sendable, Hashable {
    package let clusters: [ClusterIndex]
    /// The sum of the weights up to and including each cluster's own.
    private let bounds: [UInt64]

    /// A single cluster takes every request; several whose weights sum to 0 take none.
    package init(_ shares: [(cluster: ClusterIndex, weight: UInt32)]) {
        clusters = shares.map(\.cluster)
        var sum: UInt64 = 0
        bounds = shares.map { share in
            sum &+= UInt64(share.weight)
            return sum
        }
    }

    package var totalWeight: UInt64 { bounds.last ?? 0 }

    /// The position, among the shares, of the cluster that a uniform random `draw` falls on.
    ///
    /// Taken modulo the sum, as Envoy does; sums stay below 2^32, so the bias is below 2^-32.
    package func pickShare(draw: UInt64) -> Int? {
        if bounds.count == 1 { return 0 }
        guard totalWeight > 0 else { return nil }
        let point = draw % totalWeight
        // Splits are a handful of clusters: a scan beats a search.
        return bounds.firstIndex { point < $0 }
    }

    /// The cluster that a uniform random `draw` falls on; nothing when no cluster has weight.
    package func pick(draw: UInt64) -> ClusterIndex? {
        pickShare(draw: draw).map { clusters[$0] }
    }
}
