import Quantities
import TestSupport
import Testing
import TraceModel

@Suite struct CriticalPathTests {
    @Test(arguments: CriticalPathCases.all)
    func `the critical path and the self times are those drawn by hand`(drawing: NamedDrawing) throws {
        let expected = try TraceDrawing(drawing.text)
        let spans = try expected.spans()

        let tree = TraceTree(try #require(Trace(id: spans[0].trace, spans: spans)))

        #expect(expected.drawn(tree) == expected.lines.map(\.drawn), "\(drawing.title)")
        // A drawing in which two are waited for at once would be wrong itself.
        let width = expected.lines.map(\.cells.count).max() ?? 0
        for column in 0..<width {
            let waitedFor = expected.lines.filter { Array($0.cells).dropFirst(column).first == "#" }
            #expect(waitedFor.count <= 1, "column \(column)")
        }
    }

    @Test func `there are drawings enough, and no two of a title`() {
        #expect(CriticalPathCases.all.count >= 40)
        #expect(Set(CriticalPathCases.all.map(\.title)).count == CriticalPathCases.all.count)
    }

    @Test(arguments: SeededGenerator.seeds(300))
    func `stretches never overlap, and add up to the root's duration`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let spans = try Self.randomTree(&random)

        let tree = TraceTree(try #require(Trace(id: spans[0].trace, spans: spans)))

        let root = try #require(tree.rows.first)
        #expect(tree.rows.filter { $0.depth == 0 }.count == 1)
        #expect(tree.criticalPath.reduce(.zero) { $0 + $1.duration } == root.span.duration)
        for (earlier, later) in zip(tree.criticalPath, tree.criticalPath.dropFirst()) {
            #expect(earlier.offset + earlier.duration == later.offset)
        }
        var times = Array(repeating: Duration.zero, count: tree.rows.count)
        for stretch in tree.criticalPath {
            let row = tree.rows[stretch.row]
            #expect(stretch.duration > .zero)
            #expect(row.isOnCriticalPath)
            #expect(stretch.offset >= row.offset)
            #expect(stretch.offset + stretch.duration <= row.offset + row.span.duration)
            times[stretch.row] += stretch.duration
        }
        #expect(tree.rows.map(\.criticalTime) == times)
    }

    /// The same under several roots, and whatever else is wrong with the spans.
    @Test(arguments: SeededGenerator.seeds(300))
    func `stretches never overlap, whatever the spans are`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var spans = try Self.randomTree(&random)
        for index in spans.indices where random.oneIn(4) {
            spans[index].parent = random.oneIn(2) ? nil : SpanID(.random(in: 1...60, using: &random))
            if random.oneIn(5) { spans[index].service = "other" }
            // In 1970 or in 2096.
            if random.oneIn(5) {
                spans[index].start = WallTime(nanosecondsSinceEpoch: random.oneIn(2) ? 0 : 4_000_000_000_000_000_000)
            }
        }

        let tree = TraceTree(try #require(Trace(id: spans[0].trace, spans: spans)))

        for (earlier, later) in zip(tree.criticalPath, tree.criticalPath.dropFirst()) {
            #expect(earlier.offset + earlier.duration <= later.offset)
        }
        #expect(tree.criticalPath.reduce(.zero) { $0 + $1.duration } <= tree.duration)
    }

    /// One root; children anywhere near their parents, within, across an end, or beside.
    private static func randomTree(_ random: inout SeededGenerator) throws -> [Span] {
        var spans = [try span(1, from: 0, to: .random(in: 1...200, using: &random))]
        for id in 2...UInt64.random(in: 2...40, using: &random) {
            let parent = try #require(spans.randomElement(using: &random))
            let start = Int64.random(in: -30...220, using: &random)
            spans.append(
                try span(
                    id, parent: parent.id.value, from: start, to: start + .random(in: 0...80, using: &random)))
        }
        return spans
    }
}
