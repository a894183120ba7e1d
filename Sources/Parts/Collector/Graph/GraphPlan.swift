import MeshModel

/// The nodes and edges that all known flows could make in one view, numbered in the order of their ids, and which edges
/// each flow runs over. Made when a flow is new; a tick only adds up numbers.
struct GraphPlan {
    struct Edge: Hashable {
        var source: Int32
        var target: Int32
        var `protocol`: TrafficProtocol
    }

    /// The edges that a flow runs over: one, or two with a service between.
    struct Path {
        var first: Int32
        /// Less than nothing for none.
        var second: Int32 = -1
    }

    private(set) var nodes: [MeshNode] = []
    private(set) var edges: [Edge] = []
    private(set) var paths: [Path] = []
    /// By flow and operation, in a view of operations: over the operation's node.
    private(set) var operationPaths: [OperationKey: [Int32]] = [:]
    /// Which operations a flow has.
    private(set) var operations: [Int: [Int32]] = [:]

    struct OperationKey: Hashable {
        var flow: Int
        var operation: Int32
    }

    private var nodeNumbers: [MeshNode.ID: Int32] = [:]
    private var edgeNumbers: [Edge: Int32] = [:]

    init(_ flows: [Flow], _ numbering: TrafficNumbering, _ view: GraphView, _ inventory: MeshInventory) {
        let tables = numbering.tables
        // A graph of services is one of workloads first, with services between, that is then reduced.
        let naming = NodeNaming(view.grouping, flows, inventory)
        let injects = view.injectsServices || view.grouping == .service || view.node?.text.hasPrefix("service/") == true
        paths.reserveCapacity(flows.count)
        for (number, flow) in flows.enumerated() {
            let source = add(naming.source(of: flow), view, of: flow, isTarget: false)
            let targetNode = naming.target(of: flow)
            let target = add(targetNode, view, of: flow, isTarget: true)
            var path = Path(first: 0)
            if injects, Self.takesService(flow, targetNode, naming) {
                var node = naming.service(of: flow)
                node.marks.insert(.injected)
                let service = add(node, view, of: flow, isTarget: true)
                path.first = edge(source, service, flow.protocol)
                path.second = edge(service, target, flow.protocol)
            } else {
                path.first = edge(source, target, flow.protocol)
            }
            paths.append(path)
            if view.showsOperations { addOperations(of: number, flow, path, tables, numbering.operations, view) }
        }
        addInventory(naming, view, inventory)
        renumber()
    }

    /// Calls `body` with the edges that a flow may run over.
    func forEachEdge(of flow: Int, _ body: (Int) -> Void) {
        body(Int(paths[flow].first))
        if paths[flow].second >= 0 { body(Int(paths[flow].second)) }
        for operation in operations[flow] ?? [] {
            for edge in operationPaths[OperationKey(flow: flow, operation: operation)] ?? [] { body(Int(edge)) }
        }
    }

    /// Rule 8: between source and destination, unless the destination is a service itself, or nobody knows which.
    private static func takesService(_ flow: Flow, _ target: MeshNode, _ naming: NodeNaming) -> Bool {
        guard isKnown(flow.serviceName), flow.serviceName != "PassthroughCluster" else { return false }
        guard target.kind == .app || target.kind == .workload else { return false }
        return !naming.isWaypoint(flow.source) && !naming.isWaypoint(flow.destination)
    }

    private mutating func addOperations(
        of number: Int, _ flow: Flow, _ path: Path, _ tables: TrafficTables, _ names: [String], _ view: GraphView
    ) {
        for place in tables.cellsOfFlow.places(of: number) {
            let operation = tables.cells[tables.cellsOfFlow.member(at: place)].operation
            let key = OperationKey(flow: number, operation: operation)
            guard operation >= 0, operationPaths[key] == nil else { continue }
            let name = names[Int(operation)]
            let node = MeshNode(
                id: MeshNode.ID(
                    "operation/\(flow.serviceNamespace)/\(flow.serviceName)/\(name)"
                        + NodeNaming.suffix(flow.destination.cluster)),
                kind: .operation, namespace: flow.serviceNamespace, service: flow.serviceName, operation: name)
            let middle = add(node, view, of: flow, isTarget: true)
            let first = edges[Int(path.first)]
            var steps = [edge(first.source, middle, flow.protocol), edge(middle, first.target, flow.protocol)]
            if path.second >= 0 { steps.append(path.second) }
            operationPaths[key] = steps
            operations[number, default: []].append(operation)
        }
    }

    // MARK: Numbers

    private mutating func add(_ node: MeshNode, _ view: GraphView, of flow: Flow, isTarget: Bool) -> Int32 {
        let number: Int32
        if let known = nodeNumbers[node.id] {
            number = known
            // Several workloads make one node of an app; it has a workload's name only when they agree.
            if nodes[Int(known)].workload != node.workload { nodes[Int(known)].workload = nil }
            nodes[Int(known)].marks.formUnion(node.marks)
        } else {
            number = Int32(clamping: nodes.count)
            nodeNumbers[node.id] = number
            var node = node
            Self.mark(&node, view)
            nodes.append(node)
        }
        if isTarget { note(flow, at: Int(number)) }
        return number
    }

    /// What it was asked for as; more than one name is no name, and of hosts only so many are told.
    private mutating func note(_ flow: Flow, at number: Int) {
        if isKnown(flow.service), nodes[number].hosts.count < MeshNode.maximumHosts,
            !nodes[number].hosts.contains(flow.service)
        {
            let place = nodes[number].hosts.firstIndex { $0 > flow.service } ?? nodes[number].hosts.count
            nodes[number].hosts.insert(flow.service, at: place)
        }
        guard nodes[number].kind == .app || nodes[number].kind == .workload, isKnown(flow.serviceName) else { return }
        servicesOfNode[Int32(clamping: number), default: []].insert(flow.serviceName)
    }

    private var servicesOfNode: [Int32: Set<String>] = [:]

    private static func mark(_ node: inout MeshNode, _ view: GraphView) {
        if !view.namespaces.isEmpty, node.kind != .unknown, !view.namespaces.contains(node.namespace),
            !node.marks.contains(.inaccessible)
        {
            node.marks.insert(.outside)
        }
        switch node.app ?? node.workload ?? "" {
        case "istio-ingressgateway": node.marks.insert(.ingressGateway)
        case "istio-egressgateway": node.marks.insert(.egressGateway)
        default: break
        }
    }

    private mutating func edge(_ source: Int32, _ target: Int32, _ protocol: TrafficProtocol) -> Int32 {
        let edge = Edge(source: source, target: target, protocol: `protocol`)
        if let number = edgeNumbers[edge] { return number }
        let number = Int32(clamping: edges.count)
        edgeNumbers[edge] = number
        edges.append(edge)
        return number
    }

    /// Puts everything into the order of ids.
    private mutating func renumber() {
        for (number, services) in servicesOfNode where services.count == 1 {
            nodes[Int(number)].service = services.first
        }
        servicesOfNode = [:]
        let order = nodes.indices.sorted { nodes[$0].id < nodes[$1].id }
        let rank = Self.inverse(order)
        nodes = order.map { nodes[$0] }
        for index in edges.indices {
            edges[index].source = rank[Int(edges[index].source)]
            edges[index].target = rank[Int(edges[index].target)]
        }
        let edgeOrder = edges.indices.sorted { Self.isBefore(edges[$0], edges[$1]) }
        let edgeRank = Self.inverse(edgeOrder)
        edges = edgeOrder.map { edges[$0] }
        for index in paths.indices {
            paths[index].first = edgeRank[Int(paths[index].first)]
            if paths[index].second >= 0 { paths[index].second = edgeRank[Int(paths[index].second)] }
        }
        operationPaths = operationPaths.mapValues { $0.map { edgeRank[Int($0)] } }
        idleNodes = idleNodes.map { rank[Int($0)] }.sorted()
        nodeNumbers = [:]
        edgeNumbers = [:]
    }

    static func isBefore(_ left: Edge, _ right: Edge) -> Bool {
        (left.source, left.target, left.protocol.rawValue) < (right.source, right.target, right.protocol.rawValue)
    }

    private static func inverse(_ order: [Int]) -> [Int32] {
        var rank = [Int32](repeating: 0, count: order.count)
        for (place, number) in order.enumerated() { rank[number] = Int32(clamping: place) }
        return rank
    }

    // MARK: What is there without traffic

    /// Nodes that the inventory knows; with traffic or without.
    private(set) var idleNodes: [Int32] = []

    private mutating func addInventory(_ naming: NodeNaming, _ view: GraphView, _ inventory: MeshInventory) {
        defer { markInventory(inventory) }
        guard view.showsIdleNodes else { return }
        func isWanted(_ namespace: String) -> Bool { view.namespaces.isEmpty || view.namespaces.contains(namespace) }
        for workload in inventory.workloads where view.grouping != .service && isWanted(workload.identity.namespace) {
            var peer = Peer(workload.identity)
            peer.cluster = workload.identity.cluster
            let flow = Flow(
                source: peer, destination: .unknown, service: "unknown", serviceName: "unknown",
                serviceNamespace: "unknown", protocol: .http)
            idleNodes.append(add(naming.source(of: flow), view, of: flow, isTarget: false))
        }
        guard view.grouping == .service || view.injectsServices else { return }
        for service in inventory.services where isWanted(service.namespace) {
            let flow = Flow(
                source: .unknown, destination: .unknown, service: service.host(), serviceName: service.name,
                serviceNamespace: service.namespace, protocol: .http)
            idleNodes.append(add(naming.service(of: flow), view, of: flow, isTarget: true))
        }
    }

    private mutating func markInventory(_ inventory: MeshInventory) {
        guard !inventory.workloads.isEmpty else { return }
        let workloads = InventoryIndex(inventory)
        for index in nodes.indices {
            let behind = workloads.workloads(behind: nodes[index])
            guard !behind.isEmpty else { continue }
            if behind.contains(where: inventory.isIngressGateway) { nodes[index].marks.insert(.ingressGateway) }
            if behind.contains(where: inventory.isEgressGateway) { nodes[index].marks.insert(.egressGateway) }
            if behind.contains(where: \.isWaypoint) { nodes[index].marks.insert(.waypoint) }
            if behind.contains(where: { $0.hasProxy == false && !$0.isIngressGateway && !$0.isEgressGateway }) {
                nodes[index].marks.insert(.outOfMesh)
            }
            if behind.allSatisfy({ $0.pods == 0 }) { nodes[index].marks.insert(.dead) }
        }
    }
}
