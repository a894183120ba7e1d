/// The order of the vertices within their layers, so that few links cross.
struct Ordering {
    private var graph: LayeredGraph
    /// Each vertex's place in its layer.
    private var place: [Int]
    private let left: Neighbours
    private let right: Neighbours
    /// The same for one layer while it is worked on, sorted by place.
    private var leftPlaces = NeighbourPlaces()
    private var rightPlaces = NeighbourPlaces()

    /// Sweeps without a better result after which to stop.
    private static let patience = 8
    private static let maximumSweeps = 40

    /// Orders the layers of `graph` by barycentre sweeps with transposition, from a seed that walks the graph depth
    /// first; returns the crossings that are left.
    static func order(_ graph: inout LayeredGraph) -> Int {
        var ordering = Ordering(graph)
        var best = graph.layers
        var fewest = Int.max
        for isFromRight in [false, true] where fewest > 0 {
            ordering.seed(isFromRight: isFromRight)
            var idle = 0
            var least = Int.max
            for sweep in 0..<maximumSweeps where least > 0 && idle < patience {
                let count = ordering.crossings()
                idle += 1
                if count < least { (least, idle) = (count, 0) }
                if count < fewest { (fewest, best) = (count, ordering.graph.layers) }
                ordering.sweep(rightwards: (sweep % 2 == 0) != isFromRight, isReversed: sweep % 4 >= 2)
                ordering.transpose(swapsEqual: sweep % 4 >= 2)
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
        left = Neighbours(count: graph.vertices.count, graph.leftNeighbours)
        right = Neighbours(count: graph.vertices.count, graph.rightNeighbours)
        for layer in graph.layers.indices { number(layer) }
    }

    private mutating func number(_ layer: Int) {
        for (index, vertex) in graph.layers[layer].enumerated() { place[vertex] = index }
    }

    /// Depth first from the leftmost vertices, so that what hangs together starts together.
    private mutating func seed(isFromRight: Bool) {
        var seen = [Bool](repeating: false, count: graph.vertices.count)
        var layers = [[Int]](repeating: [], count: graph.layers.count)
        let roots = (isFromRight ? graph.layers.reversed() : graph.layers).flatMap { $0 }
        for root in roots where !seen[root] {
            var stack = [root]
            while let vertex = stack.popLast() {
                guard !seen[vertex] else { continue }
                seen[vertex] = true
                layers[graph.vertices[vertex].layer].append(vertex)
                var next = left.range(vertex).reversed().map { left.members[$0] }
                next += right.range(vertex).reversed().map { right.members[$0] }
                if let partner = graph.vertices[vertex].partner { next.append(partner) }
                stack.append(contentsOf: next)
                graph.work += next.count + 1
            }
        }
        graph.layers = layers
        for layer in layers.indices { number(layer) }
    }

    /// Sorts each layer by the mean place of its neighbours in the layer before it.
    private mutating func sweep(rightwards: Bool, isReversed: Bool) {
        let indices = Array(graph.layers.indices)
        for layer in rightwards ? indices : indices.reversed() {
            sort(layer, by: rightwards ? left : right, isReversed: isReversed)
        }
    }

    /// Vertices without neighbours on that side keep their places; the others share the places that are left.
    ///
    /// - Parameter isReversed: whether those that want one place change their order: not to be caught in the first
    ///   order that is no worse than its neighbours.
    private mutating func sort(_ layer: Int, by neighbours: Neighbours, isReversed: Bool) {
        let vertices = graph.layers[layer]
        // The wanted place per slot; not a number where there is none.
        var wanted = vertices.map { vertex in
            let range = neighbours.range(vertex)
            var sum = 0
            for index in range { sum += place[neighbours.members[index]] }
            return range.isEmpty ? Double.nan : Double(sum) / Double(range.count)
        }
        for (slot, vertex) in vertices.enumerated() {
            graph.work += neighbours.range(vertex).count + 1
            // Where a back edge turns round there is no neighbour to follow but the box it turns to.
            if wanted[slot].isNaN, let partner = graph.vertices[vertex].partner {
                wanted[slot] = wanted[place[partner]]
            }
        }
        let movable = vertices.indices.filter { !wanted[$0].isNaN }
        let sorted = movable.sorted {
            wanted[$0] == wanted[$1] ? ($0 < $1) != isReversed : wanted[$0] < wanted[$1]
        }
        var result = vertices
        for (slot, source) in zip(movable, sorted) { result[slot] = vertices[source] }
        graph.layers[layer] = result
        number(layer)
    }

    /// Swaps neighbours within a layer as long as that saves crossings, over the layers where something may still be
    /// saved.
    private mutating func transpose(swapsEqual: Bool) {
        var isStale = [Bool](repeating: true, count: graph.layers.count)
        for round in 0..<20 {
            var improved = false
            for layer in graph.layers.indices where isStale[layer] {
                isStale[layer] = false
                guard transpose(layer, swapsEqual: swapsEqual && round == 0) else { continue }
                improved = true
                if layer > 0 { isStale[layer - 1] = true }
                if layer + 1 < graph.layers.count { isStale[layer + 1] = true }
            }
            if !improved { return }
        }
    }

    /// Swaps neighbours in a layer until none is better the other way round; whether there were any.
    private mutating func transpose(_ layer: Int, swapsEqual: Bool) -> Bool {
        let row = graph.layers[layer]
        guard row.count > 1 else { return false }
        leftPlaces.fill(row, left, place)
        rightPlaces.fill(row, right, place)
        graph.work += leftPlaces.all.count + rightPlaces.all.count
        var slots = Array(row.indices)
        // Pairs that have not been looked at since one of them came there.
        var isOpen = [Bool](repeating: true, count: row.count - 1)
        var improved = false
        var isAnyOpen = true
        var isFirst = true
        while isAnyOpen {
            defer { isFirst = false }
            isAnyOpen = false
            for index in isOpen.indices where isOpen[index] {
                isOpen[index] = false
                let (upper, lower) = (slots[index], slots[index + 1])
                graph.work += 1
                let excess = leftPlaces.excess(upper, lower) + rightPlaces.excess(upper, lower)
                guard excess > 0 || excess == 0 && isFirst && swapsEqual else { continue }
                slots.swapAt(index, index + 1)
                improved = true
                if index > 0 {
                    isOpen[index - 1] = true
                    isAnyOpen = true
                }
                if index + 1 < isOpen.count { isOpen[index + 1] = true }
            }
        }
        guard improved else { return false }
        graph.layers[layer] = slots.map { row[$0] }
        number(layer)
        return true
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
                for link in right.range(vertex) {
                    let target = place[right.members[link]]
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
                for link in right.range(vertex) {
                    let target = place[right.members[link]]
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
