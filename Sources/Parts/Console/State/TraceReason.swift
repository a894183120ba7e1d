import Quantities
import TraceModel

/// Why a trace failed, or where its time went: one call, in one sentence, with what it is concluded from.
///
/// A trace that failed did so where failing began. Otherwise it is the call that the answer was held up by most, all
/// tries of it together.
struct TraceReason: Hashable, Sendable {
    /// The row that it is about.
    let row: Int
    let hasFailed: Bool
    /// `payment-service v2 → bank.example`
    let subject: String
    /// `83 % of the time`, `3 attempts, the first two failed`, `no connection`.
    let grounds: [String]

    init?(_ waterfall: Waterfall) {
        guard let root = waterfall.rows.first else { return nil }
        let calls = Calls(waterfall)
        let cause = waterfall.culprit
        let culprit = root.span.status == .error ? cause : nil
        let slowest = waterfall.rows.indices.max { left, right in
            (calls.critical(left), right) < (calls.critical(right), left)
        }
        guard let row = culprit ?? slowest else { return nil }
        self.row = row
        hasFailed = culprit != nil
        subject = TraceReason.subject(row, waterfall)
        var grounds: [String] = []
        if hasFailed, let why = TraceReason.failure(waterfall.rows[row].span) { grounds.append(why) }
        if let tries = calls.tries(row) { grounds.append(tries) }
        let share = Ratio(calls.critical(row).inSeconds, of: waterfall.duration.inSeconds) ?? .none
        if share.value >= 0.005 { grounds.append("\(Humane.percent(share)) of the time") }
        // What failed below a root that did not was made good; it is worth a word all the same.
        if !hasFailed, let cause, calls.number(cause) != calls.number(row) {
            grounds.append("\(TraceReason.subject(cause, waterfall)) failed, which failed nothing above")
        }
        self.grounds = grounds
    }

    /// The rows of a trace as calls: all tries of one are one.
    private struct Calls {
        private let waterfall: Waterfall
        private var times: [Int: Duration] = [:]
        private var failures: [Int: Int] = [:]

        init(_ waterfall: Waterfall) {
            self.waterfall = waterfall
            for (index, row) in waterfall.rows.enumerated() {
                times[number(index), default: .zero] += row.row.criticalTime
                if row.span.status == .error { failures[number(index), default: 0] += 1 }
            }
        }

        /// The row of its first try.
        func number(_ row: Int) -> Int { waterfall.rows[row].attempt?.first ?? row }

        func critical(_ row: Int) -> Duration { times[number(row)] ?? .zero }

        func tries(_ row: Int) -> String? {
            guard let attempt = waterfall.rows[row].attempt else { return nil }
            let failed = failures[number(row)] ?? 0
            let numbers = [1: "the first", 2: "the first two", 3: "the first three"]
            let words = failed == attempt.count ? "all failed" : "\(numbers[failed] ?? "\(failed)") failed"
            return "\(attempt.count) attempts, \(words)"
        }
    }

    private static func subject(_ index: Int, _ waterfall: Waterfall) -> String {
        let row = waterfall.rows[index]
        let version = row.span.attribute("istio.canonical_revision") ?? row.span.attribute("service.version")
        return "\(row.service)\(version.map { " \($0)" } ?? "") \(row.operation)"
    }

    private static func failure(_ span: Span) -> String? {
        if let words = span.attribute("response_flags").flatMap({ ResponseFlag.words($0) }) { return words }
        if !span.statusMessage.isEmpty { return span.statusMessage }
        let code = span.attribute("http.response.status_code") ?? span.attribute("http.status_code")
        return code.map { "answered \($0)" } ?? span.attribute("rpc.grpc.status_code").map { "gRPC status \($0)" }
    }
}
