import Quantities
import TraceModel

/// The columns of the statistics, in their order on the screen.
enum StatisticsColumn: Int, CaseIterable, Sendable {
    case operation, count, errors, p50, p95, longest, total, own, share

    var title: String {
        switch self {
        case .operation: "operation"
        case .count: "spans"
        case .errors: "failed"
        case .p50: "p50"
        case .p95: "p95"
        case .longest: "longest"
        case .total: "total"
        case .own: "own"
        case .share: "critical"
        }
    }

    var width: Int {
        switch self {
        case .operation: 0
        case .count: 6
        case .errors: 7
        case .p50, .p95, .longest, .total, .own: 8
        case .share: 9
        }
    }

    var isNumeric: Bool { self != .operation }
}

/// What the spans of one trace, or of many, come to, by service and operation.
struct StatisticsView: Sendable {
    typealias Row = TraceStatistics.Row

    private(set) var rows: [Row]
    let traces: Int
    let spans: Int

    init(_ statistics: TraceStatistics) {
        (rows, traces, spans) = (statistics.rows, statistics.traces, statistics.spans)
        sort(by: .share, isDescending: true)
    }

    mutating func sort(by column: StatisticsColumn, isDescending: Bool) {
        rows = rows.enumerated().sorted { left, right in
            let order = StatisticsView.compare(left.element, right.element, by: column)
            if order != 0 { return isDescending ? order > 0 : order < 0 }
            return (left.element.service, left.element.operation, left.offset)
                < (right.element.service, right.element.operation, right.offset)
        }.map(\.element)
    }

    private static func compare(_ left: Row, _ right: Row, by column: StatisticsColumn) -> Int {
        func order<Value: Comparable>(_ first: Value, _ second: Value) -> Int {
            first < second ? -1 : first > second ? 1 : 0
        }
        return switch column {
        case .operation:
            left.service == right.service
                ? order(left.operation, right.operation) : order(left.service, right.service)
        case .count: order(left.count, right.count)
        case .errors: order(left.errors, right.errors)
        case .p50: order(left.p50, right.p50)
        case .p95: order(left.p95, right.p95)
        case .longest: order(left.longest, right.longest)
        case .total: order(left.total, right.total)
        case .own: order(left.own, right.own)
        case .share: order(left.critical, right.critical)
        }
    }
}
