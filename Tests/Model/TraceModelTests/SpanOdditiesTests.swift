import JSONWire
import Quantities
import TestSupport
import Testing
import TraceModel

@Suite struct SpanOdditiesTests {
    private func rows(_ spans: [Span]) throws -> [TraceTree.Row] {
        let id = try #require(spans.first?.trace)
        return TraceTree(try #require(Trace(id: id, spans: spans))).rows
    }

    /// `id@offset+skew`, in milliseconds.
    private func outline(_ rows: [TraceTree.Row]) -> [String] {
        rows.map {
            "\($0.span.id.value)@\(Int($0.offset.milliseconds))\($0.skew == .zero ? "" : "~\(Int($0.skew.milliseconds))")"
        }
    }

    private func on(_ host: String) -> [Span.Attribute] { [Span.Attribute(key: "host.name", value: host)] }

    // MARK: Clocks

    @Test func `a host whose clock is behind is moved into its caller's time, and what is below it as far`() throws {
        let rows = try rows([
            span(1, service: "web", from: 0, to: 100, attributes: on("a")),
            // 60 ms long, an hour behind: 20 ms of network each way.
            span(2, parent: 1, service: "pay", from: -3_600_000, to: -3_599_940, attributes: on("b")),
            span(3, parent: 2, service: "db", from: -3_599_990, to: -3_599_970, attributes: on("b")),
        ])

        #expect(outline(rows) == ["1@0", "2@20~3600020", "3@30~3600020"])
        #expect(rows.map(\.span.oddities) == [[], .isMoved, .isMoved])
    }

    @Test func `a child that took longer than its parent is only moved so that it starts no earlier`() throws {
        let rows = try rows([
            span(1, service: "web", from: 0, to: 10), span(2, parent: 1, service: "pay", from: -50, to: 0),
        ])

        #expect(outline(rows) == ["1@0", "2@0~50"])
    }

    @Test func `what fits, or sticks out by less than a millisecond, or is on the same host stays`() throws {
        for children in try [
            [span(2, parent: 1, service: "pay", from: 2, to: 9)],
            [span(2, parent: 1, service: "pay", from: 0, to: 10)],
            [span(2, parent: 1, service: "web", from: -5, to: 3)],
            [span(2, parent: 1, service: "pay", from: 5, to: 200)],
            // Taken from a queue long after.
            [span(2, parent: 1, service: "pay", from: 50, to: 55, kind: .consumer)],
        ] {
            let rows = try rows([span(1, service: "web", from: 0, to: 10)] + children)
            #expect(rows.allSatisfy { $0.skew == .zero && $0.span.oddities.isEmpty }, "\(children)")
        }
    }

    @Test func `a host that calls back to the first has the first's clock`() throws {
        let rows = try rows([
            span(1, service: "web", from: 0, to: 100), span(2, parent: 1, service: "pay", from: 1010, to: 1090),
            span(3, parent: 2, service: "web", from: 20, to: 80),
        ])

        #expect(outline(rows) == ["1@0", "2@10~-1000", "3@20"])
    }

    @Test func `events move with their span`() throws {
        var child = try span(2, parent: 1, service: "pay", from: 1010, to: 1090)
        child.events = [Span.Event(time: child.start.advanced(by: .milliseconds(5)), name: "x")]

        let rows = try rows([span(1, service: "web", from: 0, to: 100), child])

        #expect(rows[1].span.start.duration(to: rows[1].span.events[0].time) == .milliseconds(5))
    }

    /// Whatever the clocks: where hosts are alike but for their clocks, the correction finds the tree that was.
    @Test(arguments: SeededGenerator.seeds(100))
    func `clocks of hosts do not change the shape of a trace`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var spans = [try span(1, service: "s1", from: 0, to: 4096)]
        for id in 2...10 as ClosedRange<UInt64> {
            // In the middle of its parent, as the network is the same both ways.
            let parent = try #require(spans.randomElement(using: &random))
            let quarter = parent.duration / 4
            var child = parent
            child.id = try #require(SpanID(id))
            child.parent = parent.id
            child.service = "s\(id)"
            child.start = parent.start.advanced(by: quarter)
            child.duration = quarter * 2
            spans.append(child)
        }
        let skewed = spans.map { span in
            var span = span
            if span.id.value > 1 {
                span.start = span.start.advanced(by: .milliseconds(Int64.random(in: -9_000...9_000, using: &random)))
            }
            return span
        }

        let (right, corrected) = (try rows(spans), try rows(skewed))

        func starts(_ rows: [TraceTree.Row]) -> [UInt64: Duration] {
            Dictionary(uniqueKeysWithValues: rows.map { ($0.span.id.value, $0.offset) })
        }
        // Children that still fit by chance are left where they are, up to a quarter of their parent away.
        for (id, offset) in starts(right) {
            let found = try #require(starts(corrected)[id])
            #expect(abs((found - offset).milliseconds) <= 2048)
        }
        for row in corrected {
            guard let parent = corrected.first(where: { $0.span.id == row.span.parent }) else { continue }
            #expect(row.offset.milliseconds >= parent.offset.milliseconds - 1)
            #expect(row.span.end.duration(to: parent.span.end).milliseconds >= -1)
        }
    }

    // MARK: The rest

    @Test func `missing parents, circles and repeated ids are marked`() throws {
        let rows = try rows([
            span(1, from: 0), span(2, parent: 99, from: 1), span(3, parent: 3, from: 2), span(4, parent: 5, from: 3),
            span(5, parent: 4, from: 4), span(6, parent: 1, from: 5), span(6, parent: 1, from: 6),
        ])

        let oddities = rows.map { "\($0.span.id.value): \($0.span.oddities.words.joined(separator: ", "))" }
        #expect(
            Set(oddities) == [
                "1: ", "2: parent missing", "3: circle of parents", "4: circle of parents", "5: ", "6: id repeated",
            ])
        #expect(rows.count == 7)
    }

    @Test func `client and server that share an id are one call, and the server has the children`() throws {
        let rows = try rows([
            span(1, service: "web", from: 0, to: 20),
            span(2, parent: 1, service: "pay", from: 3, to: 9, kind: .server),
            span(2, parent: 1, service: "web", from: 2, to: 10, kind: .client),
            span(3, parent: 2, service: "pay", from: 4, to: 5, kind: .client),
            span(4, parent: 2, service: "web", from: 2, to: 3, kind: .internal),
        ])

        #expect(
            rows.map { "\($0.depth) \($0.span.service) \($0.span.kind)" } == [
                "0 web server", "1 web client", "2 web internal", "2 pay server", "3 pay client",
            ])
        #expect(rows.allSatisfy { $0.span.oddities.isEmpty })
    }

    @Test func `a span without a start stands where its parent starts, and lengthens nothing`() throws {
        var child = try span(2, parent: 1, from: 0, to: 3)
        child.start = WallTime(nanosecondsSinceEpoch: 0)
        child.oddities = .startIsMissing
        let trace = try #require(Trace(id: child.trace, spans: [child, try span(1, from: 5, to: 15)]))

        let rows = TraceTree(trace).rows

        #expect(trace.duration == .milliseconds(10))
        #expect(TraceTree(trace).duration == .milliseconds(10))
        #expect(rows.map(\.offset) == [.zero, .zero])
        #expect(rows[1].span.oddities == .startIsMissing)
    }

    @Test func `a span from the future is marked when it comes, and once`() throws {
        var store = TraceStore()
        let now = try span(1).start
        store.insert([try span(1), try span(2, from: 61_000, to: 61_001)], receivedAt: now)
        // Again, when that time has come.
        store.insert([try span(2, from: 61_000, to: 61_001)], receivedAt: now.advanced(by: .seconds(100)))

        let trace = try #require(store.trace(try span(1).trace))
        #expect(trace.spans.map(\.oddities) == [[], .isInFuture])
        #expect(store.counts.repeatedSpans == 1)
    }

    @Test func `faults of a span travel as Jaeger's warnings`() throws {
        var odd = try span(1)
        odd.oddities = [.endsBeforeStart, .isInFuture]
        let trace = try #require(Trace(id: odd.trace, spans: [odd]))

        let document = JaegerJSON.document([trace])

        #expect(document["data"]?[0]?["spans"]?[0]?["warnings"] == ["ends before it starts", "in the future"])
        #expect(try JaegerJSON.traces(in: document) == [trace])
    }
}
