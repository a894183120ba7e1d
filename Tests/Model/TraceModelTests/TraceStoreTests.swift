import Quantities
import TestSupport
import Testing
import TraceModel

@Suite struct TraceStoreTests {
    private func id(_ low: UInt64) throws -> TraceID { try #require(TraceID(high: 0, low: low)) }

    /// The estimated bytes of a trace of one plain span.
    private func bytesOfOneTrace() throws -> Int {
        var store = TraceStore()
        store.insert([try span(1)])
        return store.counts.bytes
    }

    @Test func `spans of one trace join whenever they arrive`() throws {
        var store = TraceStore()
        store.insert([try span(2, parent: 1, from: 3)])
        store.insert([try span(1, of: 2), try span(1)])

        #expect(store.trace(try id(1))?.spans.map(\.id.value) == [1, 2])
        #expect(store.trace(try id(3)) == nil)
        #expect(store.counts.traces == 2)
        #expect(store.counts.spans == 3)
    }

    @Test func `spans that are sent again are counted once`() throws {
        var store = TraceStore()
        store.insert([try span(1), try span(1), try span(1, kind: .client), try span(1, kind: .client)])
        for end in 11...15 { store.insert([try span(1, to: Int64(end))]) }

        // Client and server may share an id, and two more are shown as what they are.
        #expect(store.trace(try id(1))?.spans.count == 4)
        #expect(store.counts.repeatedSpans == 5)
    }

    @Test func `the oldest traces without errors go first`() throws {
        var store = TraceStore(byteBudget: try bytesOfOneTrace() * 4)
        store.insert([try span(1, of: 1)])
        store.insert([try span(1, of: 2, status: .error)])
        for number in 3...6 { store.insert([try span(1, of: UInt64(number))]) }

        #expect(try (1...6).filter { store.trace(try id($0)) != nil } == [2, 4, 5, 6])
        #expect(store.counts.evictedTraces == 2)
        #expect(store.counts.evictedSpans == 2)
        #expect(store.counts.bytes <= store.byteBudget)
    }

    @Test func `errors keep no more than half when there is other news`() throws {
        var store = TraceStore(byteBudget: try bytesOfOneTrace() * 4)
        for number in 1...6 { store.insert([try span(1, of: UInt64(number), status: .error)]) }
        for number in 7...12 { store.insert([try span(1, of: UInt64(number))]) }

        #expect(try (1...12).filter { store.trace(try id($0)) != nil } == [5, 6, 11, 12])
    }

    @Test func `a trace that fails late is spared as well`() throws {
        var store = TraceStore(byteBudget: try bytesOfOneTrace() * 6)
        store.insert([try span(1, of: 1)])
        store.insert([try span(1, of: 2)])
        store.insert([try span(2, parent: 1, of: 1, status: .error)])
        for number in 3...10 { store.insert([try span(1, of: UInt64(number))]) }

        #expect(store.trace(try id(1))?.spans.count == 2)
        #expect(store.trace(try id(2)) == nil)
    }

    @Test func `late spans do not bring an evicted trace back`() throws {
        var store = TraceStore(byteBudget: try bytesOfOneTrace() * 3 / 2)
        store.insert([try span(1, of: 1)])
        store.insert([try span(1, of: 2)])
        store.insert([try span(2, parent: 1, of: 1)])

        #expect(store.trace(try id(1)) == nil)
        #expect(store.trace(try id(2)) != nil)
        #expect(store.counts.refusedSpans == 1)
    }

    @Test func `one trace cannot take everything`() throws {
        var store = TraceStore()
        store.insert(try (1...10_050).map { try span($0) })

        #expect(store.counts.spans == 10_000)
        #expect(store.counts.refusedSpans == 50)
    }

    @Test(arguments: SeededGenerator.seeds(20))
    func `the budget holds and the counts add up, whatever comes`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var store = TraceStore(byteBudget: 20_000)
        var sent = 0
        for _ in 0..<200 {
            let batch = try (0..<Int.random(in: 1...5, using: &random)).map { _ in
                try span(
                    .random(in: 1...6, using: &random), of: .random(in: 1...60, using: &random),
                    service: "service-\(Int.random(in: 1...40, using: &random))",
                    status: random.oneIn(4) ? .error : .unset,
                    attributes: random.oneIn(3) ? [.init(key: "key", value: String(repeating: "x", count: 200))] : [])
            }
            store.insert(batch)
            sent += batch.count

            let counts = store.counts
            #expect(counts.bytes <= 20_000)
            #expect(counts.spans + counts.evictedSpans + counts.refusedSpans + counts.repeatedSpans == sent)
            let held = store.traces(TraceQuery(limit: .max))
            #expect(held.count == counts.traces)
            #expect(held.reduce(0) { $0 + $1.spans.count } == counts.spans)
            #expect(store.services == Set(held.flatMap { $0.spans.map(\.service) }).sorted())
        }
        #expect(store.counts.evictedTraces > 0)
    }

    /// The names of the proxies' spans, and what the console asks for.
    @Test func `services are found with and without their namespace`() throws {
        var store = TraceStore()
        store.insert([
            try span(
                1, service: "payment.payments", kind: .client,
                attributes: [Span.Attribute(key: "upstream_cluster", value: "outbound|80||bank.example")]),
            try span(2, of: 2, service: "payment-old"),
        ])

        func found(_ query: TraceQuery) -> [UInt64] { store.find(query).map(\.id.low) }
        #expect(found(TraceQuery(service: "payment")) == [1])
        #expect(found(TraceQuery(service: "payment.payments")) == [1])
        #expect(found(TraceQuery(service: "payment", calledService: "bank.example")) == [1])
        #expect(found(TraceQuery(service: "payment.shop")) == [])
    }

    @Test func `a query narrows, newest first`() throws {
        var store = TraceStore()
        store.insert([try span(1, of: 1, service: "web", from: 0, to: 50)])
        store.insert([
            try span(1, of: 2, service: "web", from: 2, to: 20),
            try span(2, parent: 1, of: 2, service: "payment", from: 3, to: 9, status: .error),
        ])
        store.insert([try span(1, of: 3, service: "bank", from: 1, to: 30)])
        store.insert([
            try span(
                1, of: 4, service: "payment", kind: .client,
                attributes: [Span.Attribute(key: "peer.service", value: "bank.example")])
        ])

        func found(_ query: TraceQuery) -> [UInt64] { store.find(query).map(\.id.low) }
        #expect(found(TraceQuery()) == [2, 3, 4, 1])
        #expect(found(TraceQuery(limit: 2)) == [2, 3])
        #expect(found(TraceQuery(service: "web")) == [2, 1])
        #expect(found(TraceQuery(service: "web", calledService: "payment")) == [2])
        #expect(found(TraceQuery(service: "payment", calledService: "web")) == [])
        #expect(found(TraceQuery(calledService: "payment")) == [2])
        #expect(found(TraceQuery(service: "payment", calledService: "bank.example")) == [4])
        #expect(found(TraceQuery(errorsOnly: true)) == [2])
        #expect(found(TraceQuery(minimumDuration: .milliseconds(25))) == [3, 1])
        #expect(store.services == ["bank", "payment", "web"])
        #expect(store.find(TraceQuery(errorsOnly: true)).first?.errorCount == 1)
    }
}
