import MeshModel

/// Decides of each flow what it adds to which edge: whose word, in whose graph.
struct FlowCounting {
    let view: GraphView
    let flows: [Flow]
    let relations: FlowRelations
    let plan: GraphPlan
    let tables: TrafficTables
    let responses: ResponseTable
    let troubles: TargetTroubles

    /// Adds up all edges that `sums` have open.
    func add(_ numbers: TrafficNumbers, isAlive: [Bool], to sums: inout GraphSums) {
        let bytes = relations.joinedBytes(isAlive)
        let detail = view.node.map { NodeDetail($0, plan) }
        let showsAll = view.namespaces.isEmpty
        // By number: a flow is many texts, and copying it for every look costs more than the counting.
        for number in flows.indices where isAlive[number] && (showsAll || view.shows(flows[number])) {
            guard sums.isAnyOpen(of: number, plan) else { continue }
            var counts = FlowCounts(number, of: numbers, tables)
            let silent = troubles.hasSilent && troubles.isSilent(flows[number].destination)
            let share = untold(number, counts, isSilent: silent, isAlive: isAlive, numbers)
            guard share > 0 else { continue }
            let path = plan.paths[number]
            if let operations = plan.operations[number], detail == nil {
                guard addOperations(operations, of: number, counts, isSilent: silent, numbers, to: &sums) else {
                    continue
                }
            }
            if let twin = relations.silentTwin(of: number, isAlive) {
                counts.takeLatency(of: FlowCounts(twin, of: numbers, tables))
            }
            for carrier in bytes[number] ?? [] { counts.takeBytes(of: FlowCounts(carrier, of: numbers, tables)) }
            if let detail {
                guard let reporter = detail.reporter(of: flows[number], path),
                    let count = counts.reported(by: reporter)
                else { continue }
                add(count, by: reporter, counts, of: number, path, to: &sums)
            } else if view.counting == .kiali {
                addKiali(counts, of: number, flows[number], path, to: &sums)
            } else {
                let reporter = counts.reporter(isDestinationSilent: silent)
                counts.withChosen(reporter) { count in
                    if share < 1 {
                        add(count.share(share), by: reporter, counts, of: number, path, to: &sums)
                    } else {
                        add(count, by: reporter, counts, of: number, path, to: &sums)
                    }
                }
            }
        }
    }

    /// Which share of a flow nobody tells better.
    private func untold(
        _ number: Int, _ counts: FlowCounts, isSilent: Bool, isAlive: [Bool], _ numbers: TrafficNumbers
    ) -> Double {
        guard relations.hasBetter(number) else { return 1 }
        let requests = counts.requests(counts.reporter(isDestinationSilent: isSilent))
        return relations.untold(number, flows[number], requests: requests, isAlive: isAlive) {
            let other = FlowCounts($0, of: numbers, tables)
            return other.withChosen(other.reporter(isDestinationSilent: false)) {
                $0.requests + ($0.amounts.retries ?? 0)
            }
        }
    }

    private func add(
        _ count: TrafficCount, by reporter: Reporter, _ counts: FlowCounts, of flow: Int, _ path: GraphPlan.Path,
        to sums: inout GraphSums
    ) {
        guard view.showsIdle || count.hasTraffic else { return }
        let names = tables.principalsOfFlow[flow]
        sums.add(count, by: reporter, counts, names: names, over: path.first)
        if path.second >= 0 { sums.add(count, by: reporter, counts, names: names, over: path.second) }
    }

    // MARK: Kiali's way

    /// Each edge is what the graph of its source's namespace has of it; of namespaces that were not asked for, what the
    /// graph of the other end has.
    private func addKiali(
        _ counts: FlowCounts, of number: Int, _ flow: Flow, _ path: GraphPlan.Path, to sums: inout GraphSums
    ) {
        for edge in [path.first, path.second] where edge >= 0 {
            let source = plan.nodes[Int(plan.edges[Int(edge)].source)].namespace
            let candidates = [source, flow.destination.namespace, flow.source.namespace, flow.serviceNamespace]
            var found: (count: TrafficCount, reporter: Reporter)?
            for namespace in candidates where view.namespaces.isEmpty || view.namespaces.contains(namespace) {
                let delivered = counts.kiali(FlowCounts.Queries(namespace, flow), responses)
                if found == nil || delivered.count.hasTraffic { found = delivered }
                if delivered.count.hasTraffic { break }
            }
            if let found, !found.count.hasTraffic, view.namespaces.isEmpty {
                // Traffic between two that no namespace names is in no graph of Kiali's with namespaces; here it is.
                let delivered = counts.kiali(.init(inbound: true, outbound: true), responses)
                guard view.showsIdle || delivered.count.hasTraffic else { continue }
                sums.add(
                    delivered.count, by: delivered.reporter, counts, names: tables.principalsOfFlow[number], over: edge)
            } else if let found, view.showsIdle || found.count.hasTraffic {
                sums.add(found.count, by: found.reporter, counts, names: tables.principalsOfFlow[number], over: edge)
            }
        }
    }

    // MARK: Operations

    /// Adds the operations of a flow, over nodes of their own, and what has none over the flow's own path. Kiali loses
    /// the latter; here no request is lost.
    ///
    /// - Returns: whether nothing was added, because the destination does not speak for itself.
    private func addOperations(
        _ operations: [Int32], of number: Int, _ whole: FlowCounts, isSilent: Bool, _ numbers: TrafficNumbers,
        to sums: inout GraphSums
    ) -> Bool {
        guard whole.reporter(isDestinationSilent: isSilent) == .destination else { return true }
        for operation in operations {
            let counts = FlowCounts(number, of: numbers, tables, part: .operation(operation))
            guard let count = counts.reported(by: .destination), view.showsIdle || count.hasTraffic else { continue }
            let steps = plan.operationPaths[GraphPlan.OperationKey(flow: number, operation: operation)] ?? []
            for edge in steps {
                sums.add(count, by: .destination, counts, names: tables.principalsOfFlow[number], over: edge)
            }
        }
        let others = FlowCounts(number, of: numbers, tables, part: .withoutOperation)
        if others.rest.hasTraffic {
            add(others.rest, by: .destination, others, of: number, plan.paths[number], to: &sums)
        }
        return false
    }
}

/// What one node's own proxy sees: what comes in by its word as a destination, what goes out by its word as a source.
struct NodeDetail {
    private let node: Int32?
    private let isService: Bool
    private let isUnknown: Bool
    private let plan: GraphPlan

    init(_ id: MeshNode.ID, _ plan: GraphPlan) {
        let index = plan.nodes.firstIndex { $0.id == id }
        node = index.map { Int32(clamping: $0) }
        let kind = index.map { plan.nodes[$0].kind }
        isService = kind == .service || kind == .external
        isUnknown = kind == .unknown
        self.plan = plan
    }

    /// Whose word counts for a flow; nothing when the flow does not touch the node.
    ///
    /// A service has no proxy: what it gets is told by whoever stands behind it, and by the sources where nobody is
    /// known to. Nor has who is unknown: there the destinations speak.
    func reporter(of flow: Flow, _ path: GraphPlan.Path) -> Reporter? {
        let first = plan.edges[Int(path.first)]
        let last = path.second >= 0 ? plan.edges[Int(path.second)] : first
        if isService {
            guard first.target == node || last.target == node else { return nil }
            return flow.destination.isUnknown ? .source : .destination
        }
        if last.target == node { return .destination }
        if first.source == node { return isUnknown ? .destination : .source }
        return nil
    }
}
