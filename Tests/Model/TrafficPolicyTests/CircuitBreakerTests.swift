import Testing
import TrafficPolicy

@Suite("Circuit breaker limits") struct CircuitBreakerTests {
    @Test func `Envoy's defaults stand where nothing is said, and Istio's have no limit`() {
        let envoy = BreakerLimits()
        #expect(BreakerResource.allCases.map { envoy.limit(of: $0, underWay: 0) } == [1024, 1024, 1024, 3])
        #expect(!envoy.isUnlimited)
        #expect(
            BreakerLimits(connections: .max, pendingRequests: .max, requests: .max, retries: .max).isUnlimited)
    }

    @Test(arguments: [(0, 3), (15, 3), (19, 3), (20, 4), (1000, 200)])
    func `a retry budget is a share of what is under way, and never less than its minimum`(
        underWay: Int, expected: Int
    ) {
        let limits = BreakerLimits(retries: 100, retryBudget: RetryBudget())

        #expect(limits.limit(of: .retries, underWay: underWay) == expected)
    }
}
