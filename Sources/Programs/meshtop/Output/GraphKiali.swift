import Collector
import JSONWire
import MeshModel
import Quantities
import TLSTransport

/// The graph in the form of Kiali's own graph API, so that whatever reads `/api/namespaces/graph` reads this.
///
/// Rates are texts, and what is 0 is absent; ids are SHA-256 digests, because Kiali's are, and no reader may look into
/// them. Source: `graph/config/common` of Kiali 2.
struct GraphKiali {
    private let snapshot: MeshSnapshot
    private let grouping: GraphGrouping
    /// Which box a node or another box stands in, innermost first.
    private let parents: [String: String]
    private let traffic: KialiTraffic

    /// - Parameter grouping: the type of graph that the snapshot is.
    init(_ snapshot: MeshSnapshot, grouping: GraphGrouping) {
        self.snapshot = snapshot
        self.grouping = grouping
        parents = Self.parents(snapshot.boxes)
        traffic = KialiTraffic(snapshot.edges)
    }

    var document: JSONValue {
        [
            "timestamp": .integer(snapshot.time.nanosecondsSinceEpoch / 1_000_000_000),
            "duration": .integer(Int64(max(0, snapshot.window.inSeconds.rounded()))),
            "graphType": .string(graphType),
            "elements": [
                "nodes": .array(
                    (snapshot.boxes.reversed().map(box) + ordered(snapshot.nodes).map(node)).map { ["data": $0] }),
                "edges": .array(snapshot.edges.map { ["data": edge($0)] }),
            ],
        ]
    }

    private var graphType: String {
        switch grouping {
        case .versionedApp: "versionedApp"
        case .app, .service, .workload: grouping.rawValue
        }
    }

    static func id(_ text: String) -> String { Digest.sha256Text(Array(text.utf8)) }

    private func ordered(_ nodes: [MeshNode]) -> [MeshNode] {
        func key(_ node: MeshNode) -> [String] {
            [node.cluster, node.namespace, node.app, node.version, node.service, node.workload].map { $0 ?? "" }
        }
        return nodes.map { (key($0), $0) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1)
    }

    // MARK: Boxes

    /// A member stands in its smallest box, and a box in the next larger kind that holds all its members.
    private static func parents(_ boxes: [MeshBox]) -> [String: String] {
        var parents: [String: String] = [:]
        for box in boxes {
            for member in box.members where parents[member.text] == nil { parents[member.text] = box.id }
        }
        let order = MeshBox.Kind.allCases
        for inner in boxes {
            let outer = boxes.first { outer in
                order.firstIndex(of: outer.kind) ?? 0 > order.firstIndex(of: inner.kind) ?? 0
                    && Set(inner.members).isSubset(of: outer.members)
            }
            parents[inner.id] = outer?.id
        }
        return parents
    }

    private func box(_ box: MeshBox) -> JSONValue {
        var object: JSONObject = [
            "id": .string(Self.id(box.id)), "nodeType": "box", "cluster": .string(box.cluster),
            "namespace": .string(box.namespace ?? ""), "isBox": .string(box.kind.rawValue), "healthData": .null,
        ]
        object["parent"] = parents[box.id].map { .string(Self.id($0)) }
        object["app"] = box.app.map { .string($0) }
        return .object(object)
    }

    // MARK: Nodes

    private func node(_ node: MeshNode) -> JSONValue {
        var object: JSONObject = [
            "id": .string(Self.id(node.id.text)), "nodeType": .string(nodeType(node)),
            "cluster": .string(node.cluster ?? "unknown"),
            "namespace": .string(node.namespace.isEmpty ? "unknown" : node.namespace),
        ]
        object["parent"] = parents[node.id.text].map { .string(Self.id($0)) }
        object["workload"] = node.workload.map { .string($0) }
        object["app"] = node.app.map { .string($0) }
        object["version"] = node.version.map { .string($0) }
        object["service"] = node.service.map { .string($0) }
        object["aggregate"] = node.operation.map { .string("request_operation=\($0)") }
        if !node.hosts.isEmpty {
            object["destServices"] = .array(
                node.hosts.map { host in
                    [
                        "cluster": .string(node.cluster ?? "unknown"), "namespace": .string(node.namespace),
                        "name": .string(Self.serviceName(of: host)),
                    ]
                })
        }
        let flows = traffic.ofNode(node.id)
        if !flows.isEmpty { object["traffic"] = .array(flows) }
        object["healthData"] = traffic.healthData(of: node)
        for mark in node.marks.names where !Self.ownForm.contains(mark) { object[mark] = true }
        if node.kind == .unknown { object["isInaccessible"] = true }
        if node.marks.contains(.serviceEntry) || node.kind == .external {
            object["isServiceEntry"] = [
                "hosts": .array(node.hosts.map { .string($0) }), "location": "MESH_EXTERNAL",
                "namespace": .string(node.namespace),
            ]
        }
        if node.marks.contains(.ingressGateway) { object["isGateway"] = ["ingressInfo": [:]] }
        if node.marks.contains(.egressGateway) { object["isGateway"] = ["egressInfo": [:]] }
        let service = ServiceName(namespace: node.namespace, name: node.service ?? node.app ?? "")
        if snapshot.splits.contains(where: { $0.service == service && $0.shares.count > 1 }) {
            object["hasTrafficShifting"] = true
            object["hasVS"] = [:]
        }
        return .object(object)
    }

    /// `pay` of `pay.payments.svc.cluster.local`; a host outside a cluster as it is.
    private static func serviceName(of host: String) -> String {
        let parts = host.split(separator: ".")
        return parts.count > 2 && parts[2] == "svc" ? String(parts[0]) : host
    }

    /// Marks that Kiali writes as objects.
    private static let ownForm: Set<String> = [
        "isServiceEntry", "isIngressGateway", "isEgressGateway", "isEgressCluster",
    ]

    private func nodeType(_ node: MeshNode) -> String {
        switch node.kind {
        case .app, .service, .workload, .unknown: node.kind.rawValue
        case .external: "service"
        case .operation: "aggregate"
        }
    }

    // MARK: Edges

    private func edge(_ edge: MeshEdge) -> JSONValue {
        var object: JSONObject = [
            "id": .string(Self.id("\(edge.source.text).\(edge.target.text).\(edge.protocol.rawValue)")),
            "source": .string(Self.id(edge.source.text)), "target": .string(Self.id(edge.target.text)),
            "traffic": traffic.of(edge), "healthStatus": .string(Self.word(edge.health)),
        ]
        object["responseTime"] = edge.traffic.latency.map { .string(Humane.fixed($0.p95.rounded(), decimals: 0)) }
        if edge.protocol != .tcp, edge.bytes.received > 0 {
            object["throughput"] = .string(KialiTraffic.rate(edge.bytes.received))
        }
        if let mtls = edge.mtls, mtls.value > 0 {
            object["isMTLS"] = .string(Humane.fixed(mtls.value * 100, decimals: 0))
        }
        object["sourcePrincipal"] = edge.sourcePrincipals.first.map { .string($0) }
        object["destPrincipal"] = edge.targetPrincipals.first.map { .string($0) }
        return .object(object)
    }

    private static func word(_ health: Health) -> String {
        switch health {
        case .unknown: "NA"
        case .healthy: "Healthy"
        case .notReady: "Not Ready"
        case .degraded: "Degraded"
        case .failure: "Failure"
        }
    }
}
