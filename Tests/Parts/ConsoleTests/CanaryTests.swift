import MeshModel
import Quantities
import Testing

@testable import Console

@Suite struct `Weights being moved` {
    private func split(_ weights: [Int]) -> TrafficSplit {
        TrafficSplit(
            service: SampleMesh.payment, owner: SampleMesh.payment, routeIndex: 0,
            shares: weights.enumerated().map { TrafficSplit.Share(subset: "v\($0 + 1)", weight: $1) },
            resourceVersion: "1")
    }

    @Test func `always add up to 100, whatever is pressed`() {
        var numbers = SystemRandomNumberGenerator()
        for weights in [[90, 10], [1, 1, 1], [0, 0], [100, 0, 0, 0], [7], [3, 4, 5, 6, 7, 8]] {
            var edit = WeightEdit(split(weights))
            for _ in 0..<200 {
                switch Int.random(in: 0..<5, using: &numbers) {
                case 0: edit.move(by: 5)
                case 1: edit.move(by: -5)
                case 2: edit.setFocused(to: Int.random(in: -20...120, using: &numbers))
                case 3: edit.makeEqual()
                default: edit.focusNext()
                }
                #expect(edit.percents.reduce(0, +) == 100)
                #expect(edit.percents.allSatisfy { (0...100).contains($0) })
            }
        }
    }

    @Test func `take from the others in proportion and give it back`() {
        var edit = WeightEdit(split([60, 30, 10]))
        edit.move(by: 10)
        #expect(edit.percents == [53, 27, 20])
        edit.move(by: -10)
        #expect(edit.percents == [60, 30, 10])
        #expect(!edit.isChanged)
    }

    @Test func `are percents even when the route counts differently`() {
        let edit = WeightEdit(split([9, 1]))
        #expect(edit.percents == [90, 10])
        #expect(edit.change(of: split([9, 1])) == nil)
    }

    @Test func `name every subset in the change`() {
        var edit = WeightEdit(split([90, 10]))
        edit.setFocused(to: 20)
        #expect(edit.change(of: split([90, 10]))?.weights == ["v1": 80, "v2": 20])
    }
}

@Suite struct `The binomial band` {
    @Test func `holds the shares that 99 of 100 fair draws show`() {
        var generator = SeededGenerator(state: 99)
        for (share, samples) in [(0.1, 600), (0.5, 200), (0.02, 2_000)] {
            let band = BinomialBand(intended: Ratio(share), samples: Double(samples))
            let inside = (0..<400).reduce(0) { sum, _ in
                let hits = (0..<samples).reduce(0) { hits, _ in
                    hits + (Double.random(in: 0..<1, using: &generator) < share ? 1 : 0)
                }
                return sum + (band.contains(Ratio(Double(hits) / Double(samples))) ? 1 : 0)
            }
            #expect(inside > 388, "\(share) of \(samples): \(inside) of 400")
        }
    }

    @Test(arguments: [(0.1, 500.0, 0.064, 0.136), (0.5, 500, 0.441, 0.559), (0, 500, 0, 0.001)])
    func `is as wide as its documentation says`(intended: Double, samples: Double, low: Double, high: Double) {
        let band = BinomialBand(intended: Ratio(intended), samples: samples)
        #expect(abs(band.low.value - low) < 0.001)
        #expect(abs(band.high.value - high) < 0.001)
    }

    @Test func `says nothing without samples`() {
        #expect(BinomialBand(intended: .none, samples: 0).contains(.all))
    }

    @Test func `calls a single request to a version without weight wrong`() {
        #expect(!BinomialBand(intended: .none, samples: 1_000).contains(Ratio(0.001)))
    }
}

@Suite struct `Reading a canary` {
    @Test func `finds intended and observed share alike in a fair mesh`() {
        let snapshot = SampleMesh.snapshot()
        let reading = CanaryReading(of: snapshot.splits[0], in: snapshot)

        #expect(reading.versions.map(\.subset) == ["v1", "v2"])
        #expect(reading.samples == 639)
        for version in reading.versions {
            guard case .within = version.verdict else { Issue.record("\(version)"); continue }
        }
    }

    @Test func `sees a route that does not do what it says`() {
        let snapshot = SampleMesh.snapshot(weights: (90, 10))
        var split = snapshot.splits[0]
        split.shares[0].weight = 50
        split.shares[1].weight = 50

        let reading = CanaryReading(of: split, in: snapshot)
        guard case .outside = reading.versions[1].verdict else { Issue.record("\(reading.versions[1])"); return }

        let young = CanaryReading(of: split, in: snapshot, changedAt: snapshot.time.advanced(by: .seconds(-4)))
        #expect(young.versions[1].verdict == .settling(.seconds(26)))
    }
}
