import MeshModel
import Quantities

/// What the numbers of the canary screen mean, and what was done from here.
enum CanaryWords {
    /// What the numbers mean, and what happened.
    static func lines(
        _ state: CanaryState, _ split: TrafficSplit, _ reading: CanaryReading, _ model: Model, _ signs: Signs
    ) -> [TextLine] {
        var lines = [guardLine(model.guards[state.service], model, signs)]
        if case .applying = state.phase { lines.append(TextLine("storing the new weights", .accent)) }
        if state.edit.isChanged, state.phase == .editing {
            lines.append(
                TextLine("not stored yet: Enter shows the difference and asks, Esc leaves everything as it is", .accent)
            )
        }
        if let stored = model.stored[state.service] {
            let ago = Field.age(stored.time.duration(to: model.now))
            let before = stored.before.shares.map { "\($0.subset) \($0.weight)" }.joined(separator: ", ")
            let after = stored.after.shares.map { "\($0.subset) \($0.weight)" }.joined(separator: ", ")
            lines.append(
                TextLine([
                    Piece("stored \(ago) ago: ", .dim), Piece("\(before) \(signs.arrow) \(after)"),
                    Piece("   u undoes it", .dim),
                ]))
            if let reach = stored.reach { lines.append(reachLine(reach, signs)) }
        }
        let outside = reading.versions.filter { if case .outside = $0.verdict { true } else { false } }
        if outside.isEmpty {
            let isSettling = reading.versions.contains { if case .settling = $0.verdict { true } else { false } }
            lines.append(
                reading.samples <= 0
                    ? TextLine("no request in the window: nothing can be said about the shares", .dim)
                    : isSettling
                        ? TextLine("the window still holds requests from before the change", .dim)
                        : TextLine("the shares are what the weights intend", .healthy))
        } else {
            let names = outside.map(\.subset).joined(separator: ", ")
            lines.append(
                TextLine(
                    "\(signs.failure) \(names): by chance the share would be out of its band once in 100 looks",
                    .failure))
        }
        if let worst = comparison(reading) { lines.append(TextLine("\(signs.degraded) \(worst)", .degraded)) }
        return lines
    }

    private static func reachLine(_ reach: StoredChange.Reach, _ signs: Signs) -> TextLine {
        if let after = reach.after {
            return TextLine([
                Piece("\(signs.healthy) ", .healthy),
                Piece("in force in all \(reach.of) proxies after \(Model.words(after))"),
            ])
        }
        return TextLine("in force in \(reach.inForce) of \(reach.of) proxies", .accent)
    }

    /// What a guard watches, and how near it is to acting.
    private static func guardLine(_ armed: CanaryGuard?, _ model: Model, _ signs: Signs) -> TextLine {
        guard let armed else { return TextLine("no guard: G puts the weights back when a version is worse", .dim) }
        let rule = "guard: \(armed.rule.words) than \(armed.stable) for \(Field.age(armed.rule.patience))"
        return switch armed.verdict {
        case .waiting: TextLine([Piece(rule, .accent), Piece("   too few requests to tell", .dim)])
        case .well: TextLine([Piece(rule, .accent), Piece("   \(signs.healthy) well", .healthy)])
        case .worse(let finding), .broken(let finding):
            TextLine([
                Piece(rule, .accent),
                Piece(
                    "   \(signs.degraded) \(Field.age(finding.since.duration(to: model.now))): \(armed.words(finding))",
                    .degraded),
            ])
        }
    }

    /// How the newest version does against the first, when it does worse.
    private static func comparison(_ reading: CanaryReading) -> String? {
        guard let stable = reading.versions.first, let canary = reading.versions.last, stable.subset != canary.subset,
            let old = stable.traffic, let new = canary.traffic, let oldErrors = old.errors, let newErrors = new.errors
        else { return nil }
        var parts: [String] = []
        if newErrors.value > oldErrors.value + 0.005 {
            parts.append("fails \(Humane.percent(newErrors)) against \(Humane.percent(oldErrors))")
        }
        if let slow = new.latency?.p95, let usual = old.latency?.p95, slow > usual * 1.25, slow > usual + 1 {
            parts.append("takes \(Humane.milliseconds(slow)) against \(Humane.milliseconds(usual)) (p95)")
        }
        return parts.isEmpty ? nil : "\(canary.subset) " + parts.joined(separator: " and ") + " of \(stable.subset)"
    }
}
