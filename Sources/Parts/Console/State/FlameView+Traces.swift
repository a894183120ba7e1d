import Quantities
import TerminalUI
import TraceModel

extension FlameView {
    /// Boxes that are kept; of what is beyond, the widest are seen anyway.
    private static let limit = 20_000

    /// One way of calls, over all traces.
    private struct Node {
        var service: String
        var operation: String
        var children: [Int] = []
        var count = 0
        var errors = 0
        var total = Duration.zero
        var own = Duration.zero
        /// Its own time and that of everything below.
        var weight = 0.0
    }

    private struct Way: Hashable {
        let parent: Int
        let service: String
        let operation: String
    }

    /// The spans of all traces, those of one way of calls in one box. A box is as wide as the time that it and what is
    /// below took by themselves, so that what ran at the same time stands beside each other and nothing overlaps.
    init(_ list: [Trace], names: SpanNames) {
        // The first stands for what has no caller.
        var nodes = [Node(service: "", operation: "")]
        var places: [Way: Int] = [:]
        for trace in list {
            var open: [Int] = []
            for row in TraceTree(trace).rows {
                while open.count > row.depth { open.removeLast() }
                let way = Way(
                    parent: open.last ?? 0, service: names.service(row.span.service),
                    operation: names.operation(of: row.span))
                guard let place = places[way] ?? FlameView.add(way, &nodes, &places) else {
                    open.append(open.last ?? 0)
                    continue
                }
                open.append(place)
                nodes[place].count += 1
                nodes[place].errors += row.span.status == .error ? 1 : 0
                nodes[place].total += row.span.duration
                nodes[place].own += row.selfTime
            }
        }
        // Children come after their parents.
        for index in nodes.indices.reversed() {
            // What took no time at all is a box all the same.
            nodes[index].weight =
                max(nodes[index].own.inSeconds, 1e-9) + nodes[index].children.reduce(0) { $0 + nodes[$1].weight }
        }
        self.init(
            boxes: FlameView.boxes(nodes), traces: list.count,
            total: list.reduce(Duration.zero) { $0 + $1.duration })
    }

    private static func add(_ way: Way, _ nodes: inout [Node], _ places: inout [Way: Int]) -> Int? {
        guard nodes.count <= limit else { return nil }
        places[way] = nodes.count
        nodes[way.parent].children.append(nodes.count)
        nodes.append(Node(service: way.service, operation: way.operation))
        return nodes.count - 1
    }

    private static func boxes(_ nodes: [Node]) -> [Box] {
        let services = Array(Set(nodes.map(\.service))).sorted()
        let colors = Dictionary(services.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let whole = max(nodes[0].weight, 1e-12)
        var boxes: [Box] = []
        // Nodes, with the box that they belong into and where they begin.
        var stack: [(node: Int, parent: Int?, depth: Int, from: Double)] = []
        func push(_ children: [Int], parent: Int?, depth: Int, from: Double) {
            var from = from
            var next: [(Int, Int?, Int, Double)] = []
            for child in children.sorted(by: { (nodes[$1].weight, $0) < (nodes[$0].weight, $1) }) {
                next.append((child, parent, depth, from))
                from += nodes[child].weight / whole
            }
            stack += next.reversed()
        }
        push(nodes[0].children, parent: nil, depth: 0, from: 0)
        while let (index, parent, depth, from) = stack.popLast() {
            let node = nodes[index]
            // Whatever is still open at this depth or deeper ends here.
            boxes.append(
                Box(
                    depth: depth, parent: parent, end: boxes.count + 1, from: from, to: from + node.weight / whole,
                    service: node.service, operation: node.operation, color: colors[node.service] ?? 0,
                    count: node.count, errors: node.errors,
                    isCause: node.errors > node.children.reduce(0) { max($0, nodes[$1].errors) }, total: node.total,
                    own: node.own))
            push(node.children, parent: boxes.count - 1, depth: depth + 1, from: from)
        }
        for index in boxes.indices.reversed() {
            if let parent = boxes[index].parent { boxes[parent].end = max(boxes[parent].end, boxes[index].end) }
        }
        return boxes
    }
}
