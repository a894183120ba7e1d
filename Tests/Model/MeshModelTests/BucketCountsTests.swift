import MeshModel
import TestSupport
import Testing

@Suite struct BucketCountsTests {
    struct Row: CustomTestStringConvertible, Sendable {
        /// Upper bound and cumulative count.
        var buckets: [(Double, Double)]
        var quantile: Double
        var value: Double?
        var isBeyond: Bool

        init(_ buckets: [(Double, Double)], _ quantile: Double, _ value: Double?, isBeyond: Bool = false) {
            self.buckets = buckets
            self.quantile = quantile
            self.value = value
            self.isBeyond = isBeyond
        }

        var testDescription: String { "\(quantile) of \(buckets)" }
    }

    @Test(arguments: [
        Row([(10, 10), (.infinity, 10)], 0.5, 5),
        Row([(10, 10), (20, 20), (.infinity, 20)], 0.5, 10),
        Row([(10, 10), (20, 20), (.infinity, 20)], 0.75, 15),
        // The bucket below is empty, but says where this one begins.
        Row([(5, 0), (10, 10), (.infinity, 10)], 0.5, 7.5),
        Row([(5, 0), (10, 0), (100, 10), (.infinity, 10)], 1, 100),
        // Beyond the last bound nothing is known.
        Row([(10, 5), (.infinity, 10)], 0.99, 10, isBeyond: true),
        Row([(10, 0), (.infinity, 10)], 0.5, 10, isBeyond: true),
        Row([(10, 5), (.infinity, 10)], 0.5, 10),
        // A first bound that is not above 0 is the answer itself.
        Row([(-5, 10), (.infinity, 10)], 0.5, -5),
        Row([(0, 10), (1, 10), (.infinity, 10)], 0.5, 0),
        // Targets that are not read at one moment.
        Row([(10, 6), (20, 5), (30, 10), (.infinity, 10)], 0.8, 25),
        // No histogram, no observations, no such quantile.
        Row([], 0.5, nil),
        Row([(.infinity, 10)], 0.5, nil),
        Row([(10, 10)], 0.5, nil),
        Row([(10, 0), (.infinity, 0)], 0.5, nil),
        Row([(10, 10), (.infinity, 10)], -0.1, nil),
        Row([(10, 10), (.infinity, 10)], 1.1, nil),
        Row([(10, 10), (.infinity, 10)], .nan, nil),
    ])
    func `a quantile lies in its bucket as PromQL has it`(row: Row) {
        var counts = BucketCounts()
        for (bound, count) in row.buckets { counts.add(count, upTo: bound) }

        let result = counts.value(at: row.quantile)
        #expect(result?.value == row.value)
        #expect(result?.isBeyond ?? false == row.isBeyond)
    }

    @Test(arguments: SeededGenerator.seeds(50))
    func `histograms merged are the histogram of everything`(seed: UInt64) {
        // Given: observations, each in one of several histograms that may have bounds of their own.
        var random = SeededGenerator(seed: seed)
        let bounds = [0.5, 1, 5, 10, 50, .infinity]
        var parts = [BucketCounts](repeating: BucketCounts(), count: 4)
        var whole = BucketCounts()
        for _ in 0..<200 {
            let value = Double.random(in: 0...80, using: &random)
            let part = Int.random(in: 0..<parts.count, using: &random)
            for bound in bounds.shuffled(using: &random) {
                parts[part].add(value <= bound ? 1 : 0, upTo: bound)
                whole.add(value <= bound ? 1 : 0, upTo: bound)
            }
        }

        var merged = BucketCounts()
        for part in parts.shuffled(using: &random) { merged.merge(part) }
        #expect(merged == whole)
        #expect(merged.total == 200)
        #expect(merged.quantiles == whole.quantiles)
    }

    @Test func `a p99 beyond the last bound says that it is a lower bound`() {
        var counts = BucketCounts()
        counts.add(90, upTo: 10)
        counts.add(100, upTo: .infinity)

        #expect(counts.quantiles?.p50 == 10 * 50 / 90.0)
        #expect(counts.quantiles?.p99 == 10)
        #expect(counts.quantiles?.isBeyondLastBucket == true)
    }
}
