/// Something that keeps a part of the mesh out of the graph, or makes a part of it untrue, and what to do about it.
package struct Symptom: Hashable, Sendable {
    /// How much of the graph it costs, least first.
    package enum Severity: String, Hashable, Comparable, Sendable, CaseIterable {
        /// As it should be, and good to know.
        case note
        /// A part is seen by half.
        case warning
        /// A part is missing.
        case problem

        package static func < (left: Severity, right: Severity) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .note: 0
            case .warning: 1
            case .problem: 2
            }
        }
    }

    /// What kind of trouble it is, for whoever counts them: one word that stays.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case noTargets = "no-targets"
        case targetDown = "target-down"
        case targetSilent = "target-silent"
        case notRead = "not-read"
        case labelMissing = "label-missing"
        case identityGuessed = "identity-guessed"
        case clockSkew = "clock-skew"
        case slowTarget = "slow-target"
        case youngWindow = "young-window"
        case sourceOnly = "source-only"
        case destinationOnly = "destination-only"
        case unknownCallers = "unknown-callers"
        case lostRequests = "lost-requests"
        case noTraffic = "no-traffic"
        case notSeen = "not-seen"
        case noEdge = "no-edge"
        case notice
    }

    package var severity: Severity
    package var kind: Kind
    /// What it is about: a target's address, a node's name, `web v1 → payment-service v2`.
    package var subject: String
    /// What was seen.
    package var what: String
    /// What to do, or what it means; nothing when there is nothing to do.
    package var remedy: String?

    package init(_ severity: Severity, _ kind: Kind, _ subject: String, _ what: String, remedy: String? = nil) {
        self.severity = severity
        self.kind = kind
        self.subject = subject
        self.what = what
        self.remedy = remedy
    }
}
