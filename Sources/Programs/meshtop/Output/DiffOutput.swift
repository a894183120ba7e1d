import JSONWire
import MeshModel
import Quantities

/// What `meshtop graph --diff` prints.
enum DiffOutput {
    static func text(_ diff: MeshDiff) -> String {
        var lines: [String] = []
        var unsure: [String] = []
        for difference in diff.differences {
            let kind = if case .edge = difference.subject { "edge" } else { "node" }
            let findings = difference.findings.filter { $0.isSignificant || difference.fate != .changed }
            let words = findings.map(Self.words).joined(separator: ", ")
            let line = "\(sign(difference.fate)) \(kind) \(difference.title)\(words.isEmpty ? "" : ": \(words)")"
            if difference.isSignificant { lines.append(line) } else { unsure.append(line) }
        }
        if lines.isEmpty { lines.append("nothing changed beyond noise") }
        if !unsure.isEmpty {
            lines.append("")
            lines.append("too few requests to be sure:")
            lines += unsure
        }
        lines.append("")
        lines += explanation(diff)
        return lines.joined(separator: "\n")
    }

    private static func explanation(_ diff: MeshDiff) -> [String] {
        let thresholds = diff.thresholds
        let rate = Humane.percent(Ratio(thresholds.falseDiscoveryRate))
        return [
            "\(HealthOutput.words(diff.before)) against the \(HealthOutput.words(diff.after)) after, "
                + "\(diff.testCount) tests; at most \(rate) of what is found is noise (Benjamini-Hochberg)",
            "rate: Poisson test and at least \(Humane.percent(Ratio(thresholds.rateChange))); "
                + "errors: Fisher's test and at least \(Humane.fixed(thresholds.errorChange * 100, decimals: 1)) points; "
                + "p95: chi-square test of the buckets and another bucket",
        ]
    }

    private static func sign(_ fate: MeshDiff.Fate) -> String {
        switch fate {
        case .appeared: "+"
        case .vanished: "-"
        case .changed: "~"
        }
    }

    private static func words(_ finding: MeshDiff.Finding) -> String {
        let values = [finding.before, finding.after].map { value in value.map { Self.words($0, finding.measure) } }
        let chance = "p \(probability(finding.pValue))"
        return switch (values[0], values[1]) {
        case (let before?, let after?): "\(finding.measure.rawValue) \(before) → \(after) (\(chance))"
        case (let one?, nil), (nil, let one?): "\(one) (\(chance))"
        case (nil, nil): "\(finding.measure.rawValue) (\(chance))"
        }
    }

    private static func words(_ value: Double, _ measure: MeshDiff.Measure) -> String {
        switch measure {
        case .rate: Humane.rate(RequestsPerSecond(value))
        case .errors: Humane.percent(Ratio(value))
        case .p95: Humane.milliseconds(value)
        }
    }

    private static func probability(_ value: Double) -> String {
        value < 1e-6
            ? "< 0.000001" : value < 0.001 ? Humane.fixed(value, decimals: 6) : Humane.fixed(value, decimals: 3)
    }

    /// `meshtop/diff/v1`.
    static func json(_ diff: MeshDiff) -> JSONValue {
        [
            "schema": "meshtop/diff/v1", "beforeSeconds": .number(diff.before.inSeconds),
            "afterSeconds": .number(diff.after.inSeconds), "tests": .integer(Int64(diff.testCount)),
            "falseDiscoveryRate": .number(diff.thresholds.falseDiscoveryRate),
            "leastRateChangeRatio": .number(diff.thresholds.rateChange),
            "leastErrorChangeRatio": .number(diff.thresholds.errorChange),
            "differences": .array(diff.differences.map(difference)),
        ]
    }

    private static func difference(_ difference: MeshDiff.Difference) -> JSONValue {
        var object: JSONObject = [
            "fate": .string(difference.fate.rawValue), "title": .string(difference.title),
            "isSignificant": .bool(difference.isSignificant),
        ]
        switch difference.subject {
        case .node(let id):
            object["kind"] = "node"
            object["id"] = .string(id.text)
        case .edge(let id, let source, let target, let `protocol`):
            object["kind"] = "edge"
            object["id"] = .string(id.text)
            object["source"] = .string(source.text)
            object["target"] = .string(target.text)
            object["protocol"] = .string(`protocol`.rawValue)
        }
        object["findings"] = .array(
            difference.findings.map { finding in
                var object: JSONObject = [
                    "measure": .string(finding.measure.rawValue), "unit": .string(unit(finding.measure)),
                    "pValue": .number(finding.pValue), "isSignificant": .bool(finding.isSignificant),
                ]
                object["before"] = finding.before.map { .number($0) }
                object["after"] = finding.after.map { .number($0) }
                return .object(object)
            })
        return .object(object)
    }

    private static func unit(_ measure: MeshDiff.Measure) -> String {
        switch measure {
        case .rate: "requestsPerSecond"
        case .errors: "ratio"
        case .p95: "milliseconds"
        }
    }
}
