import ExpositionWire
import MetricStore
import Quantities
import Testing

@testable import Collector

@Suite struct `Steps of a history` {
    private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: UInt64(1e12 + seconds * 1e9)) }

    private func scrape(_ seconds: Double, after previous: Double?, _ changes: [(Int32, Double)])
        -> RecordingQueue.Entry
    {
        RecordingQueue.Entry(
            time: time(seconds),
            fact: .store(
                .scraped(
                    ScrapeRecord(
                        target: "t", time: time(seconds), previous: previous.map(time), newSeries: [],
                        changes: changes.map { SeriesChange(series: $0.0, increase: $0.1) }))))
    }

    /// `0-3: 0=5 2=1`, from when to when and which series grew by how much.
    private func rows(_ steps: HistorySteps) -> [String] {
        steps.finished.compactMap { entry in
            guard case .counted(let row) = entry.fact else { return nil }
            func seconds(_ time: MonotonicTime?) -> String {
                time.map { "\(self.time(0).duration(to: $0).inSeconds)" } ?? "?"
            }
            return "\(seconds(row.previous))-\(seconds(row.time)):"
                + row.changes.map { " \($0.series)=\($0.increase)" }.joined()
        }
    }

    @Test func `add up what follows each other`() {
        var steps = HistorySteps(step: .seconds(10))
        for entry in [scrape(0, after: nil, []), scrape(1, after: 0, [(0, 2), (2, 1)]), scrape(2, after: 1, [(0, 3)])] {
            steps.take(entry)
        }
        #expect(!steps.isDue)
        steps.take(scrape(11, after: 2, [(1, 1)]))

        #expect(steps.isDue)
        #expect(rows(steps) == ["0.0-2.0: 0=5.0 2=1.0"])
        steps.forgetFinished()
        steps.finishStep(at: time(12))
        #expect(rows(steps) == ["2.0-11.0: 1=1.0"])
    }

    @Test func `end where something was lost`() {
        var steps = HistorySteps(step: .seconds(10))
        for entry in [scrape(1, after: 0, [(0, 1)]), scrape(4, after: 3, [(0, 1)]), scrape(5, after: nil, [(0, 9)])] {
            steps.take(entry)
        }
        steps.take(scrape(6, after: 5, [(0, 1)]))
        steps.finishStep(at: time(7))
        // What a first scrape shows was counted nobody knows when; a store says nothing of it.
        #expect(rows(steps) == ["0.0-1.0: 0=1.0", "3.0-4.0: 0=1.0", "5.0-6.0: 0=10.0"])
    }

    @Test func `end where series get other numbers`() {
        var steps = HistorySteps(step: .seconds(10))
        steps.take(scrape(1, after: 0, [(0, 1), (5, 2)]))
        steps.take(RecordingQueue.Entry(time: time(2), fact: .store(.renumbered(target: "t", kept: [5]))))
        steps.take(scrape(2, after: 1, [(0, 3)]))
        steps.take(RecordingQueue.Entry(time: time(3), fact: .store(.removed(target: "t"))))
        steps.finishStep(at: time(4))

        #expect(rows(steps) == ["0.0-1.0: 0=1.0 5=2.0", "1.0-2.0: 0=3.0"])
        let kinds = steps.finished.map { entry in
            switch entry.fact {
            case .up: "up"
            case .counted: "counted"
            case .store(.renumbered): "renumbered"
            case .store(.removed): "removed"
            default: "other"
            }
        }
        #expect(kinds == ["up", "counted", "renumbered", "counted", "removed"])
    }

    @Test func `grow longer while nothing can be written`() {
        var steps = HistorySteps(step: .seconds(10))
        steps.isHeld = true
        for second in 1...100 { steps.take(scrape(Double(second), after: Double(second - 1), [(0, 1)])) }
        #expect(rows(steps) == [])
        #expect(steps.size < 1_000)
        steps.isHeld = false
        steps.take(scrape(112, after: 100, [(0, 1)]))
        #expect(rows(steps) == ["0.0-100.0: 0=100.0"])
    }

    @Test func `tell once that a target answers, until it does not`() {
        var steps = HistorySteps(step: .seconds(10))
        for second in 1...5 { steps.take(scrape(Double(second), after: Double(second - 1), [])) }
        steps.take(RecordingQueue.Entry(time: time(6), fact: .down(target: "t", reason: "refused")))
        for second in 7...9 { steps.take(scrape(Double(second), after: Double(second - 1), [])) }
        let ups = steps.finished.count { if case .up = $0.fact { true } else { false } }
        #expect(ups == 2)
    }
}
