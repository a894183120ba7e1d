import Quantities
import Testing
import TrafficPolicy

@Suite struct TokenBucketTests {
    private static let start = MonotonicTime(nanoseconds: 17 * 3600 * 1_000_000_000)

    /// Requests that pass, each at its milliseconds after the start.
    private func passing(_ bucket: TokenBucket, at times: [Int]) -> [Int] {
        var level = bucket.full(at: Self.start)
        return times.filter { time in
            guard let next = bucket.taking(from: level, at: Self.start.advanced(by: .milliseconds(time))) else {
                return false
            }
            level = next
            return true
        }
    }

    @Test func `a full bucket lets as many pass as it holds`() {
        let bucket = TokenBucket(capacity: 3, tokensPerFill: 1, fillInterval: .seconds(1))

        #expect(passing(bucket, at: [0, 0, 0, 0, 0]).count == 3)
    }

    @Test func `tokens come one by one and never more than it holds`() {
        let bucket = TokenBucket(capacity: 2, tokensPerFill: 4, fillInterval: .seconds(1))

        #expect(passing(bucket, at: [0, 0, 0, 249, 250, 499, 500, 750]) == [0, 0, 250, 500, 750])
        #expect(passing(bucket, at: [0, 0, 60_000, 60_000, 60_000]) == [0, 0, 60_000, 60_000])
    }

    @Test(arguments: [(UInt32(1), 1), (3, 1), (7, 3), (1000, 1), (1, 60)])
    func `over a long time the rate is exact`(tokens: UInt32, seconds: Int) {
        let bucket = TokenBucket(capacity: tokens, tokensPerFill: tokens, fillInterval: .seconds(seconds))
        let span = seconds * 50
        let step = max(1, seconds * 1000 / Int(tokens))
        // Eight times as many as may pass.
        let times = stride(from: 0, through: span * 1000, by: step).flatMap { repeatElement($0, count: 8) }

        let passed = passing(bucket, at: Array(repeating: 0, count: Int(tokens)) + times).count

        // What it held, and what came; the last may be on its way.
        let expected = Int(tokens) * 51
        #expect((expected - 2...expected).contains(passed))
    }

    @Test func `it tells what is left and when there is more`() throws {
        let bucket = TokenBucket(capacity: 2, tokensPerFill: 2, fillInterval: .seconds(60))
        let full = bucket.full(at: Self.start)

        #expect(bucket.tokens(full, at: Self.start) == 2)
        #expect(bucket.untilNext(full, at: Self.start) == .zero)
        let one = try #require(bucket.taking(from: full, at: Self.start))
        #expect(bucket.untilNext(one, at: Self.start) == .zero)
        let none = try #require(bucket.taking(from: one, at: Self.start))
        #expect(bucket.untilNext(none, at: Self.start) > .milliseconds(29_999))
        #expect(bucket.untilNext(none, at: Self.start) < .milliseconds(30_001))
        #expect(bucket.taking(from: none, at: Self.start.advanced(by: .milliseconds(29_999))) == nil)
        #expect(bucket.taking(from: none, at: Self.start.advanced(by: .seconds(30))) != nil)
    }

    @Test func `a clock that another thread read a moment before does no harm`() throws {
        let bucket = TokenBucket(capacity: 1, tokensPerFill: 1, fillInterval: .seconds(1))
        let later = Self.start.advanced(by: .seconds(1))

        let none = try #require(bucket.taking(from: bucket.full(at: later), at: later))

        #expect(bucket.tokens(none, at: Self.start) == 0)
        #expect(bucket.taking(from: none, at: Self.start) == nil)
    }
}
