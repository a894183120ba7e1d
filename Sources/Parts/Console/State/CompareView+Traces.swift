import Quantities
import TerminalUI
import TraceModel

extension CompareView {
    /// One side of the comparison.
    private struct Side {
        var rows: [TraceTree.Row]
        var numbers: [Int]
        var durations: [Int: Duration]
        var own: [Int: Duration]
    }

    /// Against one other trace.
    init(_ trace: Trace, with base: Trace, names: SpanNames) {
        var places = SpanPlaces()
        let here = CompareView.side(trace, &places)
        let there = CompareView.side(base, &places)
        self.init(
            here, there, trace: trace, base: String(base.id.description.prefix(8)), lasting: base.duration, names)
    }

    /// Against what others that begin the same usually take: of those that did not fail the ones of the most common
    /// shape, and of each span the median. Nothing when there is no other.
    init?(_ trace: Trace, among list: [Trace], names: SpanNames) {
        let root = trace.root
        let alike = list.filter { other in
            guard other.id != trace.id else { return false }
            let begin = other.root
            return begin.service == root.service && begin.name == root.name && begin.kind == root.kind
        }
        let well = alike.filter { !$0.hasError }
        var places = SpanPlaces()
        let here = CompareView.side(trace, &places)
        let others = (well.isEmpty ? alike : well).map { (trace: $0, side: CompareView.side($0, &places)) }
        let shapes = Dictionary(grouping: others, by: { Set($0.side.numbers) })
        // Of several as common the one with most spans: it tells most.
        guard
            let group = shapes.values.max(by: { ($0.count, $0[0].side.rows.count) < ($1.count, $1[0].side.rows.count) })
        else { return nil }
        let ordered = group.sorted { $0.trace.duration < $1.trace.duration }
        let median = ordered[ordered.count / 2]
        var there = median.side
        func middle(_ durations: [Duration]) -> Duration {
            let sorted = durations.sorted()
            return sorted.isEmpty ? .zero : sorted[sorted.count / 2]
        }
        for number in there.numbers {
            there.durations[number] = middle(group.compactMap { $0.side.durations[number] })
            there.own[number] = middle(group.compactMap { $0.side.own[number] })
        }
        let words = group.count == 1 ? "the one like it" : "the median of \(group.count) like it"
        self.init(here, there, trace: trace, base: words, lasting: median.trace.duration, names)
    }

    private static func side(_ trace: Trace, _ places: inout SpanPlaces) -> Side {
        let rows = TraceTree(trace).rows
        let numbers = places.numbers(of: rows)
        return Side(
            rows: rows, numbers: numbers,
            durations: Dictionary(zip(numbers, rows.map(\.span.duration)), uniquingKeysWith: { first, _ in first }),
            own: Dictionary(zip(numbers, rows.map(\.selfTime)), uniquingKeysWith: { first, _ in first }))
    }

    private init(
        _ here: Side, _ there: Side, trace: Trace, base: String, lasting: Duration, _ names: SpanNames
    ) {
        let merged = CompareView.merged(here, there)
        var open: [Bool] = []
        var rows: [Row] = []
        for (position, entry) in merged.enumerated() {
            let depth = entry.row.depth
            let next = merged[(position + 1)...].first { $0.row.depth <= depth }
            let isLast = next.map { $0.row.depth < depth } ?? true
            open.removeSubrange(min(depth, open.count)...)
            let guides = Array(open.dropFirst().suffix(Waterfall.shownDepth))
            open.append(!isLast)
            let span = entry.row.span
            rows.append(
                Row(
                    depth: depth, isLastSibling: isLast, guides: guides,
                    service: names.service(span.service),
                    operation: names.operation(of: span),
                    hasFailed: entry.isHere && span.status == .error, span: entry.isHere ? span.id : nil,
                    here: here.durations[entry.number],
                    there: there.durations[entry.number],
                    ownDifference: (here.own[entry.number] ?? .zero) - (there.own[entry.number] ?? .zero)))
        }
        self.init(
            rows: rows, trace: trace.id, base: base, here: trace.duration, there: lasting,
            summary: CompareView.summary(rows))
    }

    private typealias Entry = (row: TraceTree.Row, number: Int, isHere: Bool)

    /// All rows of this side in their order, and what only the other side has behind the sibling it follows there.
    private static func merged(_ here: Side, _ there: Side) -> [Entry] {
        let known = Set(here.numbers)
        // What is missing here, by the row that it comes after on the other side.
        var missing: [Int: [Entry]] = [:]
        var anchor = 0
        for (row, number) in zip(there.rows, there.numbers) {
            if known.contains(number) {
                anchor = number
            } else {
                missing[anchor, default: []].append((row, number, false))
            }
        }
        var merged: [Entry] = missing[0] ?? []
        // What is missing on a level waits until everything deeper is told.
        var waiting: [[Entry]] = []
        for (row, number) in zip(here.rows, here.numbers) {
            while let run = waiting.last, let head = run.first, row.depth <= head.row.depth {
                merged += run
                waiting.removeLast()
            }
            merged.append((row, number, true))
            let gone = missing[number] ?? []
            let below = gone.prefix { $0.row.depth > row.depth }
            merged += below
            waiting += runs(gone.dropFirst(below.count)).reversed()
        }
        for run in waiting.reversed() { merged += run }
        return merged
    }

    /// Cut where the level rises.
    private static func runs(_ entries: ArraySlice<Entry>) -> [[Entry]] {
        var runs: [[Entry]] = []
        for entry in entries {
            if let head = runs.last?.first, entry.row.depth >= head.row.depth {
                runs[runs.count - 1].append(entry)
            } else {
                runs.append([entry])
            }
        }
        return runs
    }

    /// `payment-service → bank.example took 26 ms longer by itself; 2 extra spans, 1 missing`
    private static func summary(_ rows: [Row]) -> String {
        var parts: [String] = []
        if let worst = rows.max(by: { magnitude($0.ownDifference) < magnitude($1.ownDifference) }),
            worst.ownDifference != .zero
        {
            let words = worst.ownDifference > .zero ? "longer" : "less"
            parts.append(
                "\(worst.service) \(worst.operation) took \(Field.duration(magnitude(worst.ownDifference))) \(words) by itself"
            )
        }
        let extra = rows.count { $0.there == nil }
        let missing = rows.count { $0.here == nil }
        if extra > 0 { parts.append("\(extra) extra span\(extra == 1 ? "" : "s")") }
        if missing > 0 { parts.append("\(missing) missing") }
        return parts.isEmpty ? "no difference" : parts.joined(separator: "; ")
    }
}
