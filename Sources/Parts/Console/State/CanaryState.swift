package import MeshModel
package import Quantities

/// The canary screen's own state: one service's weights being moved.
package struct CanaryState: Hashable, Sendable {
    package enum Phase: Hashable, Sendable {
        case editing
        /// The difference is shown and a question stands open.
        case asking(Question)
        /// Sent; the answer has not come.
        case applying(WeightChange)
    }

    package struct Question: Hashable, Sendable {
        package var change: WeightChange
        /// Cancel is first, and marked until the person moves.
        package var isApplyMarked = false
        package var check: Check = .running
    }

    /// What the mesh said to the change without storing it.
    package enum Check: Hashable, Sendable {
        case running
        case accepted
        case refused(String)
    }

    package let service: ServiceName
    package var edit: WeightEdit
    package var phase: Phase = .editing

    init(_ split: TrafficSplit, focus: Int? = nil) {
        service = split.service
        edit = WeightEdit(split, focus: focus)
    }
}

/// A change that was stored from here.
package struct StoredChange: Hashable, Sendable {
    package var time: WallTime
    /// The split as it was before; `u` goes back to its weights.
    package var before: TrafficSplit
    /// The split as it is stored now, with its new `resourceVersion`.
    package var after: TrafficSplit
    /// The control plane's newest revision before it; nothing when it does not tell.
    package var revisionBefore: Int?
    /// How far it has got.
    package var reach: Reach?

    /// How many of the proxies that are connected run with a change, and when all of them did first.
    package struct Reach: Hashable, Sendable {
        package var inForce: Int
        package var of: Int
        package var after: Duration?
    }

    /// Resource versions that this change and those before it replaced: a snapshot that still shows one of them is
    /// late, not news.
    package var superseded: [String]
}
