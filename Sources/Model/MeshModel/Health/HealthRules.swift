package import Patterns

/// The tolerances for whatever a block's patterns name.
package struct HealthRate: Hashable, Sendable {
    package let namespace: Pattern
    /// `app`, `service` or `workload`.
    package let kind: Pattern
    package let name: Pattern
    package let tolerances: [HealthTolerance]

    /// - Parameters: patterns made by ``Pattern/init(anchoring:)``.
    package init(namespace: Pattern, kind: Pattern, name: Pattern, tolerances: [HealthTolerance]) {
        self.namespace = namespace
        self.kind = kind
        self.name = name
        self.tolerances = tolerances
    }

    /// Of one block; there are four in Kiali's own.
    package static let maximumTolerances = ToleranceSheet.maximum

    func matches(_ entity: HealthEntity) -> Bool {
        namespace.isFound(in: entity.namespace) && name.isFound(in: entity.name) && kind.isFound(in: entity.kind)
    }
}

/// What health is judged by.
package struct HealthRules: Hashable, Sendable {
    /// In this order; the first that names an entity holds for it, and the last where none does.
    package var rates: [HealthRate]
    package var objectives: [LatencyObjective]
    /// Whether who calls something ill is ill itself. Kiali has it so: the answers an entity gets count beside those it
    /// gives. Here the default is that an entity is as healthy as its own answers, so that one culprit does not colour
    /// all who need it; its edges are coloured either way.
    package var judgesCallers: Bool

    package init(rates: [HealthRate], objectives: [LatencyObjective] = [], judgesCallers: Bool = false) {
        self.rates = rates
        self.objectives = objectives
        self.judgesCallers = judgesCallers
    }

    /// Kiali's own tolerances.
    ///
    ///     http, 5XX                degraded > 0 %     failure ≥ 10 %
    ///     http, 4XX                degraded ≥ 10 %    failure ≥ 20 %
    ///     grpc, status 1–16        degraded > 0 %     failure ≥ 10 %
    ///     http, grpc: no answer    degraded > 0 %     failure ≥ 10 %
    package static let standard = HealthRules(rates: [.standard])
}

extension HealthRate {
    /// Kiali's default, which names everything.
    package static let standard: HealthRate = {
        do {
            let everything = try Pattern(anchoring: "")
            return HealthRate(
                namespace: everything, kind: everything, name: everything,
                tolerances: [
                    try HealthTolerance(code: "5XX", protocol: "http", failure: 10),
                    try HealthTolerance(code: "4XX", protocol: "http", degraded: 10, failure: 20),
                    try HealthTolerance(code: "^[1-9]$|^1[0-6]$", protocol: "grpc", failure: 10),
                    try HealthTolerance(code: "^-$", protocol: "http|grpc", failure: 10),
                ])
        } catch {
            preconditionFailure("the default tolerances cannot be read: \(error)")
        }
    }()
}

/// Whom a rate is for.
package struct HealthEntity: Hashable, Sendable {
    package var namespace: String
    package var kind: String
    package var name: String

    package init(namespace: String, kind: String, name: String) {
        self.namespace = namespace
        self.kind = kind
        self.name = name
    }

    /// Whom a node stands for. A version of an app stands for the app; where it is one workload, for that as well.
    static func all(of node: MeshNode) -> [HealthEntity] {
        func entity(_ kind: String, _ name: String?) -> HealthEntity? {
            name.map { HealthEntity(namespace: node.namespace, kind: kind, name: $0) }
        }
        let entities: [HealthEntity?] =
            switch node.kind {
            case .app: [entity("app", node.app), entity("workload", node.workload)]
            case .workload: [entity("workload", node.workload)]
            default: [entity("service", node.service)]
            }
        let known = entities.compactMap(\.self)
        return known.isEmpty ? [HealthEntity(namespace: node.namespace, kind: node.kind.rawValue, name: "")] : known
    }
}
