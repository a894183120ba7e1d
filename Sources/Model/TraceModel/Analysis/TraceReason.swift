internal import Quantities

/// Why a trace failed, or where its time went: one call, in one sentence, with what it is concluded from.
///
/// A trace that failed did so where failing began. Otherwise it is the call that the answer was held up by most, all
/// tries of it together.
package struct TraceReason: Hashable, Sendable {
    /// The row that it is about.
    package let row: Int
    package let hasFailed: Bool
    /// `payment-service v2 → bank.example`
    package let subject: String
    /// `83 % of the time`, `3 attempts, the first two failed`, `no connection`.
    package let grounds: [String]

    /// Nothing for a trace without spans.
    package init?(_ trace: CallTree, names: SpanNames) {
        let rows = trace.tree.rows
        guard let root = rows.first else { return nil }
        let calls = Calls(trace)
        let cause = trace.culprit
        let culprit = root.span.status == .error ? cause : nil
        let slowest = rows.indices.max { left, right in
            (calls.critical(left), right) < (calls.critical(right), left)
        }
        guard let row = culprit ?? slowest else { return nil }
        self.row = row
        hasFailed = culprit != nil
        subject = Self.subject(rows[row].span, names)
        var grounds: [String] = []
        if hasFailed, let why = Self.failure(rows[row].span) { grounds.append(why) }
        if let tries = calls.tries(row) { grounds.append(tries) }
        let share = Ratio(calls.critical(row).inSeconds, of: trace.tree.duration.inSeconds) ?? .none
        if share.value >= 0.005 { grounds.append("\(Humane.percent(share)) of the time") }
        // What failed below a root that did not was made good; it is worth a word all the same.
        if !hasFailed, let cause {
            if calls.number(cause) != calls.number(row) {
                grounds.append("\(Self.subject(rows[cause].span, names)) failed, which failed nothing above")
            } else if calls.tries(row) == nil {
                let why = Self.failure(rows[cause].span).map { " (\($0))" } ?? ""
                grounds.append("it failed\(why), which failed nothing above")
            }
        }
        self.grounds = grounds
    }

    /// The rows of a trace as calls: all tries of one are one.
    private struct Calls {
        private let attempts: [Int: Attempt]
        private var times: [Int: Duration] = [:]
        private var failures: [Int: Int] = [:]

        init(_ trace: CallTree) {
            attempts = trace.attempts
            for (index, row) in trace.tree.rows.enumerated() {
                times[number(index), default: .zero] += row.criticalTime
                if row.span.status == .error { failures[number(index), default: 0] += 1 }
            }
        }

        /// The row of its first try.
        func number(_ row: Int) -> Int { attempts[row]?.first ?? row }

        func critical(_ row: Int) -> Duration { times[number(row)] ?? .zero }

        func tries(_ row: Int) -> String? {
            guard let attempt = attempts[row] else { return nil }
            let failed = failures[number(row)] ?? 0
            let numbers = [1: "the first", 2: "the first two", 3: "the first three"]
            let words = failed == attempt.count ? "all failed" : "\(numbers[failed] ?? "\(failed)") failed"
            return "\(attempt.count) attempts, \(words)"
        }
    }

    /// `failed at payment-service v2 → bank.example, no connection, 83 % of the time`.
    package var sentence: String {
        (["\(hasFailed ? "failed at" : "held up by") \(subject)"] + grounds).joined(separator: ", ")
    }

    private static func subject(_ span: Span, _ names: SpanNames) -> String {
        let version = span.attribute("istio.canonical_revision") ?? span.attribute("service.version")
        return "\(names.service(span.service))\(version.map { " \($0)" } ?? "") \(names.operation(of: span))"
    }

    private static func failure(_ span: Span) -> String? {
        if let words = span.attribute("response_flags").flatMap({ ResponseFlag.words($0) }) { return words }
        if !span.statusMessage.isEmpty { return span.statusMessage }
        let code = span.attribute("http.response.status_code") ?? span.attribute("http.status_code")
        return code.map { "answered \($0)" } ?? span.attribute("rpc.grpc.status_code").map { "gRPC status \($0)" }
    }
}
