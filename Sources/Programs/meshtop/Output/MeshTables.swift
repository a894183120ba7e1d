import MeshModel
import Quantities

/// What `meshtop edges`, `services`, `workloads` and `graph -o text` print.
enum MeshTables {
    static func edges(_ edges: [MeshEdge], nodes: [MeshNode], _ found: Found = .nothing) -> String {
        let names = titles(of: nodes)
        var table = TextTable(
            mark(found) + [.init("FROM"), .init("TO"), .init("PROTOCOL")] + trafficColumns + [
                .init("MTLS", .right), .init("HEALTH"),
            ])
        for edge in edges {
            table.append(
                mark(found.marks(edge.id)) + [
                    name(edge.source, in: names), name(edge.target, in: names), edge.protocol.rawValue,
                ]
                    + cells(edge.traffic)
                    + [edge.mtls.map(Humane.percent) ?? "–", edge.health.rawValue])
        }
        return table.text
    }

    static func nodes(_ nodes: [MeshNode]) -> String {
        var table = TextTable(
            [.init("NAMESPACE"), .init("NAME"), .init("KIND")] + trafficColumns
                + [.init("OUT", .right), .init("HEALTH"), .init("TROUBLE")])
        for node in nodes {
            table.append(
                [node.namespace.isEmpty ? "–" : node.namespace, node.title, node.kind.rawValue]
                    + (node.inbound.map(cells) ?? Array(repeating: "–", count: trafficColumns.count))
                    + [Humane.rate(node.outboundRate), node.health.rawValue, node.trouble ?? ""])
        }
        return table.text
    }

    /// The graph as an indented list: every node, then whom it calls. With `--find`, `*` stands before what was found.
    static func graph(_ snapshot: MeshSnapshot, _ found: Found = .nothing) -> String {
        let names = titles(of: snapshot.nodes)
        let callees = Dictionary(grouping: snapshot.edges, by: \.source)
        var table = TextTable(
            mark(found) + [.init("NODE")] + trafficColumns + [.init("MTLS", .right), .init("HEALTH")])
        for node in snapshot.nodes {
            table.append(
                mark(found.marks(node.id)) + [node.title]
                    + (node.inbound.map(cells) ?? Array(repeating: "–", count: trafficColumns.count))
                    + ["", node.health.rawValue])
            for edge in callees[node.id] ?? [] {
                table.append(
                    mark(found.marks(edge.id)) + ["  → " + name(edge.target, in: names)] + cells(edge.traffic)
                        + [edge.mtls.map(Humane.percent) ?? "–", edge.health.rawValue])
            }
        }
        return table.text
    }

    static func splits(_ splits: [TrafficSplit]) -> String {
        var table = TextTable([
            .init("SERVICE"), .init("SUBSET"), .init("VERSION"), .init("WEIGHT", .right), .init("SHARE", .right),
            .init("VIRTUALSERVICE"),
        ])
        for split in splits {
            for share in split.shares {
                let ratio = Ratio(Double(share.weight), of: Double(split.totalWeight))
                table.append([
                    split.service.description, share.subset, share.version ?? "–", String(share.weight),
                    ratio.map(Humane.percent) ?? "–", split.owner.description,
                ])
            }
        }
        return table.text
    }

    /// A column of its own, so that the others keep their width; none when nothing was looked for.
    private static func mark(_ found: Found) -> [TextTable.Column] {
        found.finding.find == nil ? [] : [.init("FOUND")]
    }

    private static func mark(_ isFound: Bool?) -> [String] { isFound.map { [$0 ? "*" : ""] } ?? [] }

    private static let trafficColumns: [TextTable.Column] = [
        .init("RATE", .right), .init("ERRORS", .right), .init("P50", .right), .init("P95", .right),
        .init("P99", .right),
    ]

    private static func cells(_ traffic: TrafficSummary) -> [String] {
        [
            Humane.rate(traffic.rate), traffic.errors.map(Humane.percent) ?? "–",
            traffic.latency.map { Humane.milliseconds($0.p50) } ?? "–",
            traffic.latency.map { Humane.milliseconds($0.p95) } ?? "–",
            traffic.latency.map { ($0.isBeyondLastBucket ? ">" : "") + Humane.milliseconds($0.p99) } ?? "–",
        ]
    }

    private static func titles(of nodes: [MeshNode]) -> [MeshNode.ID: String] {
        Dictionary(nodes.map { ($0.id, $0.title) }, uniquingKeysWith: { first, _ in first })
    }

    private static func name(_ id: MeshNode.ID, in names: [MeshNode.ID: String]) -> String {
        names[id] ?? id.text
    }
}
