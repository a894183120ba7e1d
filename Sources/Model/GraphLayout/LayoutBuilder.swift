/// Turns an ordered layered graph into boxes and lines.
struct LayoutBuilder<ID: Hashable & Comparable & Sendable> {
    let input: LayoutInput<ID>
    let spacing: LayoutSpacing
    /// What the picture before this one fixed; empty for a fresh one.
    var memory: LayoutMemory<ID>
    /// Whose places the graph's holes keep.
    var holes: [ID] = []

    /// The input's edges as pairs of indices into its nodes.
    static func indexed(_ input: LayoutInput<ID>) -> [(source: Int, target: Int)] {
        var indexOf: [ID: Int] = [:]
        for (index, node) in input.nodes.enumerated() { indexOf[node.id] = index }
        return input.edges.compactMap { edge in
            guard let source = indexOf[edge.source], let target = indexOf[edge.target] else { return nil }
            return (source, target)
        }
    }

    /// Gives rows to the vertices, tracks to the links and columns to both.
    func build(_ graph: inout LayeredGraph, crossings: Int, anchors: [Int?]) -> Layout<ID> {
        Ports.assign(&graph)
        let rows = Placement.place(&graph, spacing: spacing, anchors: anchors)

        var linksOf = [[Int]](repeating: [], count: graph.layers.count + 1)
        for (index, link) in graph.links.enumerated() { linksOf[link.channel].append(index) }
        var tracks: [Int: ChannelRouting.Track] = [:]
        var trackCounts: [Int] = []
        for links in linksOf {
            let (routed, columns) = ChannelRouting.route(
                links, of: graph, row: { rows[$0.vertex] + $0.row }, work: &graph.work)
            tracks.merge(routed) { first, _ in first }
            trackCounts.append(columns)
        }

        let columns = columns(graph, trackCounts)
        let picture = Picture(graph: graph, rows: rows, tracks: tracks, trackCounts: trackCounts, columns: columns)
        return assemble(picture, crossings: crossings)
    }

    /// The left edges and widths of layers and channels.
    private struct Columns {
        var layerX: [Int] = []
        var layerWidths: [Int] = []
        var channelX: [Int] = []
        var channelWidths: [Int] = []
        var width = 0
    }

    private func columns(_ graph: LayeredGraph, _ trackCounts: [Int]) -> Columns {
        var columns = Columns()
        var x = 0
        for channel in trackCounts.indices {
            let tracks = trackCounts[channel]
            let isFirst = channel == 0
            let isLast = channel == graph.layers.count
            var width: Int
            if isFirst || isLast {
                // Only lines that turn round run outside of the first and the last layer; they need a track and, on
                // one side of it, a cell for the stub or the arrow head.
                width = tracks == 0 ? 0 : tracks + 1
            } else {
                width = max(spacing.columns, tracks + 2)
            }
            if memory.channelWidths.indices.contains(channel) {
                width = max(width, memory.channelWidths[channel])
            }
            columns.channelX.append(x)
            columns.channelWidths.append(width)
            x += width
            guard !isLast else { break }
            let boxes = graph.layers[channel].map { vertex in
                if case .box(let node) = graph.vertices[vertex].kind { input.nodes[node].width } else { 1 }
            }
            var layerWidth = boxes.max() ?? 1
            if memory.columnWidths.indices.contains(channel) {
                layerWidth = max(layerWidth, memory.columnWidths[channel])
            }
            columns.layerX.append(x)
            columns.layerWidths.append(layerWidth)
            x += layerWidth
        }
        columns.width = x
        return columns
    }

    /// All that is known once lines have tracks.
    private struct Picture {
        var graph: LayeredGraph
        var rows: [Int]
        var tracks: [Int: ChannelRouting.Track]
        var trackCounts: [Int]
        var columns: Columns

        /// The column of a track. In a channel wider than its tracks need they stand in the middle.
        func x(track: Int, channel: Int) -> Int {
            let isFirst = channel == 0
            let isLast = channel == graph.layers.count
            let free = columns.channelWidths[channel] - trackCounts[channel]
            let offset = isFirst ? max(0, free - 1) : isLast ? 1 : max(1, free / 2)
            return columns.channelX[channel] + offset + track
        }
    }

    private func assemble(_ picture: Picture, crossings: Int) -> Layout<ID> {
        let graph = picture.graph
        var nodes: [ID: CellRect] = [:]
        var memory = memory
        memory.rowOf = [:]
        memory.layerOf = [:]
        memory.bendRows = [:]
        var columns = [[ID]](repeating: [], count: graph.layers.count)
        var height = 0
        for (layer, vertices) in graph.layers.enumerated() {
            for vertex in vertices {
                let row = picture.rows[vertex]
                height = max(height, row + graph.vertices[vertex].height)
                switch graph.vertices[vertex].kind {
                case .box(let index):
                    let node = input.nodes[index]
                    nodes[node.id] = CellRect(
                        x: picture.columns.layerX[layer], y: row, width: node.width, height: node.height)
                    columns[layer].append(node.id)
                    memory.rowOf[node.id] = row
                    memory.layerOf[node.id] = layer
                case .bend(let edge):
                    memory.bendRows[.init(edge: input.edges[edge], layer: layer)] = row
                case .hole(let index): memory.holes[holes[index]]?.row = row
                }
            }
        }
        var edges: [LayoutInput<ID>.Edge: EdgePath] = [:]
        for (index, edge) in input.edges.enumerated() {
            guard let source = nodes[edge.source], let target = nodes[edge.target] else { continue }
            let path = path(of: index, from: source, to: target, in: picture)
            edges[edge] = path
            for corner in path.corners { height = max(height, corner.y + 1) }
        }
        memory.columnWidths = picture.columns.layerWidths
        memory.channelWidths = picture.columns.channelWidths
        return Layout(
            spacing: spacing, nodes: nodes, edges: edges, columns: columns, width: picture.columns.width,
            height: height, crossings: crossings, work: graph.work, memory: memory)
    }

    private func path(of edge: Int, from source: CellRect, to target: CellRect, in picture: Picture) -> EdgePath {
        let graph = picture.graph
        func row(_ end: LayeredGraph.End) -> Int { picture.rows[end.vertex] + end.row }
        let chain = graph.chains[edge]
        var corners: [CellPoint] = []
        if let first = chain.first {
            corners.append(CellPoint(x: source.maxX, y: row(graph.links[first].from)))
        }
        for index in chain {
            let link = graph.links[index]
            guard let track = picture.tracks[index] else { continue }
            let x = picture.x(track: track.column, channel: link.channel)
            var turns = [(x: x, row: row(link.from))]
            if let detour = track.detour {
                let second = picture.x(track: detour.column, channel: link.channel)
                if link.from.side == .right {
                    turns += [(x, detour.row), (second, detour.row), (second, row(link.to))]
                } else {
                    turns = [
                        (second, row(link.from)), (second, detour.row), (x, detour.row), (x, row(link.to)),
                    ]
                }
            } else {
                turns.append((x, row(link.to)))
            }
            corners += turns.map { CellPoint(x: $0.x, y: $0.row) }
        }
        if let last = chain.last {
            corners.append(CellPoint(x: target.x - 1, y: row(graph.links[last].to)))
        }
        let isBack = chain.contains { graph.links[$0].crossing == nil }
        return EdgePath(corners: corners, isBack: isBack)
    }
}
