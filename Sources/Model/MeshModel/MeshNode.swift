package import Quantities

/// A place in the graph: a version of an app, a service, or what the mesh cannot name.
package struct MeshNode: Hashable, Sendable, Identifiable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case app, service, workload, unknown
        /// Outside the mesh: known by its host only.
        case external
        /// Requests of one operation to a service, `GET /accounts`. Kiali's aggregate node.
        case operation
    }

    /// Stable across restarts: `app/payments/payment-service/v1`, `external/bank.example`, `unknown`.
    package struct ID: Hashable, Comparable, Sendable, CustomStringConvertible {
        package let text: String
        package init(_ text: String) { self.text = text }
        package var description: String { text }
        package static func < (left: ID, right: ID) -> Bool { left.text < right.text }
    }

    /// All that is known of it, behind one reference: a snapshot has tens of thousands of these, which are handed on
    /// far more often than they are made.
    private struct Details: Hashable, Sendable {
        var id: ID
        var kind: Kind
        var namespace: String
        var app: String?
        var service: String?
        var workload: String?
        var version: String?
        var inbound: TrafficSummary?
        var outboundRate: RequestsPerSecond
        var health: Health
        var healthCause: HealthCause?
        var trouble: String?
        var cluster: String?
        var operation: String?
        var hosts: [String]
        var marks: NodeMarks
    }

    private var details: Shared<Details>

    package var id: ID {
        _read { yield details.value.id }
        _modify { yield &details.value.id }
    }
    package var kind: Kind {
        _read { yield details.value.kind }
        _modify { yield &details.value.kind }
    }
    package var namespace: String {
        _read { yield details.value.namespace }
        _modify { yield &details.value.namespace }
    }
    package var app: String? {
        _read { yield details.value.app }
        _modify { yield &details.value.app }
    }
    package var service: String? {
        _read { yield details.value.service }
        _modify { yield &details.value.service }
    }
    package var workload: String? {
        _read { yield details.value.workload }
        _modify { yield &details.value.workload }
    }
    package var version: String? {
        _read { yield details.value.version }
        _modify { yield &details.value.version }
    }
    /// Requests that arrive here; absent for a node that only sends.
    package var inbound: TrafficSummary? {
        _read { yield details.value.inbound }
        _modify { yield &details.value.inbound }
    }
    package var outboundRate: RequestsPerSecond {
        _read { yield details.value.outboundRate }
        _modify { yield &details.value.outboundRate }
    }
    package var health: Health {
        _read { yield details.value.health }
        _modify { yield &details.value.health }
    }
    /// Why it is not healthy; nothing when it is, or when nobody judged.
    package var healthCause: HealthCause? {
        _read { yield details.value.healthCause }
        _modify { yield &details.value.healthCause }
    }
    /// Set when telemetry about this node is missing although it should be there: `target down: connection refused`.
    package var trouble: String? {
        _read { yield details.value.trouble }
        _modify { yield &details.value.trouble }
    }
    /// The Kubernetes cluster that it runs in; absent when telemetry does not say.
    package var cluster: String? {
        _read { yield details.value.cluster }
        _modify { yield &details.value.cluster }
    }
    /// The operation of a node of that kind.
    package var operation: String? {
        _read { yield details.value.operation }
        _modify { yield &details.value.operation }
    }
    /// By which hosts it was asked for, sorted, at most ``maximumHosts``.
    package var hosts: [String] {
        _read { yield details.value.hosts }
        _modify { yield &details.value.hosts }
    }
    package var marks: NodeMarks {
        _read { yield details.value.marks }
        _modify { yield &details.value.marks }
    }

    /// A wildcard behind which somebody makes up names must not fill a screen.
    package static let maximumHosts = 16

    package init(
        id: ID, kind: Kind, namespace: String, app: String? = nil, service: String? = nil, workload: String? = nil,
        version: String? = nil, inbound: TrafficSummary? = nil, outboundRate: RequestsPerSecond = .zero,
        health: Health = .unknown, trouble: String? = nil, cluster: String? = nil, operation: String? = nil,
        hosts: [String] = [], marks: NodeMarks = []
    ) {
        details = Shared(
            Details(
                id: id, kind: kind, namespace: namespace, app: app, service: service, workload: workload,
                version: version, inbound: inbound, outboundRate: outboundRate, health: health, healthCause: nil,
                trouble: trouble, cluster: cluster, operation: operation, hosts: hosts, marks: marks))
    }

    /// What a person calls it: `payment-service v1`, `web`, `bank.example`.
    package var title: String {
        if let operation { return operation }
        let name = app ?? service ?? workload ?? (kind == .unknown ? "unknown" : id.text)
        guard let version, version != "latest", kind == .app || kind == .workload else { return name }
        return "\(name) \(version)"
    }
}
