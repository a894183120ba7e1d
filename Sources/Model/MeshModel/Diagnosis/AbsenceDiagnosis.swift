internal import Quantities

/// Why what a person looks for is not in the graph.
struct AbsenceDiagnosis {
    private let snapshot: MeshSnapshot
    private let index: DiagnosisIndex

    init(_ snapshot: MeshSnapshot, _ index: DiagnosisIndex) {
        self.snapshot = snapshot
        self.index = index
    }

    func symptom(of name: String) -> Symptom {
        let targets = snapshot.targets.filter { index.runs($0, name) }
        if let up = targets.first(where: { $0.state == .up }) {
            return Symptom(
                .problem, .noTraffic, name,
                "its proxy at \(up.address) answers, but nothing went in or out in \(seconds)",
                remedy: "send it a request, or look for longer with --window")
        }
        if !targets.isEmpty {
            return Symptom(
                .problem, .noTraffic, name, "its target is down, and nobody who is scraped calls it",
                remedy: "mend the target first; until then only its callers could tell of it")
        }
        let near = similar(to: name)
        return Symptom(
            .problem, .notSeen, name, "no node, service or target is called so",
            remedy: near.isEmpty
                ? "no proxy of it is scraped and nobody calls it: has it a sidecar, and is that among the targets?"
                : "did you mean \(TargetDiagnosis.list(near))?")
    }

    func symptoms(from source: String, to target: String) -> [Symptom] {
        let sources = index.nodes(called: source)
        let targets = index.nodes(called: target)
        var symptoms: [Symptom] = []
        if sources.isEmpty { symptoms.append(symptom(of: source)) }
        if targets.isEmpty { symptoms.append(symptom(of: target)) }
        guard symptoms.isEmpty else { return symptoms }
        let ids = Set(sources.map(\.id))
        let destinations = Set(targets.map(\.id))
        let called = Set(snapshot.edges.filter { ids.contains($0.source) }.map { index.title($0.target) }).sorted()
        let callers = Set(snapshot.edges.filter { destinations.contains($0.target) }.map { index.title($0.source) })
            .sorted()
        let does = called.isEmpty ? "\(source) calls nobody" : "\(source) calls \(TargetDiagnosis.list(called))"
        let gets =
            callers.isEmpty ? "nobody calls \(target)" : "\(target) is called by \(TargetDiagnosis.list(callers))"
        return [
            Symptom(
                .problem, .noEdge, "\(source) → \(target)", "no request in \(seconds); \(does); \(gets)",
                remedy: callers.contains("unknown")
                    ? "the calls may be those of unknown callers: without mutual TLS a destination cannot tell who calls"
                    : "does it call by another name, past its proxy, or through a gateway in between?")
        ]
    }

    private var seconds: String { "\(Humane.fixed(snapshot.window.inSeconds, decimals: 0)) s" }

    // MARK: Names that are nearly the same

    private func similar(to name: String) -> [String] {
        let wanted = Array((name.split(separator: "/").last ?? Substring(name)).lowercased().utf8.prefix(64))
        let names = Set(
            snapshot.nodes.flatMap { [$0.service, $0.app, $0.workload] }.compactMap(\.self)
                + snapshot.targets.compactMap(\.workload).flatMap { [$0.app, $0.workload] })
        // Two letters that changed places are two letters off.
        let limit = wanted.count < 4 ? 1 : max(2, wanted.count / 3)
        return names.map { (Self.distance(wanted, Array($0.lowercased().utf8.prefix(64))), $0) }
            .filter { $0.0 <= limit || $0.1.lowercased().contains(String(decoding: wanted, as: UTF8.self)) }
            .sorted { $0 < $1 }.prefix(3).map(\.1)
    }

    /// How many letters must be added, removed or changed (Levenshtein).
    private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let changed = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(changed, row[j] + 1, row[j + 1] + 1)
            }
        }
        return row[right.count]
    }
}
