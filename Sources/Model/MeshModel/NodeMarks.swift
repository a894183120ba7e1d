/// What else is known of a node, beside its kind. The words are Kiali's.
package struct NodeMarks: OptionSet, Hashable, Sendable {
    package let rawValue: UInt32
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Sends, and nobody sends to it.
    package static let root = NodeMarks(rawValue: 1 << 0)
    /// In a namespace that was not asked for.
    package static let outside = NodeMarks(rawValue: 1 << 1)
    /// Nothing can be told of it but its name: unknown, passthrough, black hole.
    package static let inaccessible = NodeMarks(rawValue: 1 << 2)
    /// Its workload exists and has nothing that runs, or its service has nothing behind it.
    package static let dead = NodeMarks(rawValue: 1 << 3)
    /// There, but without traffic in the window.
    package static let idle = NodeMarks(rawValue: 1 << 4)
    /// A service that was put between a source and whoever answered for it.
    package static let injected = NodeMarks(rawValue: 1 << 5)
    /// A host that a ServiceEntry names.
    package static let serviceEntry = NodeMarks(rawValue: 1 << 6)
    /// `PassthroughCluster` or `BlackHoleCluster`.
    package static let egressCluster = NodeMarks(rawValue: 1 << 7)
    package static let ingressGateway = NodeMarks(rawValue: 1 << 8)
    package static let egressGateway = NodeMarks(rawValue: 1 << 9)
    package static let waypoint = NodeMarks(rawValue: 1 << 10)
    /// A workload behind it has no proxy.
    package static let outOfMesh = NodeMarks(rawValue: 1 << 11)

    private static let words: [(mark: NodeMarks, word: String)] = [
        (.root, "isRoot"), (.outside, "isOutside"), (.inaccessible, "isInaccessible"), (.dead, "isDead"),
        (.idle, "isIdle"), (.injected, "isInjected"), (.serviceEntry, "isServiceEntry"),
        (.egressCluster, "isEgressCluster"), (.ingressGateway, "isIngressGateway"),
        (.egressGateway, "isEgressGateway"), (.waypoint, "isWaypoint"), (.outOfMesh, "isOutOfMesh"),
    ]

    /// The marks in Kiali's words, `isRoot`, `isOutside`, always in one order.
    package var names: [String] { Self.words.filter { contains($0.mark) }.map(\.word) }
}
