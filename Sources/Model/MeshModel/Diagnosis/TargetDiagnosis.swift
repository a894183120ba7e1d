internal import Quantities

/// What is wrong with who is scraped, and with how long.
struct TargetDiagnosis {
    private let snapshot: MeshSnapshot
    private let wanted: Duration

    /// Clocks are compared by whole seconds, and an answer takes its time.
    private static let tolerableSkew = Duration.seconds(2)

    init(_ snapshot: MeshSnapshot, wanted: Duration) {
        self.snapshot = snapshot
        self.wanted = wanted
    }

    func symptoms(of targets: [ScrapeTarget]) -> [Symptom] {
        notices + emptiness + down(targets) + targets.flatMap(symptom)
    }

    private var notices: [Symptom] {
        snapshot.notices.map { Symptom(.problem, .notice, "sources", $0) }
    }

    private var emptiness: [Symptom] {
        guard snapshot.targets.isEmpty else { return [] }
        return [
            Symptom(
                .problem, .noTargets, "targets", "nobody is scraped: no source names a target",
                remedy: "name a proxy with --target, a list with --targets-file or --targets-url, or a server with "
                    + "--prometheus; to look around first: meshtop demo")
        ]
    }

    // MARK: Targets that are down

    /// One symptom for each reason: a network that is gone takes many targets with it.
    private func down(_ targets: [ScrapeTarget]) -> [Symptom] {
        var reasons: [String] = []
        var byReason: [String: [ScrapeTarget]] = [:]
        for target in targets {
            guard case .down(let reason) = target.state else { continue }
            if byReason[reason] == nil { reasons.append(reason) }
            byReason[reason, default: []].append(target)
        }
        return reasons.map { reason in
            let targets = byReason[reason] ?? []
            let missing = Set(targets.compactMap(\.workload).map { "\($0.app) \($0.version)" }).sorted()
            let whose = missing.isEmpty ? "" : "; what \(Self.list(missing)) counts is missing"
            return Symptom(
                .problem, .targetDown, Self.list(targets.map(\.address)), "down: \(reason)\(whose)",
                remedy: Self.remedy(for: reason))
        }
    }

    /// By the words that the collector uses.
    private static func remedy(for reason: String) -> String {
        let cases: [(part: String, remedy: String)] = [
            (
                "refused",
                "nothing listens there: is the proxy running, and is this the port of its metrics? Usual are "
                    + "15090 and 15020 (Istio), 4191 (Linkerd), the admin port (Envoy)"
            ),
            (
                "no answer within",
                "it answers too slowly or hangs: look at it by hand with curl, or give it more time with "
                    + "a longer scrape interval in the targets file"
            ),
            ("401", "it wants to know who asks: --bearer-file, or --user with --password-file"),
            ("403", "it knows who asks and says no: give the token or certificate that may read metrics"),
            ("404", "its metrics are at another path: give the whole address, http://host:port/path"),
            ("cannot be read", "what it answers is no Prometheus text: is this the port of its metrics?"),
            ("certificate", "its certificate is not believed: --ca, --server-name"),
            ("TLS", "one of the two speaks TLS and the other does not: write https:// or http:// before the address"),
            ("name", "its name is not known here: ask the same name server with --dns-server"),
            ("unreachable", "there is no way to it from here: is it in another network?"),
        ]
        return cases.first { reason.contains($0.part) }?.remedy ?? "ask it by hand, for example with curl"
    }

    static func list(_ names: [String]) -> String {
        names.count <= 3 ? names.joined(separator: ", ") : "\(names[0]), \(names[1]) and \(names.count - 2) more"
    }

    // MARK: Targets that answer

    private func symptom(_ target: ScrapeTarget) -> [Symptom] {
        guard target.state == .up else { return [] }
        var symptoms: [Symptom] = []
        if target.series == 0, target.formats.isEmpty {
            symptoms.append(
                Symptom(
                    .problem, .notRead, target.address,
                    "answers, but none of its metrics are a mesh's that meshtop reads",
                    remedy: "meshtop reads Istio, Linkerd, Consul, App Mesh, Envoy, OpenTelemetry's spanmetrics and "
                        + "servicegraph; has the proxy had any traffic yet?"))
        }
        for gap in target.reading.gaps {
            symptoms.append(
                Symptom(
                    .problem, .labelMissing, target.address,
                    "series of \(gap.family) lack the label \(gap.label), and are left out of the graph",
                    remedy:
                        "something removes it on the way – Istio's telemetry overrides, a relabelling rule; leave it in"
                ))
        }
        if target.identity?.origin == .address || (target.identity == nil && !target.formats.isEmpty) {
            symptoms.append(
                Symptom(
                    .warning, .identityGuessed, target.address,
                    "nothing says who runs there: its edges begin at its address",
                    remedy:
                        "give labels with the target (app, namespace, version in a targets file), or set node.id and "
                        + "node.cluster of the Envoy"))
        }
        symptoms += timing(target)
        return symptoms
    }

    private func timing(_ target: ScrapeTarget) -> [Symptom] {
        var symptoms: [Symptom] = []
        if let ahead = target.reading.clockAhead, abs(ahead.inSeconds) > Self.tolerableSkew.inSeconds {
            let seconds = Humane.fixed(abs(ahead.inSeconds), decimals: 0)
            symptoms.append(
                Symptom(
                    .warning, .clockSkew, target.address,
                    "its clock is \(seconds) s \(ahead > .zero ? "ahead of" : "behind") this one",
                    remedy: "rates are by this machine's clock and right; times of its traces and logs are not: run NTP"
                ))
        }
        if let took = target.reading.took, let deadline = target.reading.deadline, took > deadline * 2 / 3 {
            symptoms.append(
                Symptom(
                    .warning, .slowTarget, target.address,
                    "took \(Humane.milliseconds(took.milliseconds)) of \(Humane.milliseconds(deadline.milliseconds)) to "
                        + "answer; a little slower and it counts as down",
                    remedy: "ask it less often, or for less (an Envoy: /stats/prometheus?usedonly)"))
        }
        return symptoms
    }

    // MARK: The window

    var windowSymptoms: [Symptom] {
        let answering = snapshot.targets.filter { $0.state == .up }
        let interval = answering.compactMap(\.reading.interval).max() ?? .zero
        // Scrapes are not to the millisecond.
        guard !answering.isEmpty, snapshot.window < wanted * 0.95 else { return [] }
        let seen = Humane.fixed(snapshot.window.inSeconds, decimals: 1)
        let twice = snapshot.window < interval * 2
        return [
            Symptom(
                twice ? .problem : .warning, .youngWindow, "window",
                "only \(seen) s of \(Humane.fixed(wanted.inSeconds, decimals: 0)) s were seen"
                    + (twice ? ", and a rate needs two scrapes of a target" : ""),
                remedy: "wait a little, or look for longer with --window")
        ]
    }
}
