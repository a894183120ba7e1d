import Testing
import TrafficPolicy

@Suite struct EndpointChoiceTests {
    @Test func `of two different endpoints the less busy one is chosen`() {
        // Every pair of draws over every load of up to four endpoints
        for count in 2...4 {
            for load in loads(of: count) {
                for first in 0..<count {
                    for second in 0..<(count - 1) {
                        let other = second < first ? second : second + 1

                        let chosen = EndpointChoice.leastRequest.pick(
                            of: count, first: UInt64(first), second: UInt64(second), active: { load[$0] })

                        let expected = load[other] < load[first] ? other : first
                        guard chosen != expected else { continue }
                        Issue.record("load \(load), draws \(first) and \(second): chose \(chosen ?? -1)")
                        return
                    }
                }
            }
        }
    }

    @Test func `the busiest endpoint is never chosen while others are less busy`() {
        let load = [3, 9, 2, 4]

        for first: UInt64 in 0..<4 {
            for second: UInt64 in 0..<3 {
                let chosen = EndpointChoice.leastRequest.pick(of: 4, first: first, second: second) { load[$0] }
                #expect(chosen != 1)
            }
        }
    }

    @Test func `with equal load every endpoint is chosen equally often`() {
        var counts = [0, 0, 0, 0]
        for first: UInt64 in 0..<4 {
            for second: UInt64 in 0..<3 {
                if let chosen = EndpointChoice.leastRequest.pick(
                    of: 4, first: first, second: second, active: { _ in 0 })
                {
                    counts[chosen] += 1
                }
            }
        }

        #expect(counts == [3, 3, 3, 3])
    }

    @Test(arguments: [EndpointChoice.leastRequest, .roundRobin, .random])
    func `excluded endpoints are passed over`(choice: EndpointChoice) {
        // Every non-empty set of endpoints that remain
        for remaining in 1..<(1 << 4) {
            for first: UInt64 in 0..<12 {
                for second: UInt64 in 0..<12 {
                    let chosen = choice.pick(
                        of: 4, first: first, second: second, active: { _ in 1 },
                        isExcluded: { remaining & (1 << $0) == 0 })
                    guard let chosen, remaining & (1 << chosen) != 0 else {
                        Issue.record("remaining \(remaining): chose \(chosen ?? -1)")
                        return
                    }
                }
            }
        }
    }

    @Test func `when all are excluded, none is`() {
        let chosen = EndpointChoice.leastRequest.pick(
            of: 2, first: 1, second: 0, active: { _ in 0 }, isExcluded: { _ in true })

        #expect(chosen == 1)
    }

    @Test func `no endpoint is no choice, and one is always chosen`() {
        for choice in [EndpointChoice.leastRequest, .roundRobin, .random] {
            #expect(choice.pick(of: 0, first: 5, second: 7, active: { _ in 0 }) == nil)
            #expect(choice.pick(of: 1, first: .max, second: .max, active: { _ in 0 }) == 0)
        }
    }

    @Test func `round robin goes around`() {
        let order = (0..<5).map { EndpointChoice.roundRobin.pick(of: 3, first: $0, second: 0, active: { _ in 0 }) }

        #expect(order == [0, 1, 2, 0, 1])
    }

    /// All loads of 0…2 requests.
    private func loads(of count: Int) -> [[Int]] {
        (0..<count).reduce([[]]) { loads, _ in loads.flatMap { load in (0...2).map { load + [$0] } } }
    }
}
