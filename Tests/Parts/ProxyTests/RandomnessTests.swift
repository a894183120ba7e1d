import Discovery
import HTTPTransport
import Testing
import TrafficPolicy

@testable import Proxy

/// Draws are fair, and the same again where a seed says so.
@Suite("Randomness") struct RandomnessTests {
    /// Pearson's test: the sum of squared deviations over what was expected, against the 99.9 % quantile of chi-square
    /// with one degree of freedom less than there are shares.
    @Test(
        arguments: [
            ([90, 10], 10.83), ([1, 1, 1, 1], 16.27), ([1, 2, 3, 94], 16.27), ([999, 1], 10.83), ([7, 0, 13], 10.83),
        ] as [([UInt32], Double)])
    func `a million draws follow the weights`(weights: [UInt32], quantile: Double) {
        let clusters = WeightedClusters(
            weights.enumerated().map { (cluster: ClusterIndex($0.offset), weight: $0.element) })
        var random = RandomSource(seed: 20_251_123)
        var seen = [Int](repeating: 0, count: weights.count)
        let draws = 1_000_000

        for _ in 0..<draws {
            guard let share = clusters.pickShare(draw: random.next()) else { continue }
            seen[share] += 1
        }

        let total = Double(weights.reduce(0, +))
        let deviation = zip(weights, seen).reduce(0.0) { sum, pair in
            let expected = Double(draws) * Double(pair.0) / total
            return pair.0 == 0 ? sum : sum + (Double(pair.1) - expected) * (Double(pair.1) - expected) / expected
        }
        #expect(deviation < quantile, "\(seen)")
        for (weight, count) in zip(weights, seen) where weight == 0 { #expect(count == 0) }
        #expect(seen.reduce(0, +) == draws)
    }

    /// Which share each of a hundred requests took.
    private func shares(seed: UInt64?) throws -> [String] {
        let chain = try TestChain(seed: seed)
        func share(_ name: String) -> Route.WeightedCluster {
            Route.WeightedCluster(
                name: TestChain.cluster, weight: 50,
                headers: HeaderOperations(requestAdditions: [
                    HeaderOperations.Addition(name: "x-share", value: name, appends: false)
                ]))
        }
        let route = Route(
            match: Route.Match(), action: .forward(Route.Forward(target: .weighted([share("a"), share("b")]))))
        try chain.applySource(endpoints: [chain.inbound], routes: [route])
        for _ in 0..<100 { _ = try chain.send() }
        return chain.seen.compactMap { $0.headers["x-share"] }
    }

    @Test func `two runs with one seed are identical`() throws {
        let first = try shares(seed: 7)

        #expect(first.count == 100)
        #expect(Set(first) == ["a", "b"])
        #expect(try shares(seed: 7) == first)
        #expect(try shares(seed: 8) != first)
    }
}
