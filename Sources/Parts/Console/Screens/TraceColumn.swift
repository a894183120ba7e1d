import Quantities
import TraceModel

/// By which column traces are sorted.
struct TraceSort: Hashable, Sendable {
    var column: Int
    var isDescending: Bool
}

/// The columns of the trace list, in their order on the screen.
enum TraceColumn: Int, CaseIterable, Sendable {
    case start, duration, errors, spans, root, services

    var title: String {
        switch self {
        case .start: "started"
        case .duration: "duration"
        case .errors: "errors"
        case .spans: "spans"
        case .root: "request"
        case .services: "through"
        }
    }

    var isNumeric: Bool {
        switch self {
        case .start, .duration, .errors, .spans: true
        case .root, .services: false
        }
    }

    /// Positions in `list` that pass `filter`, in order; equal ones newest first.
    static func rows(
        of list: [TraceSummary], by column: TraceColumn, isDescending: Bool, filter: TraceFilter,
        only ids: Set<TraceID>? = nil
    ) -> [Int] {
        list.indices.filter { filter.matches(list[$0]) && (ids?.contains(list[$0].id) ?? true) }.sorted { left, right in
            let (first, second) = (list[left], list[right])
            let order = column.compare(first, second)
            if order != 0 { return isDescending ? order > 0 : order < 0 }
            return (second.start, left) < (first.start, right)
        }
    }

    private func compare(_ left: TraceSummary, _ right: TraceSummary) -> Int {
        func order<Value: Comparable>(_ first: Value, _ second: Value) -> Int {
            first < second ? -1 : first > second ? 1 : 0
        }
        return switch self {
        case .start: order(left.start, right.start)
        case .duration: order(left.duration, right.duration)
        case .errors: order(left.errorCount, right.errorCount)
        case .spans: order(left.spanCount, right.spanCount)
        case .root: order(left.rootName, right.rootName)
        case .services: order(left.services.count, right.services.count)
        }
    }
}
