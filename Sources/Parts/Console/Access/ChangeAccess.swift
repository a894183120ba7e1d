/// Whether this console may change the mesh, and how carefully.
package struct ChangeAccess: Hashable, Sendable {
    /// Nothing is changed before somebody says that it may be.
    package var mayChange: Bool
    /// A mesh that people live on: its name is typed before anything is changed.
    package var isProduction: Bool

    package init(mayChange: Bool, isProduction: Bool = false) {
        self.mayChange = mayChange
        self.isProduction = isProduction
    }
}

/// What waits for the mesh's name to be typed.
package enum ConfirmedChange: Hashable, Sendable {
    case weights, config, guardOfWeights(GuardRule)
}

extension Model {
    /// Whether a change may be asked for at all; says how to allow it when not.
    mutating func requireWrite() -> Bool {
        if access.mayChange { return true }
        say(.warning, "read-only: :write allows changes\(access.isProduction ? " to \(source)" : "")")
        return false
    }

    mutating func allowChanges(_ allowed: Bool) {
        guard !isRecording else { return say(.info, "this is a recording: nothing can be changed in it") }
        access.mayChange = allowed
        if !allowed { canary?.edit.reset() }
        say(
            .info,
            allowed
                ? access.isProduction
                    ? "changes are allowed; \(source) is a production mesh: each one asks for its name"
                    : "changes are allowed; each one is shown and asked about first"
                : "read-only again")
    }

    /// Asks for the mesh's name where that is needed, and tells whether the change must wait for it.
    mutating func mustConfirm(_ change: ConfirmedChange) -> Bool {
        guard access.isProduction, confirmed != change else {
            confirmed = nil
            return false
        }
        prompt = Prompt(.confirmation(change))
        return true
    }

    /// What was typed behind the question for the name.
    mutating func confirm(_ change: ConfirmedChange, typed: String, _ effects: inout [Effect]) {
        guard typed == source else {
            return say(.warning, "nothing was changed: that is not \(source)")
        }
        confirmed = change
        switch change {
        case .weights: answer(apply: true, &effects)
        case .config: answerConfig(apply: true, &effects)
        case .guardOfWeights(let rule): arm(rule)
        }
        confirmed = nil
    }
}
