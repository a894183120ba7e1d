import Quantities

/// What the duration of a trace was spent on: for every moment the one span that held up the answer just then.
///
/// Backwards from a span's end: of its children that had ended by then, the last to end is what was waited for, and
/// before its start the same again; the gaps are the span's own. Of two that end together it is the one that began
/// first. A child counts within its parent's time only: what goes on after the answer, or began before the question,
/// was not waited for. This is the rule of Jaeger's critical path. The roots are what the trace as a whole waited for.
///
/// So stretches never overlap, and under one root they add up to its duration.
struct CriticalPath {
    /// Of one span, which worked itself, or waited for something that sent no span.
    struct Stretch {
        let span: Int
        let start: WallTime
        let end: WallTime
    }

    /// By start.
    private(set) var stretches: [Stretch] = []
    /// All spans that were waited for, and not only those that have a stretch: some only wait for others.
    private(set) var spans: Set<Int> = []

    init(of family: SpanFamily, until end: WallTime) {
        // Nobody's children are the roots; they may have begun whenever they did.
        var open = [Wait(span: nil, start: WallTime(nanosecondsSinceEpoch: .min), end: end)]
        while let wait = open.popLast() {
            var moment = wait.end
            for child in Self.children(of: wait, family) where child.end <= moment && child.start < child.end {
                if let span = wait.span { add(span, from: child.end, to: moment) }
                open.append(child)
                moment = child.start
            }
            guard let span = wait.span else { continue }
            spans.insert(span)
            add(span, from: wait.start, to: moment)
        }
        stretches.sort { $0.start < $1.start }
    }

    /// A span, as far as it was waited for.
    private struct Wait {
        let span: Int?
        let start: WallTime
        let end: WallTime
    }

    /// Cut to the time of `wait`, the last to end first.
    private static func children(of wait: Wait, _ family: SpanFamily) -> [Wait] {
        let children = wait.span.map { family.children[$0] } ?? family.roots
        return children.map { index in
            let span = family.spans[index]
            return Wait(span: index, start: max(span.start, wait.start), end: min(span.end, wait.end))
        }.sorted { left, right in
            left.end == right.end ? left.start < right.start : left.end > right.end
        }
    }

    private mutating func add(_ span: Int, from start: WallTime, to end: WallTime) {
        if start < end { stretches.append(Stretch(span: span, start: start, end: end)) }
    }
}
