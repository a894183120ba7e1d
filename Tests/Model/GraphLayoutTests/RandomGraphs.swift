import GraphLayout
import TestSupport

/// A graph like a mesh: mostly forward calls to what is near, some far, a few back, a few to itself.
func randomGraph(nodes: Int, edges: Int, seed: UInt64) -> LayoutInput<Int> {
    var random = SeededGenerator(seed: seed)
    var list: [LayoutInput<Int>.Edge] = []
    for _ in 0..<edges {
        let source = Int.random(in: 0..<nodes, using: &random)
        let reach = Int.random(in: 0..<5, using: &random) == 0 ? nodes : max(2, nodes / 6)
        let target = min(nodes - 1, source + Int.random(in: 1...reach, using: &random))
        let goesBack = Int.random(in: 0..<25, using: &random) == 0
        list.append(goesBack ? .init(source: target, target: source) : .init(source: source, target: target))
    }
    let boxes = (0..<nodes).map { id in
        LayoutInput<Int>.Node(
            id: id, width: Int.random(in: 5...20, using: &random),
            height: [1, 3, 3, 4, 6].randomElement(using: &random) ?? 3)
    }
    return LayoutInput(nodes: boxes, edges: list)
}
