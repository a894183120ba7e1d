/// Policies of one action, and what becomes of a request by them. Made once; judging a request allocates nothing.
package struct AccessPolicies: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
        /// What a policy matches passes, nothing else does.
        case allow
        /// What a policy matches does not pass, everything else does.
        case deny
        /// Everything passes.
        case log
    }

    package struct Policy: Sendable, Hashable {
        package let name: String
        package let condition: AccessCondition

        package init(name: String, condition: AccessCondition) {
            self.name = name
            self.condition = condition
        }
    }

    package struct Decision: Sendable, Hashable {
        package let isAllowed: Bool
        /// The first policy that matches, by its place in ``AccessPolicies/policies``; nothing when none does.
        package let policy: Int?
    }

    package let action: Action
    /// In the order in which they are asked: that of their names' bytes.
    package let policies: [Policy]

    package init(_ action: Action, _ policies: [Policy]) {
        self.action = action
        self.policies = policies.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    package func decide(_ facts: some AccessFacts) -> Decision {
        let match = policies.firstIndex { $0.condition.holds(for: facts) }
        let isAllowed =
            switch action {
            case .allow: match != nil
            case .deny: match == nil
            case .log: true
            }
        return Decision(isAllowed: isAllowed, policy: match)
    }
}
