package import MeshModel

/// What a graph shows of the traffic, and in which form.
package struct GraphView: Hashable, Sendable {
    package var grouping: GraphGrouping
    /// Whether services stand between sources and whoever answered for them. Always so in a graph of services.
    package var injectsServices: Bool
    package var boxes: Set<MeshBox.Kind>
    /// Whether requests of an operation go through a node of their own, where the mesh labels them.
    package var showsOperations: Bool
    /// Whether traffic that stopped stays for ``GraphBuilder/idleTime``.
    package var showsIdle: Bool
    /// Whether what the inventory knows and nobody calls has a node too.
    package var showsIdleNodes: Bool
    /// Only what this node's own proxy sees: what it gets, by its word, and what it sends, by its word.
    package var node: MeshNode.ID?
    /// Only traffic from or to these; all when empty.
    package var namespaces: Set<String>
    package var counting: CountingRule

    package init(
        grouping: GraphGrouping = .versionedApp, injectsServices: Bool = false, boxes: Set<MeshBox.Kind> = [],
        showsOperations: Bool = false, showsIdle: Bool = true, showsIdleNodes: Bool = false, node: MeshNode.ID? = nil,
        namespaces: Set<String> = [], counting: CountingRule = .reconciled
    ) {
        self.grouping = grouping
        self.injectsServices = injectsServices
        self.boxes = boxes
        self.showsOperations = showsOperations
        self.showsIdle = showsIdle
        self.showsIdleNodes = showsIdleNodes
        self.node = node
        self.namespaces = namespaces
        self.counting = counting
    }

    /// Whether either end of a flow is in a namespace that was asked for.
    func shows(_ flow: Flow) -> Bool {
        namespaces.isEmpty || namespaces.contains(flow.source.namespace)
            || namespaces.contains(flow.destination.namespace) || namespaces.contains(flow.serviceNamespace)
    }
}

/// How the two ends' counts of one flow become one.
package enum CountingRule: String, Hashable, Sendable, CaseIterable {
    /// The destination's word, and what only the source can know: see ``FlowCounts``.
    case reconciled
    /// Kiali's: of each code and flag the first query's word that has any, so that a request that both ends saw under
    /// different codes counts twice; rates in thousandths. For comparing with a Kiali.
    case kiali
}
