import Quantities
import TerminalUI
package import TraceModel

/// A trace ready to be drawn: the rows of its tree, who is below whom, and the stretches of time in which each span
/// worked itself and in which the answer waited for it. Made once per trace; a frame formats only the rows that it shows.
package struct Waterfall: Sendable {
    package struct Row: Sendable {
        package let row: TraceTree.Row
        /// The span's service as the graph names it.
        let service: String
        /// What it did, in few words.
        let operation: String
        /// The row of the span that it stands below.
        let parent: Int?
        /// One past the last row below it.
        let end: Int
        /// Which try it is, where a call was made again.
        let attempt: Attempt?

        package var span: Span { row.span }
    }

    /// A piece of time, in seconds from the start of the trace.
    struct Stretch: Hashable, Sendable {
        var from: Double
        var to: Double
    }

    /// Lines are drawn for so many levels; the names of a deeper tree stay readable because its indent ends here.
    static let shownDepth = 12
    /// Into how many pieces the picture of the whole trace is counted.
    static let mapSize = 512

    package let trace: Trace
    package let rows: [Row]
    package let duration: Duration
    /// How many cells the longest name takes, with its indent.
    let nameWidth: Int
    /// Rows that failed, that held up the answer, and all of them by the time that they took themselves, longest first.
    let errors: [Int]
    let critical: [Int]
    /// Rows that failed while nothing below them did: where failing began.
    let causes: Set<Int>
    /// The row where failing began, and why the trace failed or took so long.
    let culprit: Int?
    let reason: TraceReason?
    let slowest: [Int]
    /// How many spans run in each piece of the trace, and whether failing begins in one of them.
    let map: [MapPiece]
    private let own: Stretches
    private let waits: Stretches

    struct MapPiece: Hashable, Sendable {
        var running = 0
        var failing = 0
    }

    init(_ trace: Trace, names: SpanNames = SpanNames()) {
        let calls = CallTree(trace)
        let tree = calls.tree
        self.trace = trace
        duration = tree.duration
        // A trace has thousands of spans and a dozen services.
        var services: [String: String] = [:]
        var widest = 0
        rows = tree.rows.enumerated().map { index, row in
            let service = services[row.span.service] ?? names.service(row.span.service)
            services[row.span.service] = service
            let operation = names.operation(of: row.span)
            widest = max(
                widest,
                2 * min(row.depth, Waterfall.shownDepth) + min(service.utf8.count + operation.utf8.count, 200) + 1)
            return Row(
                row: row, service: service, operation: operation, parent: calls.parents[index], end: calls.ends[index],
                attempt: calls.attempts[index])
        }
        nameWidth = widest
        errors = calls.errors
        causes = calls.causes
        culprit = calls.culprit
        reason = TraceReason(calls, names: names)
        critical = rows.indices.filter { tree.rows[$0].isOnCriticalPath }
        slowest = rows.indices.sorted { (tree.rows[$1].selfTime, $0) < (tree.rows[$0].selfTime, $1) }
        own = Waterfall.ownStretches(tree.rows, calls.parents)
        waits = Stretches(
            rows: tree.rows.count,
            tree.criticalPath.map { ($0.row, Stretch(from: $0.offset, lasting: $0.duration)) })
        map = Waterfall.map(tree.rows, causes, duration)
    }

    /// When the span worked itself, or waited for something that sent no span: its time without that of its children.
    func ownStretches(of row: Int) -> ArraySlice<Stretch> { own[row] }

    /// When the answer was held up by the span itself.
    func waits(of row: Int) -> ArraySlice<Stretch> { waits[row] }

    /// What a call took longer for its caller than for the one that was called: network, and proxies on the way that
    /// send no spans. Nothing where there is only one half.
    func hop(at row: Int) -> Duration? {
        var client = row
        if rows[row].span.kind == .server || rows[row].span.kind == .consumer, let parent = rows[row].parent {
            client = parent
        }
        guard rows[client].span.kind == .client, rows[client].end > client + 1 else { return nil }
        let server = rows[client + 1]
        guard server.parent == client, server.span.kind == .server, server.end == rows[client].end,
            server.span.service != rows[client].span.service
        else { return nil }
        return max(.zero, rows[client].span.duration - server.span.duration)
    }

    /// For every level above the parent's, as far as lines are drawn: whether that level's line goes on below the row.
    func guides(of row: Int) -> [Bool] {
        var guides: [Bool] = []
        var above = rows[row].parent
        while let here = above, rows[here].row.depth > 0, guides.count < Waterfall.shownDepth {
            guides.append(!rows[here].row.isLastSibling)
            above = rows[here].parent
        }
        return guides.reversed()
    }

    /// The rows that are seen when those below `folded` ones are not.
    func visible(without folded: Set<Int>) -> [Int] {
        guard !folded.isEmpty else { return Array(rows.indices) }
        var visible: [Int] = []
        var row = 0
        while row < rows.count {
            visible.append(row)
            row = folded.contains(row) ? rows[row].end : row + 1
        }
        return visible
    }

    // MARK: Making it

    private static func ownStretches(_ rows: [TraceTree.Row], _ parents: [Int?]) -> Stretches {
        // Up to which moment the time of each row is told; children come by start.
        var reached = rows.map { $0.offset.inSeconds }
        let ends = rows.map { ($0.offset + max(.zero, $0.span.duration)).inSeconds }
        var found: [(Int, Stretch)] = []
        for (index, row) in rows.enumerated() {
            guard let parent = parents[index] else { continue }
            let from = row.offset.inSeconds
            if reached[parent] < min(from, ends[parent]) {
                found.append((parent, Stretch(from: reached[parent], to: min(from, ends[parent]))))
            }
            reached[parent] = max(reached[parent], min(ends[index], ends[parent]))
        }
        for index in rows.indices where reached[index] < ends[index] || ends[index] == rows[index].offset.inSeconds {
            found.append((index, Stretch(from: reached[index], to: ends[index])))
        }
        return Stretches(rows: rows.count, found)
    }

    private static func map(_ rows: [TraceTree.Row], _ causes: Set<Int>, _ duration: Duration) -> [MapPiece] {
        var changes = [MapPiece](repeating: MapPiece(), count: mapSize + 1)
        let scale = Double(mapSize) / max(duration.inSeconds, 1e-9)
        func piece(_ time: Duration) -> Int { min(max(0, Int(min(time.inSeconds * scale, 1e6))), mapSize - 1) }
        for (index, row) in rows.enumerated() {
            let first = piece(row.offset)
            let last = max(first, piece(row.offset + row.span.duration))
            let failing = causes.contains(index) ? 1 : 0
            changes[first].running += 1
            changes[first].failing += failing
            changes[last + 1].running -= 1
            changes[last + 1].failing -= failing
        }
        var sum = MapPiece()
        return changes.dropLast().map { change in
            sum.running += change.running
            sum.failing += change.failing
            return sum
        }
    }
}

extension Waterfall.Stretch {
    fileprivate init(from offset: Duration, lasting duration: Duration) {
        self.init(from: offset.inSeconds, to: (offset + duration).inSeconds)
    }
}

/// Stretches of many rows in one array.
private struct Stretches: Sendable {
    private var all: [Waterfall.Stretch] = []
    /// Where those of each row begin, and where the last one's end.
    private var starts: [Int]

    init(rows: Int, _ stretches: [(row: Int, stretch: Waterfall.Stretch)]) {
        starts = [Int](repeating: 0, count: rows + 1)
        for (row, _) in stretches { starts[row + 1] += 1 }
        for row in 0..<rows { starts[row + 1] += starts[row] }
        var next = starts
        all = [Waterfall.Stretch](repeating: Waterfall.Stretch(from: 0, to: 0), count: stretches.count)
        for (row, stretch) in stretches {
            all[next[row]] = stretch
            next[row] += 1
        }
    }

    subscript(row: Int) -> ArraySlice<Waterfall.Stretch> { all[starts[row]..<starts[row + 1]] }
}
