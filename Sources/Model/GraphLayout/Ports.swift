/// At which row of a box each link leaves or enters.
enum Ports {
    /// Spreads the links of every box over the rows of its sides, in the order of what they lead to, so that they do
    /// not cross right at the box. A box with a border offers the rows between its corners; more links than rows share.
    static func assign(_ graph: inout LayeredGraph) {
        var place = [Int](repeating: 0, count: graph.vertices.count)
        for layer in graph.layers {
            for (index, vertex) in layer.enumerated() { place[vertex] = index }
        }
        for vertex in graph.vertices.indices {
            guard case .box = graph.vertices[vertex].kind else { continue }
            for side in [LayeredGraph.Side.left, .right] {
                assign(side, of: vertex, in: &graph, place)
            }
        }
    }

    private static func assign(
        _ side: LayeredGraph.Side, of vertex: Int, in graph: inout LayeredGraph, _ place: [Int]
    ) {
        let links = side == .left ? graph.vertices[vertex].left : graph.vertices[vertex].right
        guard !links.isEmpty else { return }
        let sorted =
            links
            .map { link in (link: link, far: farPlace(of: graph.links[link], from: vertex, place)) }
            .sorted { $0.far == $1.far ? $0.link < $1.link : $0.far < $1.far }
        let height = graph.vertices[vertex].height
        let first = height >= 3 ? 1 : 0
        let rows = height >= 3 ? height - 2 : height
        for (index, entry) in sorted.enumerated() {
            let row =
                sorted.count > rows ? index * rows / sorted.count : (2 * index + 1) * rows / (2 * sorted.count)
            if graph.links[entry.link].from.vertex == vertex, graph.links[entry.link].from.side == side {
                graph.links[entry.link].from.row = first + row
            } else {
                graph.links[entry.link].to.row = first + row
            }
        }
        graph.work += sorted.count
    }

    /// Sorts links by the vertex at their other end; one that turns round to a bend in the same layer goes to the
    /// side of the box where that bend is.
    private static func farPlace(of link: LayeredGraph.Link, from vertex: Int, _ place: [Int]) -> Int {
        let far = link.from.vertex == vertex ? link.to.vertex : link.from.vertex
        if link.crossing != nil { return place[far] }
        return place[far] < place[vertex] ? .min : .max
    }
}
