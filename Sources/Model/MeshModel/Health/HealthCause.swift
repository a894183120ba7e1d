internal import Quantities

/// Why something is not healthy.
package struct HealthCause: Hashable, Sendable {
    package enum Direction: String, Hashable, Sendable {
        case inbound, outbound
    }

    /// What was found.
    package enum Finding: Hashable, Sendable {
        /// Answers of a kind, of all answers in the same direction and protocol.
        case answers(Answers)
        /// An objective whose budget burns too fast.
        case latency(LatencyFinding)
    }

    package struct Answers: Hashable, Sendable {
        package var direction: Direction
        package var `protocol`: TrafficProtocol
        /// The codes that count, most first; `-` for no answer.
        package var codes: [String]
        /// Their share in percent, and of how many requests.
        package var percent: Double
        package var requests: Double
        /// From how many percent on the verdict holds.
        package var threshold: Double
    }

    package struct LatencyFinding: Hashable, Sendable {
        package var objective: String
        package var burnRate: Double
        package var threshold: Double
        package var requests: Double
    }

    package var health: Health
    package var finding: Finding

    package init(health: Health, finding: Finding) {
        self.health = health
        self.finding = finding
    }

    /// How many requests the verdict rests on.
    package var requests: Double {
        switch finding {
        case .answers(let answers): answers.requests
        case .latency(let latency): latency.requests
        }
    }

    /// `4.1 % of 640 requests failed with 500, degraded above 0 %`.
    package var description: String {
        switch finding {
        case .answers(let answers):
            let share = Humane.percent(Ratio(answers.percent / 100))
            let whom = answers.direction == .outbound ? " that it sent" : ""
            return "\(share) of \(Humane.whole(answers.requests)) requests\(whom) \(answers.words), "
                + "\(health.rawValue) \(limit(answers.threshold))"
        case .latency(let latency):
            return
                "\(latency.objective) burns its budget \(Humane.fixed(latency.burnRate, decimals: 1)) times as fast as "
                + "it may, in \(Humane.whole(latency.requests)) requests, \(health.rawValue) from "
                + "\(Humane.fixed(latency.threshold, decimals: 1)) times"
        }
    }

    private func limit(_ percent: Double) -> String {
        percent > 0 ? "from \(Humane.percent(Ratio(percent / 100)))" : "above 0 %"
    }
}

extension HealthCause.Answers {
    fileprivate var words: String {
        let list =
            codes.count <= 3
            ? codes.joined(separator: ", ") : codes.prefix(3).joined(separator: ", ") + " and \(codes.count - 3) more"
        if codes == ["-"] { return "got no answer" }
        if `protocol` == .grpc { return "ended with gRPC status \(list)" }
        if codes.allSatisfy({ $0.hasPrefix("5") }) { return "failed with \(list)" }
        if codes.allSatisfy({ $0.hasPrefix("4") }) { return "were refused with \(list)" }
        return "ended with \(list)"
    }
}

extension Humane {
    /// `640`, `1,204`: whole numbers of things that were counted.
    package static func whole(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "–" }
        let digits = Array(fixed(value, decimals: 0))
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0, digits[index - 1] != "-" { result.append(",") }
            result.append(digit)
        }
        return result
    }
}
