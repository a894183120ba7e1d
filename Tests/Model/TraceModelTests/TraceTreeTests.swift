import Quantities
import TestSupport
import Testing
import TraceModel

@Suite struct TraceTreeTests {
    private func tree(_ spans: [Span]) throws -> TraceTree {
        let id = try #require(spans.first?.trace)
        return TraceTree(try #require(Trace(id: id, spans: spans)))
    }

    /// `depth:id`, and what was asked for.
    private func outline(_ tree: TraceTree) -> [String] {
        tree.rows.map { "\($0.depth):\($0.span.id.value)" }
    }

    @Test func `every span stands below its parent, siblings by start`() throws {
        let tree = try tree([
            span(4, parent: 2, from: 3, to: 4), span(3, parent: 1, from: 6, to: 8), span(1, from: 0, to: 10),
            span(2, parent: 1, from: 2, to: 5),
        ])

        #expect(outline(tree) == ["0:1", "1:2", "2:4", "1:3"])
        #expect(tree.rows.map(\.hasChildren) == [true, true, false, false])
        #expect(tree.rows.map(\.isLastSibling) == [true, false, true, true])
        #expect(tree.rows.map(\.offset) == [.zero, .milliseconds(2), .milliseconds(3), .milliseconds(6)])
        #expect(tree.duration == .milliseconds(10))
    }

    @Test func `self time leaves out children, overlapping ones once and only inside the parent`() throws {
        let tree = try tree([
            span(1, from: 0, to: 10), span(2, parent: 1, from: 2, to: 5), span(3, parent: 1, from: 4, to: 6),
            span(4, parent: 1, from: 9, to: 20),
        ])

        // 0–2, 6–9 are its own.
        #expect(tree.rows[0].selfTime == .milliseconds(5))
        #expect(tree.rows[3].selfTime == .milliseconds(11))
    }

    @Test func `the critical path is what was waited for`() throws {
        let tree = try tree([
            span(1, from: 0, to: 10),
            span(2, parent: 1, from: 1, to: 4),
            // In the shadow of 4, which ends later.
            span(3, parent: 1, from: 4, to: 7),
            span(4, parent: 1, from: 5, to: 9), span(5, parent: 4, from: 6, to: 8),
            // Goes on after the answer.
            span(6, parent: 5, from: 9, to: 9),
        ])

        let critical = tree.rows.filter(\.isOnCriticalPath).map(\.span.id.value)
        #expect(critical.sorted() == [1, 2, 4, 5])
    }

    @Test func `a span whose parent is missing stands at the edge`() throws {
        let tree = try tree([span(1, from: 0), span(2, parent: 9, from: 1), span(3, parent: 2, from: 2)])

        #expect(outline(tree) == ["0:1", "0:2", "1:3"])
    }

    @Test func `a circle is cut above its earliest span`() throws {
        let tree = try tree([
            span(1, parent: 3, from: 1), span(2, parent: 1, from: 2), span(3, parent: 2, from: 3),
            span(4, parent: 4, from: 4), span(5, parent: 3, from: 5),
        ])

        #expect(outline(tree) == ["0:1", "1:2", "2:3", "3:5", "0:4"])
    }

    @Test func `of spans with one id that are no call the first has the children`() throws {
        let tree = try tree([
            span(1, from: 0), span(2, parent: 1, from: 1, kind: .internal), span(2, parent: 1, from: 2),
            span(3, parent: 2, from: 3),
        ])

        #expect(outline(tree) == ["0:1", "1:2", "2:3", "1:2"])
        #expect(tree.rows.map(\.span.kind) == [.server, .internal, .server, .server])
    }

    @Test(arguments: SeededGenerator.seeds(100))
    func `any spans make a tree that has each once`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let spans = try (0..<Int.random(in: 1...40, using: &random)).map { _ in
            let start = Int64.random(in: 0...20, using: &random)
            return try span(
                .random(in: 1...20, using: &random),
                parent: random.oneIn(5) ? nil : .random(in: 1...22, using: &random), from: start,
                to: start + .random(in: 0...20, using: &random))
        }

        let tree = try tree(spans)

        func counts(_ spans: [Span]) -> [Span: Int] {
            spans.reduce(into: [:]) { counts, span in
                var span = span
                span.oddities = []
                counts[span, default: 0] += 1
            }
        }
        #expect(counts(tree.rows.map(\.span)) == counts(spans))
        #expect(tree.rows.first?.depth == 0)
        for (above, below) in zip(tree.rows, tree.rows.dropFirst()) {
            #expect(below.depth <= above.depth + 1)
            #expect((below.depth == above.depth + 1) == above.hasChildren)
        }
        #expect(tree.rows.allSatisfy { $0.selfTime >= .zero && $0.selfTime <= $0.span.duration && $0.offset >= .zero })
    }

    @Test func `a chain of many thousand spans is no deeper on our stack`() throws {
        let tree = try tree((1...20_000).map { try span($0, parent: $0 - 1) })

        #expect(tree.rows.last?.depth == 19_999)
    }
}
