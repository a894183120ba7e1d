import Quantities
import TestSupport
import Testing
import TraceModel

/// The store keeps spans packed; what comes out is what went in.
@Suite struct PackingTests {
    private static let texts = ["", "a", "GET", "/orders/{id}", "größer 訳", String(repeating: "x", count: 300)]
    private static let times: [Int64] = [.min, -1, 0, 1, 1_700_000_000_000_000_000, .max]

    private func span(_ id: UInt64, of trace: UInt64 = 1, _ random: inout SeededGenerator) throws -> Span {
        func text() -> String {
            random.oneIn(3) ? String(random.next(), radix: 36) : Self.texts.randomElement(using: &random) ?? ""
        }
        func time() -> WallTime {
            WallTime(nanosecondsSinceEpoch: Self.times.randomElement(using: &random) ?? 0)
        }
        func attributes() -> [Span.Attribute] {
            (0..<Int.random(in: 0...4, using: &random)).map { _ in Span.Attribute(key: text(), value: text()) }
        }
        return Span(
            trace: try #require(TraceID(high: .max, low: trace)), id: try #require(SpanID(id)),
            parent: random.oneIn(3) ? nil : SpanID(random.next()), name: text(),
            kind: [.unspecified, .internal, .server, .client, .producer, .consumer].randomElement(using: &random)
                ?? .server,
            service: text(), start: time(), duration: .nanoseconds(max(0, time().nanosecondsSinceEpoch)),
            status: [.unset, .ok, .error].randomElement(using: &random) ?? .ok, statusMessage: text(),
            attributes: attributes(),
            events: (0..<Int.random(in: 0...2, using: &random)).map { _ in
                Span.Event(time: time(), name: text(), attributes: attributes())
            }, oddities: SpanOddities(rawValue: UInt8.random(in: 0...127, using: &random)))
    }

    @Test(arguments: SeededGenerator.seeds(50))
    func `what is kept is what came`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        // Sometimes more than are found without a table.
        let count = UInt64.random(in: 1...200, using: &random)
        let spans = try (1...count).map { try span($0, &random) }
        var store = TraceStore()

        for span in spans { store.insert([span]) }

        let trace = try #require(store.trace(spans[0].trace))
        #expect(Set(trace.spans) == Set(spans))
        #expect(store.counts.spans == spans.count)

        // Sent again, all are known.
        store.insert(spans.shuffled(using: &random))

        #expect(store.counts.spans == spans.count)
        #expect(store.counts.repeatedSpans == spans.count)
    }

    @Test(arguments: SeededGenerator.seeds(10))
    func `when all traces have gone nothing is left of their texts`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var store = TraceStore(byteBudget: 0)

        for number in 1...300 as ClosedRange<UInt64> {
            store.insert(try (1...3).map { try span($0, of: number, &random) })
            #expect(store.counts.bytes == 0)
        }

        #expect(store.counts.traces == 0)
        #expect(store.counts.evictedTraces == 300)
    }

    @Test func `spans of one id in a large trace are all found`() throws {
        var store = TraceStore()
        let spans = try (1...200).map { try TraceModelTests.span($0) }
        store.insert(spans)
        let server = try TraceModelTests.span(7, kind: .client)

        store.insert([server, server, spans[6]])

        #expect(store.counts.spans == 201)
        #expect(store.counts.repeatedSpans == 2)
        #expect(store.trace(server.trace)?.spans.filter { $0.id == server.id }.count == 2)
    }

    @Test func `what many spans say is kept once`() throws {
        func bytesOfSpan(_ value: (UInt64) -> String) throws -> Int {
            var store = TraceStore()
            for number in 1...1_000 as ClosedRange<UInt64> {
                let attributes = (1...10).map {
                    Span.Attribute(key: "http.request.header.\($0)", value: value(number * 10 + UInt64($0)))
                }
                store.insert([try TraceModelTests.span(number, of: 1 + number / 10, attributes: attributes)])
            }
            return store.counts.bytes / store.counts.spans
        }

        let alike = try bytesOfSpan { "some value or other, number \($0 % 10)" }
        let different = try bytesOfSpan { "some value or other, number \($0)" }

        // Ten keys and values of two bytes each, and a tenth of what a trace takes; or ten texts of thirty.
        #expect(alike < 200, "\(alike) bytes a span")
        #expect((400...600).contains(different), "\(different) bytes a span")
    }

    @Test func `a search hands out no more spans than wanted, but one trace at least`() throws {
        var store = TraceStore()
        for trace in 1...3 as ClosedRange<UInt64> {
            store.insert(try (1...10).map { try TraceModelTests.span($0, of: trace, from: Int64(trace)) })
        }

        func found(_ maximum: Int) -> [UInt64] {
            store.traces(TraceQuery(), maximumSpans: maximum).map(\.id.low)
        }
        #expect(found(30) == [3, 2, 1])
        #expect(found(29) == [3, 2])
        #expect(found(5) == [3])
    }
}
