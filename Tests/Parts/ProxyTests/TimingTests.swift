import Quantities
import Testing

@testable import Proxy

@Suite("Timings")
struct TimingTests {
    private let start = WallTime(secondsSinceEpoch: 1_700_000_000)

    @Test func `a certificate is renewed at half of the life it came with`() {
        let end = start.advanced(by: .seconds(86_400))

        func wait(at seconds: Int) -> Duration {
            RenewalSchedule.wait(now: start.advanced(by: .seconds(seconds)), received: start, notAfter: end)
        }

        #expect(wait(at: 0) == .seconds(43_200))
        #expect(wait(at: 40_000) == .seconds(3_200))
        #expect(wait(at: 43_200) == .zero)
        #expect(wait(at: 90_000) == .zero)
    }

    @Test func `a life that is over does not make renewal spin`() {
        let wait = RenewalSchedule.wait(now: start, received: start, notAfter: start.advanced(by: .seconds(-5)))

        #expect(wait == RenewalSchedule.shortest)
        #expect(!RenewalSchedule.isUsable(now: start, notBefore: start, notAfter: start))
    }

    @Test func `waits double, stop at one second and begin again after a success`() {
        var backoff = Backoff()

        let shortest = (0..<7).map { _ in backoff.failed(draw: 0) }
        backoff.succeeded()
        let longestFirst = backoff.failed(draw: .max)

        #expect(shortest == [50, 100, 200, 400, 500, 500, 500].map { .milliseconds($0) })
        #expect(longestFirst > .milliseconds(99) && longestFirst <= .milliseconds(100))
    }

    @Test func `equal seeds draw equal numbers`() {
        var one = RandomSource(seed: 42)
        var other = RandomSource(seed: 42)

        #expect((0..<8).map { _ in one.next() } == (0..<8).map { _ in other.next() })
        #expect(Set((0..<1000).map { _ in one.next() }).count == 1000)
    }
}
