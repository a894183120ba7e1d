/// What came of one row.
struct ComparisonVerdict: Sendable, CustomStringConvertible {
    let row: PlacedCase
    /// Differences that nobody declared.
    private(set) var undeclared: [SeenDifference] = []
    /// Declared ones that are not there, or are others than declared.
    private(set) var obsolete: [DeclaredDifference] = []
    /// The standing differences it shows, by name.
    private(set) var standing: Set<String> = []
    private var failure: String?
    /// Milliseconds that both proxies took.
    private(set) var took = 0
    /// What was compared, as it was with Envoy.
    private(set) var seen: [String: String] = [:]

    var isFine: Bool { undeclared.isEmpty && obsolete.isEmpty && failure == nil }

    init(of row: PlacedCase, envoy: ComparedProxy, ours: ComparedProxy) {
        self.row = row
        let begin = Clock.now
        defer { took = (Clock.now - begin) / 1_000_000 }
        do {
            let theirs = try ComparisonRun(row: row, proxy: envoy).observe().facts(of: row.source)
            let own = try ComparisonRun(row: row, proxy: ours).observe().facts(of: row.source)
            self.seen = theirs
            var seen = SeenDifference.between(envoy: theirs, ours: own)
            for declared in row.source.differences {
                let place = seen.firstIndex {
                    $0.key == declared.key && $0.envoy == declared.envoy.map(row.filled)
                        && $0.ours == declared.ours.map(row.filled)
                }
                if let place { seen.remove(at: place) } else { obsolete.append(declared) }
                if place != nil, declared.isWholeOutcome {
                    let answer = declared.key.prefix { $0 != ":" }
                    seen.removeAll { $0.key.hasPrefix("\(answer):") || $0.key.hasPrefix("upstream ") }
                }
            }
            let all = seen
            undeclared = seen.filter { difference in
                guard let found = StandingDifference.all.first(where: { $0.holds(difference, all) }) else {
                    return true
                }
                standing.insert(found.name)
                return false
            }
            // Neither may fail in the same way.
            for (key, value) in theirs.sorted(by: { $0.key < $1.key })
            where key.hasPrefix("complaint") && own[key] == value {
                undeclared.append(SeenDifference(key: key, envoy: value, ours: own[key]))
            }
        } catch {
            failure = "\(error)"
        }
    }

    var description: String {
        var lines = [row.name]
        let keys = undeclared.map(\.key.count).max() ?? 0
        let values = min(undeclared.map { ($0.envoy ?? "-").count }.max() ?? 0, 60)
        for difference in undeclared {
            lines.append(
                "  \(Self.padded(difference.key, keys))  envoy \(Self.padded(difference.envoy ?? "-", values))"
                    + "  meshtop \(difference.ours ?? "-")")
        }
        for difference in obsolete {
            lines.append(
                "  declared but not so: \(difference.key): envoy \(difference.envoy ?? "-"), meshtop "
                    + "\(difference.ours ?? "-")")
        }
        if let failure { lines.append("  \(failure)") }
        return lines.joined(separator: "\n")
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
