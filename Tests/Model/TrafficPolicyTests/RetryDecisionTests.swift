import Testing
import TrafficPolicy

@Suite struct RetryDecisionTests {
    private func decide(
        _ rules: RetryRules, _ outcome: AttemptOutcome, done: Int = 0, replayable: Bool = true,
        idempotent: Bool = true, timeLeft: Duration? = nil
    ) -> RetryDecision {
        rules.decide(
            outcome, retriesDone: done, isReplayable: replayable, isIdempotent: idempotent, timeLeft: timeLeft, draw: 0)
    }

    @Test(arguments: [
        (AttemptOutcome.connectFailure, true),
        (.refusedStream, true),
        (.response(status: 200, grpcStatus: 14), true),
        (.response(status: 200, grpcStatus: 1), true),
        (.response(status: 200, grpcStatus: 4), false),
        (.response(status: 503), false),
        (.response(status: 200), false),
        (.reset, false),
        (.resetBeforeRequest, false),
        (.perTryTimeout, false),
    ])
    func `Istio's default tries again what the upstream surely did not do`(outcome: AttemptOutcome, retries: Bool) {
        let decision = decide(.istioOutbound, outcome)

        #expect(decision == (retries ? .retry(after: .zero) : .giveUp(.notRetriable)))
    }

    @Test(arguments: [
        ("5xx", AttemptOutcome.response(status: 500), true), ("5xx", .response(status: 499), false),
        ("5xx", .reset, true), ("5xx", .connectFailure, true),
        ("gateway-error", .response(status: 502), true), ("gateway-error", .response(status: 500), false),
        ("gateway-error", .reset, true),
        ("reset", .reset, true), ("reset", .perTryTimeout, true), ("reset", .response(status: 503), false),
        ("reset-before-request", .resetBeforeRequest, true), ("reset-before-request", .reset, false),
        ("connect-failure", .connectFailure, true), ("connect-failure", .reset, false),
        ("refused-stream", .refusedStream, true), ("retriable-4xx", .response(status: 409), true),
        ("retriable-4xx", .response(status: 404), false),
        ("retriable-status-codes", .response(status: 418), true),
        ("retriable-status-codes", .response(status: 419), false),
        ("envoy-ratelimited", .response(status: 429, isRateLimited: true), true),
        ("5xx", .response(status: 503, isRateLimited: true), false),
        ("cancelled", .response(status: 200, grpcStatus: 1), true),
        ("deadline-exceeded", .response(status: 200, grpcStatus: 4), true),
        ("resource-exhausted", .response(status: 200, grpcStatus: 8), true),
        ("internal", .response(status: 200, grpcStatus: 13), true),
        ("unavailable", .response(status: 200, grpcStatus: 14), true),
    ])
    func `each of Envoy's conditions means what Envoy says`(name: String, outcome: AttemptOutcome, retries: Bool) throws
    {
        let conditions = try #require(RetryConditions(envoyName: name))
        let rules = RetryRules(conditions: conditions, retries: 1, statusCodes: [418])

        #expect(rules.isRetriable(outcome) == retries)
    }

    @Test(arguments: [([], 400), ([503], 400), ([418, 200], 200)])
    func `only listed codes make usual answers worth a look`(codes: [Int], least: Int) {
        var rules = RetryRules(conditions: .statusCodes, retries: 1, statusCodes: codes)
        #expect(rules.leastStatus == least)

        rules.statusCodes = []
        #expect(rules.leastStatus == 400)
    }

    @Test func `fields of the response and of the request count where they are named`() {
        let rules = RetryRules(
            conditions: [.headers], retries: 1, headers: [FieldCondition(header: "x-again", .present)],
            requestHeaders: [FieldCondition(header: "x-go", .exact(Array("1".utf8)))])

        #expect(rules.marks { $0 == Array("x-again".utf8) ? "".slice : nil })
        #expect(!rules.marks { _ in nil })
        #expect(rules.isRetriable(.response(status: 200, isMarked: true)))
        #expect(!rules.isRetriable(.response(status: 200)))
        #expect(!RetryRules(conditions: [.serverError], retries: 1).isRetriable(.response(status: 200, isMarked: true)))
        #expect(rules.mayRetry(SimpleRequest("a", headers: ["x-go": "1"])))
        #expect(!rules.mayRetry(SimpleRequest("a", headers: ["x-go": "2"])))
        #expect(RetryRules.none.mayRetry(SimpleRequest("a")))
    }

    @Test func `unknown conditions have no meaning`() {
        #expect(RetryConditions(envoyName: "sometimes") == nil)
    }

    @Test func `the number of retries is a limit`() {
        #expect(decide(.istioOutbound, .connectFailure, done: 1) == .retry(after: .zero))
        #expect(decide(.istioOutbound, .connectFailure, done: 2) == .giveUp(.retriesExhausted))
    }

    @Test func `a request whose body is gone is not sent again`() {
        #expect(decide(.istioOutbound, .connectFailure, replayable: false) == .giveUp(.bodyNotReplayable))
    }

    @Test func `a wait beyond the request's time is not begun`() {
        #expect(decide(.istioOutbound, .connectFailure, timeLeft: .zero) == .giveUp(.outOfTime))
        #expect(decide(.istioOutbound, .connectFailure, timeLeft: .milliseconds(1)) == .retry(after: .zero))
    }

    @Test func `a stale connection is repaired without a policy, if repeating is safe`() {
        #expect(decide(.none, .staleConnection) == .retry(after: .zero))
        #expect(decide(.none, .staleConnection, done: 1) == .retry(after: .zero))
        #expect(decide(.none, .staleConnection, done: 2) == .giveUp(.retriesExhausted))
        #expect(decide(.none, .staleConnection, idempotent: false) == .giveUp(.notRetriable))
        #expect(decide(.none, .staleConnection, replayable: false) == .giveUp(.bodyNotReplayable))
    }

    @Test(arguments: [(1, 25), (2, 75), (3, 175), (4, 250), (64, 250), (0, 25)])
    func `the back-off stays below Envoy's limits`(retry: Int, limit: Int) {
        let most = RetryRules.istioOutbound.backOff(beforeRetry: retry, draw: UInt64(limit) * 1_000_000 - 1)

        #expect(most == .nanoseconds(limit * 1_000_000 - 1))
        for draw: UInt64 in [0, 1, 24_999_999, .max, .max / 3] {
            let wait = RetryRules.istioOutbound.backOff(beforeRetry: retry, draw: draw)
            #expect(wait >= .zero && wait < .milliseconds(limit))
        }
    }
}
