import TestSupport
import Testing
import TrafficPolicy

@Suite struct WeightedClustersTests {
    private func clusters(_ weights: [UInt32]) -> WeightedClusters {
        WeightedClusters(weights.enumerated().map { (cluster: ClusterIndex($0.offset), weight: $0.element) })
    }

    @Test func `consecutive draws give every cluster exactly its weight`() {
        // Small loops over every split of up to three weights
        for first: UInt32 in 0...4 {
            for second: UInt32 in 0...4 {
                for third: UInt32 in 0...4 where first + second + third > 0 {
                    let weights = [first, second, third]
                    let clusters = clusters(weights)

                    var counts: [UInt32] = [0, 0, 0]
                    for draw in 0..<clusters.totalWeight {
                        if let picked = clusters.pick(draw: draw) { counts[picked.rawValue] += 1 }
                    }

                    #expect(counts == weights)
                }
            }
        }
    }

    /// A million seeded draws against the wanted shares. With k clusters χ² has k − 1 degrees of freedom; the limits are
    /// those that a right implementation exceeds once in a million runs, and the seed is fixed, so it never does.
    @Test(
        arguments: [
            ([90, 10], 23.9), ([1, 2, 3, 4], 30.7), ([50, 50], 23.9), ([1, 0, 99], 23.9), ([33, 33, 34], 27.6),
        ] as [([UInt32], Double)])
    func `a million draws fit the weights`(weights: [UInt32], limit: Double) {
        let clusters = clusters(weights)
        var random = SeededGenerator(seed: 2026)
        let draws = 1_000_000

        var counts = weights.map { _ in 0 }
        for _ in 0..<draws {
            if let picked = clusters.pick(draw: random.next()) { counts[picked.rawValue] += 1 }
        }

        var chiSquare = 0.0
        for (count, weight) in zip(counts, weights) {
            let expected = Double(draws) * Double(weight) / Double(clusters.totalWeight)
            if weight == 0 {
                #expect(count == 0)
            } else {
                chiSquare += (Double(count) - expected) * (Double(count) - expected) / expected
            }
        }
        #expect(counts.reduce(0, +) == draws)
        #expect(chiSquare < limit, "counts \(counts) for weights \(weights)")
    }

    @Test func `a single cluster takes everything, whatever its weight`() {
        #expect(clusters([0]).pick(draw: .max) == ClusterIndex(0))
        #expect(clusters([7]).pick(draw: 6) == ClusterIndex(0))
    }

    @Test func `no weight at all takes nothing`() {
        #expect(clusters([0, 0]).pick(draw: 1) == nil)
        #expect(clusters([]).pick(draw: 1) == nil)
    }

    @Test func `the largest weights do not overflow`() {
        let clusters = clusters([.max, .max])

        #expect(clusters.totalWeight == UInt64(UInt32.max) * 2)
        #expect(clusters.pick(draw: UInt64(UInt32.max) - 1) == ClusterIndex(0))
        #expect(clusters.pick(draw: UInt64(UInt32.max)) == ClusterIndex(1))
    }
}
