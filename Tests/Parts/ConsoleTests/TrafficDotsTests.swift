import MeshModel
import Quantities
import Testing

@testable import Console

@Suite struct `Dots of traffic` {
    private func flow(_ rate: Double, length: Int = 40, p50: Double = 10, errors: Double = 0, seed: UInt64 = 7)
        -> TrafficDots.Flow
    {
        TrafficDots.Flow(
            seed: seed, length: length,
            traffic: TrafficSummary(
                rate: RequestsPerSecond(rate), samples: rate * 30, errors: Ratio(errors),
                latency: LatencyQuantiles(p50: p50, p95: p50 * 2, p99: p50 * 3)))
    }

    /// How many are seen on average over many steps.
    private func density(_ flow: TrafficDots.Flow) -> Double {
        let steps = 4_000
        let sum = (0..<steps).reduce(0) { $0 + TrafficDots.dots(of: [flow], step: UInt64($1)).count }
        return Double(sum) / Double(steps)
    }

    @Test func `are the same for the same edge and step`() {
        #expect(TrafficDots.dots(of: [flow(50)], step: 1_234) == TrafficDots.dots(of: [flow(50)], step: 1_234))
        #expect(TrafficDots.seed("a > b (http)") == TrafficDots.seed("a > b (http)"))
    }

    @Test func `are denser for more requests`() {
        #expect(density(flow(100)) > 1.5 * density(flow(10)))
        #expect(density(flow(10)) > 1.3 * density(flow(1)))
        #expect(density(flow(0)) == 0)
    }

    @Test func `move forward, faster for lower latency`() {
        func travelled(_ p50: Double) -> Int {
            var distance = 0
            var last = TrafficDots.dots(of: [flow(0.01, length: 400, p50: p50)], step: 0).map(\.cell).min() ?? 0
            for step in 1..<40 {
                guard
                    let cell = TrafficDots.dots(of: [flow(0.01, length: 400, p50: p50)], step: UInt64(step)).map(\.cell)
                        .min()
                else { continue }
                if cell > last { distance += cell - last }
                last = cell
            }
            return distance
        }
        #expect(travelled(1) > travelled(100))
        #expect(travelled(100) > travelled(5_000))
        #expect(travelled(5_000) > 0)
    }

    @Test func `never become more than 150, and never leave their way`() {
        let flows = (0..<200).map { flow(5_000, length: 60, seed: UInt64($0)) }
        for step in 0..<50 {
            let dots = TrafficDots.dots(of: flows, step: UInt64(step * 977))
            #expect(dots.count <= TrafficDots.limit)
            #expect(dots.allSatisfy { (0..<60).contains($0.cell) })
        }
        #expect(!TrafficDots.dots(of: flows, step: .max).isEmpty)
    }

    @Test func `show failures in their share`() {
        let dots = (0..<2_000).flatMap { TrafficDots.dots(of: [flow(1_000, errors: 0.2)], step: UInt64($0) * 40) }
        let share = Double(dots.filter(\.isFailed).count) / Double(dots.count)
        #expect(abs(share - 0.2) < 0.05)
    }
}
