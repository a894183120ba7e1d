import MeshModel
import Quantities

extension Model {
    /// Opens the weights of the selected service, or of the only one that has any.
    mutating func showCanary(_ effects: inout [Effect]) {
        guard let mesh else { return say(.info, "no data yet") }
        let selected: MeshNode? = selectedNode ?? selectedEdge.flatMap { mesh.node($0.target) }
        let splits = mesh.snapshot.splits
        let found = selected.flatMap { mesh.split(to: $0) } ?? (splits.count == 1 ? splits.first : nil)
        guard let found, let split = split(of: found.service) else {
            say(
                .info,
                splits.isEmpty
                    ? "no service divides its traffic by weight: a VirtualService with two weighted subsets is needed"
                    : "select a service with weights: " + splits.prefix(5).map(\.service.name).joined(separator: ", "))
            return
        }
        canary = CanaryState(split, focus: selected.flatMap { focus(on: $0, in: split) })
        show(.canary(split.service), &effects)
    }

    /// The last version stands for a rollout, but who selected a version means that one.
    private func focus(on node: MeshNode, in split: TrafficSplit) -> Int? {
        guard let index = split.shares.firstIndex(where: { ($0.version ?? $0.subset) == node.version }) else {
            return nil
        }
        return index == 0 ? nil : index
    }

    mutating func editWeights(_ change: (inout WeightEdit) -> Void) {
        guard canary?.phase == .editing else { return }
        canary.map { state in
            var edit = state.edit
            change(&edit)
            canary?.edit = edit
        }
    }

    /// Shows the difference and asks; meanwhile the mesh says whether it would take it.
    mutating func askToApply(_ effects: inout [Effect]) {
        guard let state = canary, state.phase == .editing, let split = split(of: state.service) else { return }
        guard let change = state.edit.change(of: split) else {
            say(.info, "nothing changed: + and - move the weight of the chosen version")
            return
        }
        guard requireWrite() else { return }
        ask(change, &effects)
    }

    private mutating func ask(_ change: WeightChange, _ effects: inout [Effect]) {
        canary?.phase = .asking(CanaryState.Question(change: change))
        // Which revision is in force before the change, to know later when it is everywhere.
        effects.append(.askControl)
        effects.append(.changeWeights(change, dryRun: true))
    }

    /// Asks whether the weights shall go back to what they were before the last change from here.
    mutating func askToUndo(_ effects: inout [Effect]) {
        let service = canary?.service ?? stored.max { $0.value.time < $1.value.time }?.key
        guard let service, let last = stored[service], let split = split(of: service) else {
            return say(.info, "nothing to undo: no weight was changed from here")
        }
        guard requireWrite() else { return }
        if case .applying? = canary?.phase, canary?.service == service { return }
        let weights = last.before.shares.map { ($0.subset, $0.weight) }
        let change = WeightChange(split: split, weights: Dictionary(weights, uniquingKeysWith: { $1 }))
        if canary?.service != service { canary = CanaryState(split) }
        show(.canary(service), &effects)
        canary?.edit.reset()
        ask(change, &effects)
    }

    mutating func markOtherAnswer() {
        guard case .asking(var question)? = canary?.phase else { return }
        question.isApplyMarked.toggle()
        canary?.phase = .asking(question)
    }

    mutating func answerMarked(_ effects: inout [Effect]) {
        guard case .asking(let question)? = canary?.phase else { return }
        answer(apply: question.isApplyMarked, &effects)
    }

    mutating func answer(apply: Bool, _ effects: inout [Effect]) {
        guard case .asking(let question)? = canary?.phase else { return }
        guard apply else {
            canary?.phase = .editing
            return
        }
        if case .refused(let reason) = question.check {
            say(.failure, reason)
            return
        }
        if mustConfirm(.weights) { return }
        canary?.phase = .applying(question.change)
        effects.append(.changeWeights(question.change, dryRun: false))
        // Who changes the mesh wants to see it move.
        goLive()
    }

    mutating func takeWeightAnswer(
        _ change: WeightChange, dryRun: Bool, _ outcome: WeightChangeOutcome, _ effects: inout [Effect]
    ) {
        if !dryRun, takeGuardAnswer(change, outcome, &effects) { return }
        if dryRun {
            guard case .asking(var question)? = canary?.phase, question.change == change else { return }
            question.check =
                switch outcome {
                case .applied, .validated: .accepted
                case .stale: .refused("the route was changed meanwhile: leave with Esc, look, and decide again")
                case .refused(let reason): .refused(reason)
                case .unreachable(let reason): .refused(reason)
                }
            canary?.phase = .asking(question)
            return
        }
        let isOpen = canary?.phase == .applying(change)
        if isOpen { canary?.phase = .editing }
        switch outcome {
        case .applied(let version):
            let after = remember(change, version: version)
            followControl(&effects)
            if isOpen { canary = CanaryState(after, focus: canary?.edit.focus) }
            say(
                .success,
                "stored: " + after.shares.map { "\($0.subset) \($0.weight)" }.joined(separator: ", "),
                detail: " of \(change.split.service), before "
                    + change.split.shares.map { "\($0.subset) \($0.weight)" }.joined(separator: ", "))
        case .validated: break
        case .stale: say(.warning, "not stored: the route was changed meanwhile; look, and decide again")
        case .refused(let reason): say(.failure, "not stored: \(reason)")
        case .unreachable(let reason): say(.failure, "not stored: \(reason)")
        }
    }

    /// Keeps what was stored from here until a snapshot has caught up, and for `u`.
    @discardableResult
    mutating func remember(_ change: WeightChange, version: String) -> TrafficSplit {
        var after = change.split
        after.resourceVersion = version
        for index in after.shares.indices {
            if let weight = change.weights[after.shares[index].subset] { after.shares[index].weight = weight }
        }
        let service = change.split.service
        let superseded = (stored[service]?.superseded ?? []) + [change.split.resourceVersion]
        stored[service] = StoredChange(
            time: now, before: change.split, after: after, revisionBefore: control.revision,
            superseded: superseded.suffix(64))
        return after
    }

    // MARK: Following a change

    /// Between two questions while a change is on its way: short, because it takes no longer.
    static let followInterval = Duration.milliseconds(100)
    private static let followLimit = Duration.seconds(30)

    /// Whether a change that was stored from here is not known to be everywhere yet.
    package var isFollowingChange: Bool {
        stored.values.contains { change in
            let age = change.time.duration(to: now)
            return change.revisionBefore != nil && change.reach?.after == nil && age >= .zero && age < Model.followLimit
        }
    }

    /// Takes from what the control planes say how far changes have got.
    mutating func followChanges() {
        guard isFollowingChange, let reports = control.reports else { return }
        for (service, change) in stored where change.reach?.after == nil {
            guard let before = change.revisionBefore else { continue }
            let newer = reports.filter { $0.trouble == nil && ($0.revision ?? before) > before }
            let connected = newer.flatMap { report in
                report.proxies.filter(\.isConnected).map { $0.standing(newest: report.revision) == .synced }
            }
            guard !connected.isEmpty else { continue }
            let inForce = connected.count { $0 }
            let isEverywhere = inForce == connected.count
            stored[service]?.reach = StoredChange.Reach(
                inForce: inForce, of: connected.count,
                after: isEverywhere ? max(.zero, change.time.duration(to: now)) : nil)
            guard isEverywhere, let after = stored[service]?.reach?.after else { continue }
            log.add(
                .success,
                "the weights of \(service.name) are in force in all \(connected.count) proxies after \(Self.words(after))",
                by: .console, at: now)
        }
    }

    static func words(_ time: Duration) -> String { Humane.milliseconds(GuardRule.milliseconds(time)) }
}

extension CanaryState {
    /// Takes over weights that were changed by somebody else, unless the person is in the middle of moving them.
    mutating func follow(split: TrafficSplit?) {
        guard let split, phase == .editing, !edit.isChanged else { return }
        let fresh = WeightEdit(split, focus: edit.focus)
        if fresh != edit { edit = fresh }
    }
}
