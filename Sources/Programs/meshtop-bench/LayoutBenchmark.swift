import GraphLayout
import Quantities
import SystemIO

/// Laying out generated meshes: mostly forward calls between neighbouring tiers, a few far ones.
struct LayoutBenchmark {
    func run() throws {
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
        guard GraphvizComparison.isPossible else { return print("  without dot beside it: graphviz is not installed") }
        try compare()
    }

    /// Fifty meshes of 10 to 300 nodes, by us and by Graphviz in turn.
    private func compare() throws {
        let directory = try Files.makeTemporaryDirectory(prefix: "meshtop-bench-")
        defer { try? Files.remove(directory) }
        let graphviz = GraphvizComparison(directory: directory, loop: try EventLoop())
        var ours = GraphvizComparison.Picture()
        var between = 0
        var theirs = ours
        for number in 0..<50 {
            let input = Self.mesh(nodes: 10 + number * 290 / 49, seed: UInt64(number) * 7919 + 1)
            let start = SystemClock.monotonic()
            let layout = Layout(input)
            ours.milliseconds += start.duration(to: SystemClock.monotonic()).milliseconds
            ours.crossings += layout.drawnCrossings
            ours.length += layout.drawnLength
            between += layout.crossings
            let picture = try graphviz.picture(of: input)
            theirs.milliseconds += picture.milliseconds
            theirs.crossings += picture.crossings
            theirs.length += picture.length
        }
        func ratio(_ one: Double, _ other: Double) -> String { Humane.fixed(one / other, decimals: 2) }
        let crossings = Double(theirs.crossings)
        print(
            "  50 meshes of 10 to 300 nodes: \(ours.crossings) crossings on the screen, \(between) between columns, "
                + "in \(Humane.fixed(ours.milliseconds, decimals: 0)) ms; dot \(theirs.crossings) "
                + "in \(Humane.fixed(theirs.milliseconds, decimals: 0)) ms")
        print(
            "  ratio to dot: crossings \(ratio(Double(ours.crossings), crossings)) on the screen, "
                + "\(ratio(Double(between), crossings)) between columns; "
                + "lines, which run along rows and columns, \(ratio(ours.length, theirs.length)) as long")
    }

    private static func mesh(nodes count: Int, seed: UInt64 = 42) -> LayoutInput<Int> {
        var state = seed
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
