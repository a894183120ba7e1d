package import Quantities

/// A trace as the rows of a waterfall: every span once, each below its parent, siblings by start.
///
/// Spans whose parent has not arrived stand at the left edge. A circle of parents, which only a broken sender makes,
/// is cut above its earliest span. Of spans that share an id, the first by start has the children.
package struct TraceTree: Hashable, Sendable {
    package struct Row: Hashable, Sendable {
        package let span: Span
        /// 0 at the left edge.
        package let depth: Int
        /// From the start of the trace to the start of the span; never negative.
        package let offset: Duration
        /// What the span took by itself: its duration without the time that any child was running.
        package let selfTime: Duration
        /// Whether the trace would have been shorter, had this span been.
        package let isOnCriticalPath: Bool
        package let hasChildren: Bool
        /// Whether no sibling comes below; the last stroke of a drawn tree bends.
        package let isLastSibling: Bool
    }

    package let rows: [Row]
    package let start: WallTime
    /// From the first start to the last end.
    package let duration: Duration

    package init(_ trace: Trace) {
        start = trace.start
        duration = trace.duration
        let family = SpanFamily(trace.spans)
        let critical = family.criticalPath(until: trace.start.advanced(by: trace.duration))
        var rows: [Row] = []
        rows.reserveCapacity(trace.spans.count)
        // An explicit stack: a sender may nest spans deeper than ours is.
        var stack: [(index: Int, depth: Int, isLast: Bool)] = []
        func push(_ siblings: [Int], depth: Int) {
            for (offset, index) in siblings.enumerated().reversed() {
                stack.append((index, depth, offset == siblings.count - 1))
            }
        }
        push(family.roots, depth: 0)
        while let next = stack.popLast() {
            let span = trace.spans[next.index]
            rows.append(
                Row(
                    span: span, depth: next.depth, offset: trace.start.duration(to: span.start),
                    selfTime: family.selfTime(of: next.index), isOnCriticalPath: critical.contains(next.index),
                    hasChildren: !family.children[next.index].isEmpty, isLastSibling: next.isLast))
            push(family.children[next.index], depth: next.depth + 1)
        }
        self.rows = rows
    }
}

/// Who is whose child, by position: a forest that holds every span exactly once.
private struct SpanFamily {
    let spans: [Span]
    /// By start, as all lists here.
    private(set) var roots: [Int] = []
    private(set) var children: [[Int]]

    init(_ spans: [Span]) {
        self.spans = spans
        children = Array(repeating: [], count: spans.count)
        let positions = Dictionary(spans.indices.map { (spans[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
        var parents: [Int?] = spans.indices.map { index in
            spans[index].parent.flatMap { positions[$0] }.flatMap { $0 == index ? nil : $0 }
        }
        cutCircles(in: &parents)
        for index in spans.indices {
            if let parent = parents[index] { children[parent].append(index) } else { roots.append(index) }
        }
    }

    /// Walks up from every span, once over each link, and cuts where a walk meets itself.
    private func cutCircles(in parents: inout [Int?]) {
        // Which walk came by; 0 for none.
        var walks = Array(repeating: 0, count: spans.count)
        for start in spans.indices {
            let walk = start + 1
            var position = start
            while walks[position] == 0 {
                walks[position] = walk
                guard let parent = parents[position] else { break }
                if walks[parent] == walk {
                    // `parent` is in the circle; its earliest span becomes a root.
                    parents[earliest(inCircleOf: parent, parents)] = nil
                    break
                }
                position = parent
            }
        }
    }

    private func earliest(inCircleOf start: Int, _ parents: [Int?]) -> Int {
        var earliest = start
        var position = parents[start]
        while let here = position, here != start {
            earliest = min(earliest, here)
            position = parents[here]
        }
        return earliest
    }

    func selfTime(of index: Int) -> Duration {
        let span = spans[index]
        var covered = Duration.zero
        var reached = span.start
        for child in children[index] {
            let from = max(spans[child].start, reached)
            let to = min(spans[child].end, span.end)
            if from < to {
                covered += from.duration(to: to)
                reached = to
            }
        }
        return max(.zero, span.duration - covered)
    }

    /// Backwards from the end: of the spans that had ended by then, the last to end is what was waited for, and before
    /// its start the same again. A child that outlives its parent counts up to the parent's end; one that starts after
    /// that was not waited for. This is the rule of Jaeger's critical path.
    func criticalPath(until end: WallTime) -> Set<Int> {
        var path = Set<Int>()
        // The roots are what the trace as a whole waited for.
        var open: [(siblings: [Int], end: WallTime)] = [(roots, end)]
        while let (siblings, end) = open.popLast() {
            var moment = end
            let byEnd = siblings.map { (index: $0, end: min(spans[$0].end, end)) }.sorted { $0.end > $1.end }
            for (index, ownEnd) in byEnd where ownEnd <= moment && spans[index].start < ownEnd {
                path.insert(index)
                open.append((children[index], ownEnd))
                moment = spans[index].start
            }
        }
        return path
    }
}
