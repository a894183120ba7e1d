import Quantities
import Testing
import TraceModel

@Suite struct TraceCompletionTests {
    private func summary(_ id: UInt64, spans: Int, start: Int64 = 0) throws -> TraceSummary {
        TraceSummary(
            id: try #require(TraceID(high: 0, low: id)), rootService: "web", rootName: "GET /",
            start: WallTime(nanosecondsSinceEpoch: start), duration: .milliseconds(1), spanCount: spans, errorCount: 0,
            services: [])
    }

    private func at(_ seconds: UInt64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    @Test func `a trace is told once, when nothing has come for a while`() throws {
        var completion = TraceCompletion(quiet: .seconds(2))
        _ = completion.take([], at: at(0))

        let told = try [
            completion.take([summary(1, spans: 1)], at: at(1)), completion.take([summary(1, spans: 2)], at: at(2)),
            completion.take([summary(1, spans: 2)], at: at(3)), completion.take([summary(1, spans: 2)], at: at(4)),
            completion.take([summary(1, spans: 3)], at: at(9)), completion.take([summary(1, spans: 3)], at: at(12)),
        ]

        #expect(told.map { $0.map(\.spanCount) } == [[], [], [], [2], [], []])
    }

    @Test func `what was there before is told only when more comes`() throws {
        var completion = TraceCompletion(quiet: .seconds(2))
        let first = try completion.take([summary(1, spans: 1), summary(2, spans: 1)], at: at(0))

        #expect(first == [])
        _ = try completion.take([summary(1, spans: 1), summary(2, spans: 4)], at: at(1))
        let told = completion.take([], at: at(3))

        #expect(told.map(\.id.low) == [2])
    }

    @Test func `what a search no longer finds is told all the same, the first to begin first`() throws {
        var completion = TraceCompletion(quiet: .seconds(2))
        _ = completion.take([], at: at(0))
        _ = try completion.take([summary(1, spans: 1, start: 9), summary(2, spans: 1, start: 5)], at: at(1))

        let told = completion.take([], at: at(3))

        #expect(told.map(\.id.low) == [2, 1])
    }

    @Test func `ids are forgotten, and those of the last generation are not told again`() throws {
        var completion = TraceCompletion(quiet: .zero, capacity: 4)
        _ = completion.take([], at: at(0))
        var told = 0
        for id in 1...1000 as ClosedRange<UInt64> {
            told += try completion.take([summary(id, spans: 1), summary(id > 3 ? id - 3 : id, spans: 1)], at: at(id))
                .count
        }
        #expect(told == 1000)
    }
}
