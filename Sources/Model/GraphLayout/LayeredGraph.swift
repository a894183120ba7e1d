/// The graph while it is being laid out: vertices in layers, from left to right, and links between them. Everything
/// is an index into these arrays.
///
/// A vertex is a box, a hole that a vanished box left behind, or a bend: one row through a layer that an edge passes.
/// A forward edge is a chain of links, each from the right side of a vertex to the left side of one in the next
/// layer. A back edge – its target is not to the right of its source – leaves its source on the right and enters its
/// target on the left like any other, so it turns round twice, through a bend in the source's layer and one in each
/// layer back to the target's:
///
/// ```
///        ╭─────────────────────────────╮
///        │  ╭────────╮     ╭────────╮  │
///        ╰─▶│ target ├────▶│ source ├──╯
///           ╰────────╯     ╰────────╯
/// ```
struct LayeredGraph {
    enum Kind: Hashable {
        case box(node: Int)
        case hole(index: Int)
        case bend(edge: Int)
    }

    struct Vertex {
        var kind: Kind
        var layer: Int
        var height: Int
        /// Links that touch the left and the right side.
        var left: [Int] = []
        var right: [Int] = []
        /// For the end bends of a back edge: the box in the same layer that the edge turns round to.
        var partner: Int?
    }

    enum Side: Hashable {
        case left, right
    }

    struct End {
        var vertex: Int
        var side: Side
        /// The row of the vertex that the link touches, from its top.
        var row = 0
    }

    /// One step of an edge through one channel, in the edge's own direction.
    struct Link {
        var edge: Int
        var from: End
        var to: End
        /// Channel `k` lies left of layer `k`; the last one lies right of the last layer.
        var channel: Int

        /// The vertices at the channel's left and right border, for a link that crosses it.
        var crossing: (left: Int, right: Int)? {
            switch (from.side, to.side) {
            case (.right, .left): (from.vertex, to.vertex)
            case (.left, .right): (to.vertex, from.vertex)
            case (.left, .left), (.right, .right): nil
            }
        }
    }

    var vertices: [Vertex] = []
    var links: [Link] = []
    /// The vertices of each layer from top to bottom.
    var layers: [[Int]] = []
    /// The links of each edge from its source to its target.
    var chains: [[Int]] = []
    /// Steps of work done, for tests that hold the effort to a bound.
    var work = 0

    /// - Parameters:
    ///   - heights: the height of each node's box.
    ///   - layerOf: the layer of each node.
    ///   - edges: pairs of nodes. An edge whose target is not in a later layer goes back.
    init(heights: [Int], layerOf: [Int], edges: [(source: Int, target: Int)], layerCount: Int) {
        layers = [[Int]](repeating: [], count: layerCount)
        for (node, height) in heights.enumerated() {
            add(Vertex(kind: .box(node: node), layer: layerOf[node], height: height))
        }
        for (edge, ends) in edges.enumerated() {
            let first = layerOf[ends.source]
            let last = layerOf[ends.target]
            var chain: [Int] = []
            var previous = End(vertex: ends.source, side: .right)
            if first < last {
                for layer in (first + 1)..<max(last, first + 1) {
                    let bend = add(Vertex(kind: .bend(edge: edge), layer: layer, height: 1))
                    chain.append(connect(edge, previous, End(vertex: bend, side: .left), channel: layer))
                    previous = End(vertex: bend, side: .right)
                }
                chain.append(connect(edge, previous, End(vertex: ends.target, side: .left), channel: last))
            } else {
                for layer in (last...first).reversed() {
                    let bend = add(Vertex(kind: .bend(edge: edge), layer: layer, height: 1))
                    if layer == first { vertices[bend].partner = ends.source }
                    if layer == last { vertices[bend].partner = ends.target }
                    chain.append(connect(edge, previous, End(vertex: bend, side: .right), channel: layer + 1))
                    previous = End(vertex: bend, side: .left)
                }
                chain.append(connect(edge, previous, End(vertex: ends.target, side: .left), channel: last))
            }
            chains.append(chain)
        }
    }

    /// Adds a vertex at the bottom of its layer.
    @discardableResult
    mutating func add(_ vertex: Vertex) -> Int {
        vertices.append(vertex)
        layers[vertex.layer].append(vertices.count - 1)
        return vertices.count - 1
    }

    /// Sorts the boxes of each layer before any ordering: where crossings do not decide, this does. Bends come last.
    mutating func startOrder(_ isBefore: (_ node: Int, _ other: Int) -> Bool) {
        for layer in layers.indices {
            layers[layer] = layers[layer].enumerated().sorted { left, right in
                switch (vertices[left.element].kind, vertices[right.element].kind) {
                case (.box(let a), .box(let b)): isBefore(a, b)
                case (.box, _): true
                case (_, .box): false
                default: left.offset < right.offset
                }
            }.map(\.element)
        }
    }

    private mutating func connect(_ edge: Int, _ from: End, _ to: End, channel: Int) -> Int {
        links.append(Link(edge: edge, from: from, to: to, channel: channel))
        let link = links.count - 1
        for end in [from, to] {
            switch end.side {
            case .left: vertices[end.vertex].left.append(link)
            case .right: vertices[end.vertex].right.append(link)
            }
        }
        return link
    }

    /// The vertices in the layer to the left that `vertex` has links to, once per link.
    func leftNeighbours(_ vertex: Int) -> [Int] {
        vertices[vertex].left.compactMap { links[$0].crossing?.left }
    }

    /// The vertices in the layer to the right that `vertex` has links to, once per link.
    func rightNeighbours(_ vertex: Int) -> [Int] {
        vertices[vertex].right.compactMap { links[$0].crossing?.right }
    }
}
