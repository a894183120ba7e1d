import JSONWire
import MeshModel
import Quantities

/// What `meshtop doctor` prints.
enum DoctorOutput {
    static func text(_ diagnosis: Diagnosis, _ snapshot: MeshSnapshot, showsTargets: Bool) -> String {
        var lines: [String] = []
        for symptom in diagnosis.symptoms {
            lines.append("\(sign(symptom.severity)) \(symptom.subject): \(symptom.what)")
            if let remedy = symptom.remedy { lines.append("    \(remedy)") }
        }
        if showsTargets, !snapshot.targets.isEmpty { lines += ["", targets(snapshot.targets), ""] }
        lines.append(summary(diagnosis, snapshot))
        return lines.joined(separator: "\n")
    }

    private static func sign(_ severity: Symptom.Severity) -> String {
        switch severity {
        case .problem: "problem:"
        case .warning: "warning:"
        case .note: "note:"
        }
    }

    private static func summary(_ diagnosis: Diagnosis, _ snapshot: MeshSnapshot) -> String {
        let up = snapshot.targets.count { $0.state == .up }
        let counts = [Symptom.Severity.problem, .warning, .note].compactMap { severity -> String? in
            let number = diagnosis.symptoms.count { $0.severity == severity }
            return number == 0 ? nil : "\(number) \(severity.rawValue)\(number == 1 ? "" : "s")"
        }
        let seen =
            "\(up) of \(snapshot.targets.count) targets answer, \(snapshot.nodes.count) nodes, "
            + "\(snapshot.edges.count) edges in \(Humane.fixed(snapshot.window.inSeconds, decimals: 0)) s"
        return (counts.isEmpty ? "nothing is missing" : counts.joined(separator: ", ")) + ": " + seen
    }

    /// Who each target is, and how that is known.
    private static func targets(_ targets: [ScrapeTarget]) -> String {
        var table = TextTable([
            .init("TARGET"), .init("STATE"), .init("RUNS"), .init("KNOWN BY"), .init("METRICS"),
            .init("SERIES", .right), .init("TOOK", .right),
        ])
        for target in targets {
            let state =
                switch target.state {
                case .pending: "pending"
                case .up: "up"
                case .down: "down"
                }
            table.append([
                target.address, state,
                target.workload.map { "\($0.namespace)/\($0.app) \($0.version)" } ?? "–",
                target.identity?.origin.words ?? "–",
                target.formats.isEmpty ? "–" : target.formats.joined(separator: ", "), "\(target.series)",
                target.reading.took.map { Humane.milliseconds($0.milliseconds) } ?? "–",
            ])
        }
        return table.text
    }

    /// `meshtop/doctor/v1`.
    static func json(_ diagnosis: Diagnosis, _ snapshot: MeshSnapshot) -> JSONValue {
        [
            "schema": "meshtop/doctor/v1", "time": .string(snapshot.time.rfc3339),
            "windowSeconds": .number(GraphJSON.rounded(snapshot.window.inSeconds)),
            "hasProblems": .bool(diagnosis.hasProblems),
            "symptoms": .array(
                diagnosis.symptoms.map { symptom in
                    var object: JSONObject = [
                        "severity": .string(symptom.severity.rawValue), "kind": .string(symptom.kind.rawValue),
                        "subject": .string(symptom.subject), "what": .string(symptom.what),
                    ]
                    object["remedy"] = symptom.remedy.map { .string($0) }
                    return .object(object)
                }),
            "targets": .array(snapshot.targets.map(GraphJSON.target)),
        ]
    }
}

extension TargetIdentity.Origin {
    fileprivate var words: String {
        switch self {
        case .labels: "its labels"
        case .tags: "tags in its metrics"
        case .node: "its node (server_info)"
        case .address: "its address only"
        }
    }
}
