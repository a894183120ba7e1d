/// Which column each node goes to: cycles are broken first, then every node stands right of all that call it.
enum Layering {
    /// Layers from 0, so that every edge that is not in `back` leads to a later layer.
    static func layers(
        count: Int, edges: [(source: Int, target: Int)], work: inout Int
    ) -> (layerOf: [Int], layerCount: Int) {
        guard count > 0 else { return ([], 0) }
        let rank = sequence(count: count, edges: edges, work: &work)
        let forward = edges.filter { rank[$0.source] < rank[$0.target] }
        var callers = [[Int]](repeating: [], count: count)
        var callees = [[Int]](repeating: [], count: count)
        for edge in forward {
            callers[edge.target].append(edge.source)
            callees[edge.source].append(edge.target)
        }
        let order = (0..<count).sorted { rank[$0] < rank[$1] }
        var layerOf = [Int](repeating: 0, count: count)
        for node in order {
            for caller in callers[node] { layerOf[node] = max(layerOf[node], layerOf[caller] + 1) }
            work += callers[node].count + 1
        }
        promote(order, callers, callees, &layerOf, work: &work)
        let lowest = layerOf.min() ?? 0
        for node in 0..<count { layerOf[node] -= lowest }
        return (layerOf, (layerOf.max() ?? -1) + 1)
    }

    /// Moves nodes right where that makes the edges shorter altogether, each with all that it pushes before it (after
    /// Nikolov and Tarassov, "Graph layering by promotion of nodes", 2006). A node that nobody calls thus stands beside
    /// the first thing it calls, not far to the left of it. No new layer is made for it.
    private static func promote(
        _ order: [Int], _ callers: [[Int]], _ callees: [[Int]], _ layerOf: inout [Int], work: inout Int
    ) {
        let last = layerOf.max() ?? 0
        var isPushed = [Bool](repeating: false, count: order.count)
        for _ in 0..<16 {
            var moved = false
            for node in order.reversed() where !callees[node].isEmpty {
                while true {
                    // What stands right beside its caller has to go with it.
                    var pushed = [node]
                    isPushed[node] = true
                    var next = 0
                    var isRoom = true
                    while next < pushed.count {
                        let current = pushed[next]
                        next += 1
                        if layerOf[current] == last { isRoom = false }
                        for callee in callees[current]
                        where layerOf[callee] == layerOf[current] + 1 && !isPushed[callee] {
                            isPushed[callee] = true
                            pushed.append(callee)
                        }
                    }
                    var longer = 0
                    for current in pushed {
                        longer += callers[current].count { !isPushed[$0] } - callees[current].count { !isPushed[$0] }
                        work += callers[current].count + callees[current].count
                    }
                    for current in pushed { isPushed[current] = false }
                    guard isRoom, longer < 0 else { break }
                    for current in pushed { layerOf[current] += 1 }
                    moved = true
                }
            }
            if !moved { return }
        }
    }

    /// A sequence of the nodes with few edges against it (Eades, Lin and Smyth, 1993): sinks go to the end, sources to
    /// the front, and when neither is left the node with the largest surplus of outgoing edges goes to the front.
    /// Without cycles no edge is against it. Ties go to the lower index, so equal input gives equal output.
    ///
    /// Returns each node's place in the sequence.
    static func sequence(count: Int, edges: [(source: Int, target: Int)], work: inout Int) -> [Int] {
        var outgoing = [[Int]](repeating: [], count: count)
        var incoming = [[Int]](repeating: [], count: count)
        for edge in edges where edge.source != edge.target {
            outgoing[edge.source].append(edge.target)
            incoming[edge.target].append(edge.source)
        }
        var outdegree = outgoing.map(\.count)
        var indegree = incoming.map(\.count)
        var place = [Int?](repeating: nil, count: count)
        var front = 0
        var back = count - 1
        var sources = (0..<count).filter { indegree[$0] == 0 }
        var sinks = (0..<count).filter { outdegree[$0] == 0 && indegree[$0] > 0 }
        var remaining = count

        func take(_ node: Int, atFront: Bool) {
            place[node] = atFront ? front : back
            if atFront { front += 1 } else { back -= 1 }
            remaining -= 1
            for target in outgoing[node] where place[target] == nil {
                indegree[target] -= 1
                if indegree[target] == 0 { sources.append(target) }
            }
            for source in incoming[node] where place[source] == nil {
                outdegree[source] -= 1
                if outdegree[source] == 0 { sinks.append(source) }
            }
            work += outgoing[node].count + incoming[node].count + 1
        }

        while remaining > 0 {
            if let node = sinks.popLast() {
                if place[node] == nil { take(node, atFront: false) }
            } else if let node = sources.popLast() {
                if place[node] == nil { take(node, atFront: true) }
            } else {
                var best: (node: Int, surplus: Int)?
                for node in 0..<count where place[node] == nil {
                    let surplus = outdegree[node] - indegree[node]
                    if surplus > best?.surplus ?? .min { best = (node, surplus) }
                    work += 1
                }
                guard let best else { break }
                take(best.node, atFront: true)
            }
        }
        return place.map { $0 ?? 0 }
    }
}
