import Glibc
import GraphLayout
import Quantities
import SystemIO

/// Graphviz' `dot` on the same graphs: how many lines cross in its picture, and how long it takes.
struct GraphvizComparison {
    typealias Input = LayoutInput<Int>

    private struct Point {
        var x: Double
        var y: Double
    }

    /// What one picture is like.
    struct Picture {
        /// Places where two lines cross.
        var crossings = 0
        /// Of all lines together, in the widths of a cell, which is twice as high as wide.
        var length = 0.0
        var milliseconds = 0.0
    }

    /// Whether `dot` is there.
    static var isPossible: Bool { Files.exists("/usr/bin/dot") }

    let directory: String
    let loop: EventLoop

    /// Lays out a graph in a process of its own, start and all.
    func picture(of input: Input) throws -> Picture {
        let source = "\(directory)/graph.gv"
        let drawn = "\(directory)/graph.plain"
        try Files.writeAtomically(source, Array(Self.text(of: input).utf8))
        let start = SystemClock.monotonic()
        let child = try ChildProcess(ChildCommand("dot", ["-Tplain", "-o", drawn, source]), loop: loop)
        _ = loop.run(until: start.advanced(by: .seconds(120))) { child.exit != nil }
        guard child.exit == .code(0) else { throw BenchmarkFailure("dot ended with \(child.exit as Any)") }
        let time = start.duration(to: SystemClock.monotonic())
        let lines = Self.lines(in: String(decoding: try Files.read(drawn), as: UTF8.self))
        let length = lines.reduce(0) { sum, line in
            zip(line, line.dropFirst()).reduce(sum) { $0 + hypot($1.1.x - $1.0.x, $1.1.y - $1.0.y) * 10 }
        }
        return Picture(crossings: Self.crossings(lines), length: length, milliseconds: time.milliseconds)
    }

    /// Boxes of the same proportions: a cell is a tenth of an inch wide and two high.
    private static func text(of input: Input) -> String {
        var text = "digraph { rankdir=LR; nodesep=0.2; ranksep=0.4; node [shape=box, fixedsize=true]\n"
        for node in input.nodes {
            text += "\(node.id) [width=\(Double(node.width) / 10), height=\(Double(node.height) / 5)]\n"
        }
        for edge in input.edges { text += "\(edge.source) -> \(edge.target)\n" }
        return text + "}\n"
    }

    /// The edges of dot's plain output <https://graphviz.org/docs/outputs/plain/>: Bézier splines, here as short pieces.
    private static func lines(in plain: String) -> [[Point]] {
        plain.split(separator: "\n").filter { $0.hasPrefix("edge ") }.map { line in
            let words = line.split(separator: " ")
            let count = words.count > 3 ? Int(words[3]) ?? 0 : 0
            let numbers = words.dropFirst(4).prefix(2 * count).map { Double($0) ?? 0 }
            let controls = stride(from: 0, to: numbers.count - 1, by: 2).map {
                Point(x: numbers[$0], y: numbers[$0 + 1])
            }
            var points = Array(controls.prefix(1))
            for first in stride(from: 0, to: controls.count - 3, by: 3) {
                for step in 1...12 {
                    points.append(point(on: Array(controls[first...(first + 3)]), at: Double(step) / 12))
                }
            }
            return points
        }
    }

    private static func point(on controls: [Point], at position: Double) -> Point {
        var points = controls
        while points.count > 1 {
            points = zip(points, points.dropFirst()).map { from, to in
                Point(x: from.x + (to.x - from.x) * position, y: from.y + (to.y - from.y) * position)
            }
        }
        return points[0]
    }

    private static func crossings(_ lines: [[Point]]) -> Int {
        var count = 0
        for (index, line) in lines.enumerated() {
            for other in lines[(index + 1)...] { count += crossings(line, other) }
        }
        return count
    }

    private static func crossings(_ line: [Point], _ other: [Point]) -> Int {
        var count = 0
        for (from, to) in zip(line, line.dropFirst()) {
            for (start, end) in zip(other, other.dropFirst()) {
                let parts = (side(from, to, start) * side(from, to, end), side(start, end, from) * side(start, end, to))
                if parts.0 < 0, parts.1 < 0 { count += 1 }
            }
        }
        return count
    }

    /// On which side of the way from `a` to `b` a point is.
    private static func side(_ a: Point, _ b: Point, _ point: Point) -> Double {
        (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
    }
}

extension Layout {
    /// As ``GraphvizComparison/Picture/length``.
    var drawnLength: Double {
        edges.values.reduce(0) { sum, path in
            zip(path.corners, path.corners.dropFirst()).reduce(sum) {
                $0 + Double(abs($1.1.x - $1.0.x) + 2 * abs($1.1.y - $1.0.y))
            }
        }
    }

    /// Places where a line that goes along crosses one that goes down.
    var drawnCrossings: Int {
        var along: Set<CellPoint> = []
        var down: Set<CellPoint> = []
        for path in edges.values {
            let cells = path.cells
            for (before, (cell, after)) in zip(cells, zip(cells.dropFirst(), cells.dropFirst(2))) {
                if before.y == cell.y, cell.y == after.y { along.insert(cell) }
                if before.x == cell.x, cell.x == after.x { down.insert(cell) }
            }
        }
        return along.intersection(down).count
    }
}
