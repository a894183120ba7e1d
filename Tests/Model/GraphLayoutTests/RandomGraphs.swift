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

/// The meshes that `meshtop-bench layout` compares with Graphviz.
func benchmarkMesh(nodes count: Int, seed: UInt64) -> LayoutInput<Int> {
    var state = seed
    func random(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(truncatingIfNeeded: (state >> 33) % UInt64(bound))
    }
    var edges: Set<LayoutInput<Int>.Edge> = []
    for target in 1..<count {
        edges.insert(.init(source: max(0, target - 1 - random(max(1, count / 5))), target: target))
        if random(2) == 0 { edges.insert(.init(source: random(target), target: target)) }
    }
    return LayoutInput(nodes: (0..<count).map { .init(id: $0, width: 22, height: 4) }, edges: edges.sorted())
}
