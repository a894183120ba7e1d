import Quantities
import TestSupport
import Testing
import TraceModel

@Suite struct RetentionTests {
    /// A trace of one span.
    private func trace(
        _ number: UInt64, of route: String, milliseconds: Int64 = 10, status: Span.Status = .unset
    ) throws -> Span {
        var span = try span(1, of: number, service: route, from: 0, to: milliseconds, status: status)
        span.name = "GET /"
        return span
    }

    private func kept(_ store: TraceStore, of route: String) -> [TraceSummary] {
        store.find(TraceQuery(service: route, limit: .max))
    }

    @Test(arguments: SeededGenerator.seeds(5))
    func `under a flood of one route the others keep theirs, and the budget holds`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var store = TraceStore(byteBudget: 200_000)
        var sent: [String: Int] = [:]
        for number in 1...6_000 as ClosedRange<UInt64> {
            // Ninety-nine in a hundred are of one route.
            let route = random.oneIn(100) ? "quiet\(Int.random(in: 1...3, using: &random))" : "flood"
            sent[route, default: 0] += 1
            store.insert([try trace(number, of: route)])
            #expect(store.counts.bytes <= 200_000)
        }

        #expect(store.counts.evictedSamples > 4_000)
        for (route, count) in sent where route != "flood" {
            #expect(kept(store, of: route).count == count, "\(route)")
        }
        #expect(kept(store, of: "flood").count > 50)
        #expect(store.counts.evictedErrors + store.counts.evictedSlow == 0)
    }

    @Test func `routes that are alike have alike shares`() throws {
        var store = TraceStore(byteBudget: 200_000)
        for number in 1...8_000 as ClosedRange<UInt64> {
            // 1 : 2 : 5.
            let route = number % 8 == 0 ? "a" : number % 8 < 3 ? "b" : "c"
            store.insert([try trace(number, of: route)])
        }

        let counts = ["a", "b", "c"].map { kept(store, of: $0).count }
        // The recent eighth is as it came; the sample is fair.
        #expect(counts.allSatisfy { $0 >= counts.max().map { $0 * 7 / 10 } ?? 0 }, "\(counts)")
    }

    @Test func `slow traces of a route outlive its others`() throws {
        var store = TraceStore(byteBudget: 200_000)
        for number in 1...3_000 as ClosedRange<UInt64> {
            // One in a hundred takes ten times as long.
            store.insert([try trace(number, of: "web", milliseconds: number % 100 == 50 ? 100 : 10)])
        }

        let slow = kept(store, of: "web").filter { $0.duration >= .milliseconds(100) }
        #expect(slow.count >= 29)
        #expect(kept(store, of: "web").count < 1_000)
    }

    @Test func `slow is measured by the route, not by the mesh`() throws {
        var store = TraceStore(byteBudget: 200_000)
        for number in 1...4_000 as ClosedRange<UInt64> {
            // All of "report" takes a second, all of "web" 10 ms, but for four of it.
            let isReport = number % 2 == 0
            let isSlow = number % 1000 == 501
            store.insert([
                try trace(number, of: isReport ? "report" : "web", milliseconds: isReport ? 1000 : isSlow ? 200 : 10)
            ])
        }

        #expect(kept(store, of: "web").filter { $0.duration == .milliseconds(200) }.count == 4)
        #expect(store.counts.evictedSlow == 0)
    }

    @Test func `errors outlive everything, and slow ones may not take their place`() throws {
        var store = TraceStore(byteBudget: 200_000)
        for number in 1...3_000 as ClosedRange<UInt64> {
            store.insert([
                try trace(
                    number, of: "web", milliseconds: number % 5 == 0 ? 500 : 10,
                    status: number % 60 == 0 ? .error : .unset)
            ])
        }

        #expect(store.find(TraceQuery(errorsOnly: true, limit: .max)).count == 50)
        #expect(store.counts.evictedErrors == 0)
        #expect(store.counts.notice == nil || store.counts.evictedSlow > 0)
    }

    @Test func `a trace that turns out slow is kept as one`() throws {
        var store = TraceStore(byteBudget: 200_000)
        for number in 1...150 as ClosedRange<UInt64> { store.insert([try trace(number, of: "web")]) }
        // The answer of the tenth comes late, when others have come after it.
        store.insert([try span(2, parent: 1, of: 10, service: "web", from: 0, to: 900)])
        for number in 151...3_000 as ClosedRange<UInt64> { store.insert([try trace(number, of: "web")]) }

        #expect(kept(store, of: "web").contains { $0.id.low == 10 })
        #expect(!kept(store, of: "web").contains { $0.id.low == 11 })
    }

    @Test func `names that are never the same twice take no more than their share`() throws {
        var store = TraceStore(byteBudget: 2_000_000)
        for number in 1...20 as ClosedRange<UInt64> { store.insert([try trace(number, of: "quiet")]) }
        for number in 21...12_000 as ClosedRange<UInt64> { store.insert([try trace(number, of: "order \(number)")]) }

        #expect(store.counts.bytes <= 2_000_000)
        #expect(kept(store, of: "quiet").count >= 1)
    }

    @Test func `what was dropped is counted by reason and said`() throws {
        var store = TraceStore(byteBudget: 20_000)
        for number in 1...200 as ClosedRange<UInt64> {
            store.insert([try trace(number, of: "web", status: number % 2 == 0 ? .error : .unset)])
        }
        store.insert([try span(2, parent: 1, of: 1)])
        store.noteRejected(spans: 7)

        let counts = store.counts
        #expect(counts.evictedErrors > 0)
        #expect(counts.evictedSamples > 0)
        #expect(counts.lateSpans == 1)
        #expect(
            counts.notice == "traces: \(counts.evictedErrors) traces with errors gave way, "
                + "1 spans came after their trace had gone, 7 spans were rejected")
        #expect(counts.losses?.hasPrefix("\(counts.evictedSamples) traces gave way to newer ones, ") == true)
        #expect(TraceStoreCounts().losses == nil)
    }
}
