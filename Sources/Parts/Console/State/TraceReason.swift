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
        guard let whole = Optional(waterfall.duration.inSeconds), !waterfall.rows.isEmpty else { return nil }
        let culprit = waterfall.rows.first.map { $0.span.status == .error } ?? false ? waterfall.culprit : nil
        // What failed below a root that did not was made good; the time is then what there is to tell.
        let swallowed = culprit == nil ? waterfall.culprit : nil
        let slowest = waterfall.rows.indices.max { left, right in
            (TraceReason.critical(left, waterfall), right) < (TraceReason.critical(right, waterfall), left)
        }
        guard let row = culprit ?? slowest else { return nil }
        self.row = row
        hasFailed = culprit != nil
        subject = TraceReason.subject(row, waterfall)
        var grounds: [String] = []
        if hasFailed, let why = TraceReason.failure(waterfall.rows[row].span) { grounds.append(why) }
        if let tries = TraceReason.tries(row, waterfall) { grounds.append(tries) }
        let share = Ratio(TraceReason.critical(row, waterfall).inSeconds, of: whole) ?? .none
        if share.value >= 0.005 { grounds.append("\(Humane.percent(share)) of the time") }
        if let swallowed, swallowed != row, TraceReason.family(row, waterfall).contains(swallowed) == false {
            grounds.append("\(TraceReason.subject(swallowed, waterfall)) failed, which failed nothing above")
        }
        self.grounds = grounds
    }

    /// The rows that are tries of the same call, itself among them.
    private static func family(_ row: Int, _ waterfall: Waterfall) -> [Int] {
        let own = waterfall.rows[row]
        guard own.attempt != nil, let parent = own.parent else { return [row] }
        return (parent + 1..<waterfall.rows[parent].end).filter { other in
            let candidate = waterfall.rows[other]
            return candidate.parent == parent && candidate.attempt != nil && candidate.operation == own.operation
                && candidate.service == own.service
        }
    }

    private static func critical(_ row: Int, _ waterfall: Waterfall) -> Duration {
        family(row, waterfall).reduce(.zero) { $0 + waterfall.rows[$1].row.criticalTime }
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

    private static func tries(_ row: Int, _ waterfall: Waterfall) -> String? {
        let tries = family(row, waterfall)
        guard tries.count > 1 else { return nil }
        let failed = tries.count { waterfall.rows[$0].span.status == .error }
        let numbers = [1: "the first", 2: "the first two", 3: "the first three"]
        let words = failed == tries.count ? "all failed" : "\(numbers[failed] ?? "\(failed)") failed"
        return "\(tries.count) attempts, \(words)"
    }
}
