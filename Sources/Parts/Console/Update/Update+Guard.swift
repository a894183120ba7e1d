import MeshModel
import Quantities

extension Model {
    /// `:guard`, with a rule or `off`; without either the usual one is armed, or the armed one taken away.
    mutating func setGuard(_ text: String) {
        let service = canary?.service
        guard case .canary = screen, let service else {
            return say(.info, "a guard is for the weights of a service: w opens them")
        }
        if text == "off" || (text.isEmpty && guards[service] != nil) {
            guard guards.removeValue(forKey: service) != nil else { return say(.info, "no guard is armed") }
            return say(.info, "the guard of \(service.name) is off")
        }
        guard let rule = text.isEmpty ? .usual : GuardRule(text) else {
            return say(.warning, "a guard is written like \(GuardRule.examples), not “\(text)”")
        }
        guard requireWrite() else { return }
        if mustConfirm(.guardOfWeights(rule)) { return }
        arm(rule)
    }

    /// Arms a guard that goes back to the weights of before the last change from here, when they gave the stable version
    /// more, and else to those of now.
    mutating func arm(_ rule: GuardRule) {
        guard let service = canary?.service, let split = split(of: service) else { return }
        let before = stored[service]?.before
        let isSafer = (before?.shares.first?.weight ?? 0) > (split.shares.first?.weight ?? 0)
        let safe = Dictionary(
            (isSafer ? before ?? split : split).shares.map { ($0.subset, $0.weight) }, uniquingKeysWith: { $1 })
        guard let armed = CanaryGuard(rule, of: split, safe: safe) else {
            return say(.info, "there is nothing to compare: all requests go to one version")
        }
        guards[service] = armed
        say(
            .success,
            "guard of \(service.name): \(rule.words) than \(armed.stable) for \(Field.age(rule.patience)) puts back "
                + Self.words(armed.safe, split))
    }

    /// Lets every guard look at what is live, and act.
    mutating func followGuards(_ snapshot: MeshSnapshot, _ effects: inout [Effect]) {
        for service in guards.keys.sorted() {
            guard var armed = guards[service],
                let split = splitNow(of: service, in: snapshot)
            else { continue }
            armed.look(
                CanaryReading(of: split, in: snapshot, changedAt: stored[service]?.time), at: snapshot.time)
            guards[service] = armed
            guard case .broken(let finding) = armed.verdict, guardChanges[service] == nil else { continue }
            let change = WeightChange(split: split, weights: armed.safe)
            if split.shares.allSatisfy({ armed.safe[$0.subset] == $0.weight }) {
                // Nothing to go back to: told once, then the person has to decide.
                guards[service] = nil
                tell(
                    .failure,
                    "\(armed.words(finding)), and the weights of \(service.name) are what they were: the guard is off")
                effects.append(.ring)
                continue
            }
            guardChanges[service] = armed.words(finding)
            effects.append(.changeWeights(change, dryRun: false))
        }
    }

    /// What became of a guard's change; tells whether it was one.
    mutating func takeGuardAnswer(
        _ change: WeightChange, _ outcome: WeightChangeOutcome, _ effects: inout [Effect]
    ) -> Bool {
        let service = change.split.service
        guard let reason = guardChanges[service] else { return false }
        guardChanges[service] = nil
        switch outcome {
        case .applied(let version):
            guards[service] = nil
            remember(change, version: version)
            tell(.failure, "guard: \(reason): \(service.name) is back at " + Self.words(change.weights, change.split))
        // The next look tries again with what is stored then.
        case .stale: tell(.warning, "guard: \(reason); the route was changed meanwhile, trying again")
        case .validated: break
        case .refused(let why), .unreachable(let why):
            tell(.failure, "guard: \(reason), but the weights of \(service.name) could not be put back: \(why)")
        }
        effects.append(.ring)
        return true
    }

    /// Says it in the guard's name.
    private mutating func tell(_ level: Toast.Level, _ text: String) {
        toast = Toast(level, text, at: now)
        log.add(level, text, by: .guard, at: now)
    }

    private func splitNow(of service: ServiceName, in snapshot: MeshSnapshot) -> TrafficSplit? {
        guard let seen = snapshot.splits.first(where: { $0.service == service }) else { return nil }
        if let own = stored[service], own.superseded.contains(seen.resourceVersion) { return own.after }
        return seen
    }

    private static func words(_ weights: [String: Int], _ split: TrafficSplit) -> String {
        split.shares.map { "\($0.subset) \(weights[$0.subset] ?? $0.weight)" }.joined(separator: ", ")
    }
}
