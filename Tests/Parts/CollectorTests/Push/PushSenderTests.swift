import ExpositionWire
import MetricStore
import PushedMetrics
import Testing

@testable import Collector

@Suite struct PushSenderTests {
    private let now: Int64 = 1_700_000_000_000
    private var sender = PushSender(maximumSeries: 3, seed: 1)

    private func series(_ label: String, _ samples: (Int64, Double)..., isDelta: Bool = false) -> PushedSeries {
        PushedSeries(
            sender: "a", key: SeriesKey(name: "istio_requests_total", labels: [Label(name: "x", value: label)]),
            samples: samples.map { PushedSample(milliseconds: now + $0.0, value: $0.1) }, isDelta: isDelta)
    }

    private func values(_ sender: inout PushSender) -> [[Double]] { sender.commits().map { $0.counts.map(\.value) } }

    @Test func `samples of one time are committed together, oldest first`() {
        var sender = sender
        sender.take(series("1", (2_000, 20), (3_000, 30)), now: now)
        sender.take(series("2", (2_000, 5)), now: now)

        let commits = sender.commits()

        #expect(commits.map(\.milliseconds) == [now + 2_000, now + 3_000])
        #expect(commits.map { $0.counts.map(\.value) } == [[20, 5], [30]])
        #expect(sender.commits().isEmpty)
        #expect(sender.gapMilliseconds == 1_000)
    }

    @Test func `what is sent twice or out of order is counted once`() {
        var sender = sender
        sender.take(series("1", (2_000, 20)), now: now)
        _ = sender.commits()

        sender.take(series("1", (2_000, 20), (1_000, 10)), now: now)
        #expect(sender.commits().isEmpty)
        #expect(sender.losses.stale == 2)
        // Another series that is late is new all the same.
        sender.take(series("2", (1_000, 4)), now: now)
        #expect(values(&sender) == [[4]])
    }

    @Test func `a series that a late request brings does not begin at zero, one that comes later does`() {
        var sender = sender
        sender.take(series("1", (0, 100)), now: now)
        _ = sender.commits()
        sender.take(series("2", (0, 1_000)), now: now)
        #expect(sender.commits().flatMap(\.counts).map(\.beginsAtZero) == [false])
        for second in 1...20 {
            sender.take(series("1", (Int64(second) * 1_000, 100)), now: now)
            _ = sender.commits()
        }

        sender.take(series("3", (21_000, 3)), now: now)

        #expect(sender.commits().flatMap(\.counts).map(\.beginsAtZero) == [true])
    }

    @Test func `deltas add up`() {
        var sender = sender
        sender.take(series("1", (0, 5), (1_000, 0), (2_000, 7), isDelta: true), now: now)

        #expect(values(&sender) == [[5], [5], [12]])
    }

    @Test func `stale markers and values that are no counts are passed over`() {
        var sender = sender
        sender.take(series("1", (0, .nan), (1_000, -1), (2_000, PushedSample.staleMarker)), now: now)
        #expect(sender.commits().isEmpty)
        #expect(sender.isGone)

        sender.take(series("1", (3_000, 1)), now: now)
        #expect(!sender.isGone && values(&sender) == [[1]])
    }

    @Test func `series beyond the bound and samples of long ago are counted as lost`() {
        var sender = sender
        for label in 1...5 { sender.take(series("\(label)", (0, 1)), now: now) }
        #expect(sender.losses.noRoom == 2)

        sender.take(series("1", (.min / 2, 1)), now: now)
        #expect(sender.losses.stale == 1)
        var other = self.sender
        other.take(series("1", (-7 * 3_600_000, 1)), now: now)
        #expect(other.losses.tooOld == 1 && other.commits().isEmpty)
    }
}
