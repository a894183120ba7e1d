import JSONWire
import MeshModel
import Quantities

/// What `meshtop check` prints.
enum HealthOutput {
    static func text(_ report: HealthReport) -> String {
        var lines: [String] = []
        let width = report.ill.map(\.health.rawValue.count).max() ?? 0
        for entry in report.ill {
            let words = entry.cause?.description ?? "no reason is known"
            let few = entry.requests < HealthReport.fewRequests && entry.requests > 0 ? " (few requests)" : ""
            lines.append("\(Help.padded(entry.health.rawValue, to: width))  \(entry.title): \(words)\(few)")
        }
        for name in report.missing { lines.append("missing: \(name) was not seen in \(words(report.window))") }
        for status in report.objectives { lines.append(line(status)) }
        for entry in report.unsure {
            lines.append("few requests: \(entry.title) got \(Humane.whole(entry.requests)), too few to judge by")
        }
        for trouble in report.troubles { lines.append("telemetry is missing: \(trouble)") }
        lines.append(summary(report))
        return lines.joined(separator: "\n")
    }

    private static func summary(_ report: HealthReport) -> String {
        guard report.requests > 0 else { return "no requests in \(words(report.window)): nothing can be judged" }
        let seen =
            "\(report.nodeCount) nodes, \(report.edgeCount) edges, \(Humane.whole(report.requests)) requests in "
            + words(report.window)
        return report.ill.isEmpty && report.missing.isEmpty ? "healthy: \(seen)" : seen
    }

    private static func line(_ status: ObjectiveStatus) -> String {
        let name = "objective: \(status.service): \(status.objective.name): "
        guard let measure = status.measure else { return name + "no requests" }
        let sure =
            measure.goodBounds.lowerBound == measure.goodBounds.upperBound
            ? ""
            : " (\(percent(measure.goodBounds.lowerBound)) to \(percent(measure.goodBounds.upperBound)) for certain)"
        let left = max(-9.99, measure.budgetLeft) * 100
        return name + "\(percent(measure.good)) of \(Humane.whole(measure.requests)) within "
            + "\(Humane.milliseconds(status.objective.threshold))\(sure), target \(percent(status.objective.target)); "
            + "burn rate \(Humane.fixed(min(measure.burnRate, 1e6), decimals: 1)), "
            + "\(measure.isWholeWindow ? "" : "at most ")\(Humane.fixed(left, decimals: 0)) % of the budget of "
            + "\(words(status.objective.window)) left"
    }

    /// Two decimals where they matter: 99.95 % is not 100 %.
    private static func percent(_ ratio: Ratio) -> String {
        ratio.value > 0.99 && ratio.value < 1
            ? Humane.fixed((ratio.value * 10_000).rounded(.down) / 100, decimals: 2) + " %" : Humane.percent(ratio)
    }

    static func words(_ duration: Duration) -> String {
        let seconds = duration.inSeconds
        if seconds >= 3600, seconds.truncatingRemainder(dividingBy: 3600) == 0 {
            return "\(Humane.fixed(seconds / 3600, decimals: 0)) h"
        }
        if seconds >= 120 { return "\(Humane.fixed(seconds / 60, decimals: seconds < 600 ? 1 : 0)) min" }
        return "\(Humane.fixed(seconds, decimals: seconds < 10 && seconds != seconds.rounded() ? 1 : 0)) s"
    }

    /// `meshtop/check/v1`.
    static func json(_ report: HealthReport) -> JSONValue {
        [
            "schema": "meshtop/check/v1", "windowSeconds": .number(report.window.inSeconds),
            "failOn": .string(report.limit.rawValue), "isFailing": .bool(report.isFailing),
            "ill": .array(report.ill.map(entry)), "fewRequests": .array(report.unsure.map(entry)),
            "missing": .array(report.missing.map { .string($0) }),
            "troubles": .array(report.troubles.map { .string($0) }),
            "objectives": .array(report.objectives.map(objective)),
            "nodes": .integer(Int64(report.nodeCount)), "edges": .integer(Int64(report.edgeCount)),
            "requests": .number(report.requests.rounded()),
        ]
    }

    private static func entry(_ entry: HealthReport.Entry) -> JSONValue {
        var object: JSONObject = [
            "id": .string(entry.id), "title": .string(entry.title), "health": .string(entry.health.rawValue),
            "requests": .number(entry.requests.rounded()),
        ]
        object["reason"] = entry.cause.map { .string($0.description) }
        return .object(object)
    }

    private static func objective(_ status: ObjectiveStatus) -> JSONValue {
        var object: JSONObject = [
            "name": .string(status.objective.name), "service": .string(status.service.description),
            "thresholdMilliseconds": .number(status.objective.threshold),
            "targetRatio": .number(status.objective.target.value),
            "windowSeconds": .number(status.objective.window.inSeconds),
        ]
        if let measure = status.measure {
            object["requests"] = .number(measure.requests.rounded())
            object["goodRatio"] = .number(measure.good.value)
            object["goodRatioLower"] = .number(measure.goodBounds.lowerBound.value)
            object["goodRatioUpper"] = .number(measure.goodBounds.upperBound.value)
            if measure.burnRate.isFinite {
                object["burnRate"] = .number(measure.burnRate)
                object["budgetLeftRatio"] = .number(measure.budgetLeft)
            }
            object["isWholeWindow"] = .bool(measure.isWholeWindow)
        }
        return .object(object)
    }
}
