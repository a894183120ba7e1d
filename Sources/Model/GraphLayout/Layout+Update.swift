extension Layout {
    /// The layout of `input` that keeps what this one shows: every node that stays keeps its column and its order
    /// there, and moves down or up only to make room. A new node goes one column right of its callers, beside its
    /// neighbours. Nodes that vanished leave their place empty until a fresh layout.
    ///
    /// Edges that would lead left, or stay within a column, turn round instead of moving a node.
    package func updated(for input: LayoutInput<ID>) -> Layout<ID> {
        guard !nodes.isEmpty else { return Layout(input, spacing: spacing) }
        var memory = memory
        rememberHoles(of: input, in: &memory)
        return Layout.arranged(input, as: memory, spacing: spacing)
    }

    /// The layout of `input` in which everything that `memory` knows has its place.
    static func arranged(
        _ input: LayoutInput<ID>, as memory: LayoutMemory<ID>, spacing: LayoutSpacing
    ) -> Layout<ID> {
        var memory = memory
        let edges = LayoutBuilder<ID>.indexed(input)
        let layerOf = layers(of: input, edges: edges, memory: memory)
        let layerCount = max((layerOf.max() ?? 0) + 1, memory.columnWidths.count)
        var graph = LayeredGraph(
            heights: input.nodes.map(\.height), layerOf: layerOf, edges: edges, layerCount: layerCount)

        var anchors = [Int?](repeating: nil, count: graph.vertices.count)
        for vertex in graph.vertices.indices {
            switch graph.vertices[vertex].kind {
            case .box(let node): anchors[vertex] = memory.rowOf[input.nodes[node].id]
            case .bend(let edge):
                anchors[vertex] = memory.bendRows[.init(edge: input.edges[edge], layer: graph.vertices[vertex].layer)]
            case .hole: break
            }
        }
        let holes = memory.holes.keys.sorted()
        for (index, id) in holes.enumerated() {
            guard let hole = memory.holes[id], hole.layer < layerCount else { continue }
            graph.add(LayeredGraph.Vertex(kind: .hole(index: index), layer: hole.layer, height: hole.height))
            anchors.append(hole.row)
        }
        order(&graph, anchors)
        for node in input.nodes where memory.rowOf[node.id] == nil { memory.changes += 1 }
        let crossings = Ordering.crossings(in: &graph)
        // The right margin only belongs to the last layer; with a new layer to its right it is a channel.
        if layerCount > memory.columnWidths.count, let margin = memory.channelWidths.indices.last {
            memory.channelWidths.remove(at: margin)
        }
        return LayoutBuilder(input: input, spacing: spacing, memory: memory, holes: holes).build(
            &graph, crossings: crossings, anchors: anchors)
    }

    private func rememberHoles(of input: LayoutInput<ID>, in memory: inout LayoutMemory<ID>) {
        let present = Set(input.nodes.map(\.id))
        for (id, rect) in nodes where !present.contains(id) {
            guard let layer = memory.layerOf[id] else { continue }
            memory.holes[id] = .init(layer: layer, row: rect.y, width: rect.width, height: rect.height)
        }
        for (id, hole) in memory.holes where present.contains(id) {
            memory.layerOf[id] = hole.layer
            memory.rowOf[id] = hole.row
            memory.holes[id] = nil
        }
        let excess = memory.holes.count - LayoutMemory<ID>.maximumHoles
        if excess > 0 {
            for id in memory.holes.keys.sorted().prefix(excess) { memory.holes[id] = nil }
        }
    }

    /// The layers of the nodes: known ones as they were, new ones right of their callers, or else left of what they
    /// call. New nodes may hang on each other, so this goes round until all that hang on something have a place.
    private static func layers(
        of input: LayoutInput<ID>, edges: [(source: Int, target: Int)], memory: LayoutMemory<ID>
    ) -> [Int] {
        var layerOf = input.nodes.map { memory.layerOf[$0.id] }
        var isOpen = layerOf.contains { $0 == nil }
        var rounds = 0
        while isOpen, rounds <= input.nodes.count {
            isOpen = false
            rounds += 1
            var found: [Int: Int] = [:]
            for edge in edges where layerOf[edge.target] == nil {
                guard let caller = layerOf[edge.source] else { continue }
                found[edge.target] = max(found[edge.target] ?? 0, caller + 1)
            }
            if found.isEmpty {
                for edge in edges where layerOf[edge.source] == nil {
                    guard let callee = layerOf[edge.target] else { continue }
                    found[edge.source] = max(0, min(found[edge.source] ?? .max, callee - 1))
                }
            }
            for (node, layer) in found { layerOf[node] = layer }
            isOpen = !found.isEmpty
        }
        return layerOf.map { $0 ?? 0 }
    }

    /// Sorts each layer by the rows of before; what is new comes where the rows of its neighbours say.
    private static func order(_ graph: inout LayeredGraph, _ anchors: [Int?]) {
        var wanted = anchors.map { $0.map { 2 * $0 } }
        // Bends of new edges follow the box the edge comes from, so this goes along the chains.
        for _ in 0..<2 {
            for layer in graph.layers {
                for vertex in layer where anchors[vertex] == nil {
                    let known = (graph.leftNeighbours(vertex) + graph.rightNeighbours(vertex))
                        .compactMap { wanted[$0] }.sorted()
                    graph.work += known.count + 1
                    if !known.isEmpty {
                        wanted[vertex] = known[known.count / 2]
                    } else if let partner = graph.vertices[vertex].partner, let beside = wanted[partner] {
                        wanted[vertex] = beside + 1
                    }
                }
            }
        }
        for index in graph.layers.indices {
            let layer = graph.layers[index]
            // Without neighbours a new vertex goes to the bottom.
            let keyed = layer.enumerated().map { (vertex: $1, row: wanted[$1] ?? .max, isNew: anchors[$1] == nil, $0) }
            graph.layers[index] =
                keyed
                .sorted { ($0.row, $0.isNew ? 1 : 0, $0.3) < ($1.row, $1.isNew ? 1 : 0, $1.3) }
                .map(\.vertex)
        }
    }
}
