package import Quantities

/// Nodes that belong together, drawn around: the versions of an app, what is in a namespace or a cluster.
package struct MeshBox: Hashable, Sendable, Identifiable {
    /// Outermost last.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case app, namespace, cluster
    }

    /// `box/namespace/payments`, `box/app/payments/payment-service`; a cluster other than the own one ends it, `@east`.
    package var id: String
    package var kind: Kind
    package var cluster: String
    /// Absent for a cluster.
    package var namespace: String?
    /// Only for an app.
    package var app: String?
    /// At least two, sorted.
    package var members: [MeshNode.ID]
    /// What comes in from outside the box, with quantiles of the merged histograms; absent when nothing does.
    package var inbound: TrafficSummary?
    /// What goes out of the box.
    package var outboundRate: RequestsPerSecond
    /// What stays inside, from member to member.
    package var internalRate: RequestsPerSecond
    /// The worst member's.
    package var health: Health

    package init(
        id: String, kind: Kind, cluster: String, namespace: String? = nil, app: String? = nil,
        members: [MeshNode.ID], inbound: TrafficSummary? = nil, outboundRate: RequestsPerSecond = .zero,
        internalRate: RequestsPerSecond = .zero, health: Health = .unknown
    ) {
        self.id = id
        self.kind = kind
        self.cluster = cluster
        self.namespace = namespace
        self.app = app
        self.members = members
        self.inbound = inbound
        self.outboundRate = outboundRate
        self.internalRate = internalRate
        self.health = health
    }

    /// What a person calls it.
    package var title: String { app ?? namespace ?? cluster }
}
