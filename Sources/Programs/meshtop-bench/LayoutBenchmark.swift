import GraphLayout
import Quantities
import SystemIO

/// Laying out generated meshes: mostly forward calls between neighbouring tiers, a few far ones.
struct LayoutBenchmark {
    func run() {
        for count in [300, 1_000] {
            let input = Self.mesh(nodes: count)
            var milliseconds: [Double] = []
            for _ in 0..<9 {
                let start = SystemClock.monotonic()
                let layout = Layout(input)
                milliseconds.append(start.duration(to: SystemClock.monotonic()).milliseconds)
                precondition(layout.edges.count == input.edges.count, "an edge was lost")
            }
            print(
                "  \(count) nodes, \(input.edges.count) edges: \(Humane.fixed(median(milliseconds), decimals: 1)) ms")
        }
    }

    private static func mesh(nodes count: Int) -> LayoutInput<Int> {
        var state: UInt64 = 42
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(truncatingIfNeeded: (state >> 33) % UInt64(bound))
        }
        var edges: Set<LayoutInput<Int>.Edge> = []
        for target in 1..<count {
            // Callers come from the fifth of the mesh before: a mesh is shallow and wide.
            let reach = max(1, count / 5)
            edges.insert(.init(source: max(0, target - 1 - random(reach)), target: target))
            if random(2) == 0 { edges.insert(.init(source: random(target), target: target)) }
        }
        return LayoutInput(
            nodes: (0..<count).map { .init(id: $0, width: 22, height: 4) }, edges: edges.sorted())
    }
}
