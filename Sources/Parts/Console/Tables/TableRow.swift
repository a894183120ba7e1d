import MeshModel
import Quantities

/// A line of a table, in numbers: nothing is formatted before it is on the screen.
package struct TableRow: Sendable {
    package let subject: MeshSubject
    /// A service, a workload, or an edge's source.
    let name: String
    let shortName: String
    /// An edge's other end; otherwise empty.
    var target = ""
    var shortTarget = ""
    let namespace: String
    var `protocol` = ""
    let health: Health
    /// By ``TableColumn``; nothing where it is not known.
    private var values: [Double?]
    /// Positions in the snapshot: of the nodes, or of the edge.
    let positions: [Int]

    subscript(_ column: TableColumn) -> Double? { values[column.rawValue] }

    private init(
        _ subject: MeshSubject, name: String, shortName: String, namespace: String, health: Health,
        traffic: TrafficSummary?, positions: [Int]
    ) {
        self.subject = subject
        self.name = name
        self.shortName = shortName
        self.namespace = namespace
        self.health = health
        self.positions = positions
        values = [Double?](repeating: nil, count: TableColumn.allCases.count)
        set(.health, Health.allCases.firstIndex(of: health).map(Double.init))
        guard let traffic else { return }
        set(.rate, traffic.rate.value)
        set(.errors, traffic.errors?.value)
        set(.clientErrors, traffic.clientErrors?.value)
        set(.ok, traffic.errors.map { max(0, 1 - $0.value - (traffic.clientErrors?.value ?? 0)) })
        set(.p50, traffic.latency?.p50)
        set(.p95, traffic.latency?.p95)
        set(.p99, traffic.latency?.p99)
        set(.bytes, traffic.throughput.value)
    }

    private mutating func set(_ column: TableColumn, _ value: Double?) {
        values[column.rawValue] = value.flatMap { $0.isFinite ? $0 : nil }
    }

    // MARK: Rows of a mesh

    static func rows(of kind: TableKind, in mesh: MeshIndex) -> [TableRow] {
        switch kind {
        case .services: services(in: mesh)
        case .workloads: workloads(in: mesh)
        case .edges: edges(in: mesh)
        }
    }

    private static func services(in mesh: MeshIndex) -> [TableRow] {
        let nodes = mesh.snapshot.nodes
        var order: [ServiceName] = []
        var groups: [ServiceName: [Int]] = [:]
        for (position, node) in nodes.enumerated() {
            guard let name = node.serviceName else { continue }
            if groups[name] == nil { order.append(name) }
            groups[name, default: []].append(position)
        }
        return order.compactMap { name in
            guard let positions = groups[name], let first = positions.first else { return nil }
            let members = positions.map { nodes[$0] }
            var row = TableRow(
                .service(name), name: name.name, shortName: nodes[first].shortName, namespace: name.namespace,
                health: members.reduce(.unknown) { max($0, $1.health) },
                traffic: positions.count == 1 ? nodes[first].inbound : members.arriving, positions: positions)
            row.count(members, in: mesh)
            return row
        }
    }

    private static func workloads(in mesh: MeshIndex) -> [TableRow] {
        mesh.snapshot.nodes.enumerated().compactMap { position, node in
            guard node.kind == .app || node.kind == .workload else { return nil }
            var row = TableRow(
                .node(node.id), name: node.workload ?? node.title, shortName: mesh.shortTitle(node.id),
                namespace: node.namespace, health: node.health, traffic: node.inbound, positions: [position])
            row.count([node], in: mesh)
            return row
        }
    }

    private static func edges(in mesh: MeshIndex) -> [TableRow] {
        mesh.snapshot.edges.enumerated().map { position, edge in
            var row = TableRow(
                .edge(mesh.edgeIDs[position]), name: mesh.title(edge.source), shortName: mesh.shortTitle(edge.source),
                namespace: mesh.node(edge.target)?.namespace ?? "", health: edge.health, traffic: edge.traffic,
                positions: [position])
            row.target = mesh.title(edge.target)
            row.shortTarget = mesh.shortTitle(edge.target)
            row.protocol = edge.protocol.rawValue
            row.set(.mtls, edge.mtls?.value)
            row.set(.attempts, edge.attemptsPerRequest)
            row.set(.lost, edge.lost?.value)
            return row
        }
    }

    /// What the edges of its nodes tell: neighbours, what is sent, and mutual TLS by the share of requests.
    private mutating func count(_ members: [MeshNode], in mesh: MeshIndex) {
        let edges = mesh.snapshot.edges
        let ids = Set(members.map(\.id))
        var callers: Set<MeshNode.ID> = []
        var callees: Set<MeshNode.ID> = []
        var (sent, told, mutual) = (0.0, 0.0, 0.0)
        for member in members {
            for position in mesh.edges(into: member.id) {
                if !ids.contains(edges[position].source) { callers.insert(edges[position].source) }
                guard let share = edges[position].mtls else { continue }
                told += edges[position].traffic.rate.value
                mutual += edges[position].traffic.rate.value * share.value
            }
            for position in mesh.edges(outOf: member.id) where !ids.contains(edges[position].target) {
                callees.insert(edges[position].target)
                sent += edges[position].traffic.rate.value
            }
        }
        set(.callers, Double(callers.count))
        set(.calls, Double(callees.count))
        set(.out, sent)
        set(.mtls, Ratio(mutual, of: told)?.value)
    }
}
