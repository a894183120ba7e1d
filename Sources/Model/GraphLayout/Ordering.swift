/// The order of the vertices within their layers, so that few links cross.
struct Ordering {
    private var graph: LayeredGraph
    /// Each vertex's place in its layer.
    private var place: [Int]
    private let lefts: [[Int]]
    private let rights: [[Int]]

    /// Orders the layers of `graph` by barycentre sweeps with transposition, from a seed that walks the graph depth
    /// first; returns the crossings that are left.
    static func order(_ graph: inout LayeredGraph) -> Int {
        var ordering = Ordering(graph)
        ordering.seed()
        var best = ordering.graph.layers
        var fewest = ordering.crossings()
        var idle = 0
        for sweep in 0..<8 where fewest > 0 && idle < 3 {
            ordering.sweep(rightwards: sweep % 2 == 0)
            ordering.transpose()
            let count = ordering.crossings()
            idle += 1
            if count < fewest {
                (fewest, best, idle) = (count, ordering.graph.layers, 0)
            }
        }
        graph.layers = best
        graph.work = ordering.graph.work
        return fewest
    }

    /// The crossings between the layers as they stand.
    static func crossings(in graph: inout LayeredGraph) -> Int {
        var ordering = Ordering(graph)
        let count = ordering.crossings()
        graph.work = ordering.graph.work
        return count
    }

    private init(_ graph: LayeredGraph) {
        self.graph = graph
        place = [Int](repeating: 0, count: graph.vertices.count)
        lefts = graph.vertices.indices.map(graph.leftNeighbours)
        rights = graph.vertices.indices.map(graph.rightNeighbours)
        for layer in graph.layers.indices { number(layer) }
    }

    private mutating func number(_ layer: Int) {
        for (index, vertex) in graph.layers[layer].enumerated() { place[vertex] = index }
    }

    /// Depth first from the leftmost vertices, so that what hangs together starts together.
    private mutating func seed() {
        var seen = [Bool](repeating: false, count: graph.vertices.count)
        var layers = [[Int]](repeating: [], count: graph.layers.count)
        let roots = graph.layers.flatMap { $0 }
        for root in roots where !seen[root] {
            var stack = [root]
            while let vertex = stack.popLast() {
                guard !seen[vertex] else { continue }
                seen[vertex] = true
                layers[graph.vertices[vertex].layer].append(vertex)
                var next = lefts[vertex].reversed() + rights[vertex].reversed()
                if let partner = graph.vertices[vertex].partner { next.append(partner) }
                stack.append(contentsOf: next)
                graph.work += next.count + 1
            }
        }
        graph.layers = layers
        for layer in layers.indices { number(layer) }
    }

    /// Sorts each layer by the mean place of its neighbours in the layer before it.
    private mutating func sweep(rightwards: Bool) {
        let indices = Array(graph.layers.indices)
        for layer in rightwards ? indices : indices.reversed() {
            sort(layer, by: rightwards ? lefts : rights)
        }
    }

    /// Vertices without neighbours on that side keep their places; the others share the places that are left.
    private mutating func sort(_ layer: Int, by neighbours: [[Int]]) {
        let vertices = graph.layers[layer]
        // The wanted place per slot; not a number where there is none.
        var wanted = vertices.map { vertex in
            neighbours[vertex].isEmpty
                ? Double.nan
                : Double(neighbours[vertex].reduce(0) { $0 + place[$1] }) / Double(neighbours[vertex].count)
        }
        for (slot, vertex) in vertices.enumerated() {
            graph.work += neighbours[vertex].count + 1
            // Where a back edge turns round there is no neighbour to follow but the box it turns to.
            if wanted[slot].isNaN, let partner = graph.vertices[vertex].partner {
                wanted[slot] = wanted[place[partner]]
            }
        }
        let movable = vertices.indices.filter { !wanted[$0].isNaN }
        let sorted = movable.sorted { wanted[$0] == wanted[$1] ? $0 < $1 : wanted[$0] < wanted[$1] }
        var result = vertices
        for (slot, source) in zip(movable, sorted) { result[slot] = vertices[source] }
        graph.layers[layer] = result
        number(layer)
    }

    /// Swaps neighbours within a layer as long as that saves crossings, at most three rounds over the layers where
    /// something may still be saved.
    private mutating func transpose() {
        var isStale = [Bool](repeating: true, count: graph.layers.count)
        for _ in 0..<3 {
            var improved = false
            for layer in graph.layers.indices where isStale[layer] {
                isStale[layer] = false
                guard transpose(layer) else { continue }
                improved = true
                for near in max(0, layer - 1)...min(graph.layers.count - 1, layer + 1) { isStale[near] = true }
            }
            if !improved { return }
        }
    }

    /// One pass of swaps down a layer; whether there were any.
    private mutating func transpose(_ layer: Int) -> Bool {
        let row = graph.layers[layer]
        guard row.count > 1 else { return false }
        let left = row.map { vertex in sortedPlaces(lefts[vertex]) }
        let right = row.map { vertex in sortedPlaces(rights[vertex]) }
        var slots = Array(row.indices)
        var improved = false
        for index in slots.indices.dropLast() {
            let (upper, lower) = (slots[index], slots[index + 1])
            let now = inversions(left[upper], left[lower]) + inversions(right[upper], right[lower])
            guard now > 0 else { continue }
            let swapped = inversions(left[lower], left[upper]) + inversions(right[lower], right[upper])
            if swapped < now {
                slots.swapAt(index, index + 1)
                improved = true
            }
        }
        guard improved else { return false }
        graph.layers[layer] = slots.map { row[$0] }
        number(layer)
        return true
    }

    private func sortedPlaces(_ vertices: [Int]) -> [Int] {
        // Most vertices are bends with one neighbour.
        vertices.count == 1 ? [place[vertices[0]]] : vertices.map { place[$0] }.sorted()
    }

    /// How many pairs (a of `upper`, b of `lower`) have a > b; both are sorted.
    private mutating func inversions(_ upper: [Int], _ lower: [Int]) -> Int {
        var count = 0
        var below = 0
        for value in upper {
            while below < lower.count, lower[below] < value { below += 1 }
            count += below
        }
        graph.work += upper.count + lower.count
        return count
    }

    /// All crossings between neighbouring layers, by counting inversions with a Fenwick tree (Barth, Jünger and
    /// Mutzel, 2004).
    private mutating func crossings() -> Int {
        var total = 0
        for layer in graph.layers.indices.dropLast() {
            let size = graph.layers[layer + 1].count
            var tree = [Int](repeating: 0, count: size + 1)
            var inserted = 0
            for vertex in graph.layers[layer] {
                let targets = rights[vertex].map { place[$0] }
                for target in targets {
                    // Earlier links that end below this one's end cross it.
                    var notAbove = 0
                    var index = target + 1
                    while index > 0 {
                        notAbove += tree[index]
                        index -= index & -index
                    }
                    total += inserted - notAbove
                    graph.work += 1
                }
                for target in targets {
                    var index = target + 1
                    while index <= size {
                        tree[index] += 1
                        index += index & -index
                    }
                    inserted += 1
                }
            }
        }
        return total
    }
}
