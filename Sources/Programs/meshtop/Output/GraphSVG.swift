import GraphLayout
import MeshModel
import Quantities

/// The graph as a picture, laid out as the console does: `meshtop graph -o svg > mesh.svg`.
///
/// One file that any browser shows: no scripts, no fonts of its own, a light or a dark ground as the reader has it.
enum GraphSVG {
    /// Of one cell, in pixels.
    private static let cell = (width: 9, height: 20)
    private static let margin = 18
    private static let boxHeight = 3

    static func document(_ snapshot: MeshSnapshot) -> String {
        let layout = layout(snapshot)
        let width = layout.width * cell.width + 2 * margin
        let height = layout.height * cell.height + 2 * margin
        var lines = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(height)\" "
                + "viewBox=\"0 0 \(width) \(height)\" font-family=\"ui-monospace, monospace\" font-size=\"13\">",
            "<title>\(SVGText.escaped("The mesh on \(snapshot.time.rfc3339)"))</title>",
            style,
            "<rect class=\"ground\" width=\"\(width)\" height=\"\(height)\"/>",
        ]
        // Several protocols between two nodes take one way; the worst of them colours it.
        let ways = Dictionary(grouping: snapshot.edges) {
            Layout<MeshNode.ID>.Edge(source: $0.source, target: $0.target)
        }
        var labels: [CellRect] = []
        for (way, edges) in ways.sorted(by: { $0.key < $1.key }) {
            guard let path = layout.edges[way] else { continue }
            lines.append(contentsOf: drawing(of: path, edges))
            let words = edges.map { GraphWords.label(of: $0) }.joined(separator: " · ")
            let others = layout.edges.lazy.filter { $0.key != way }.map(\.value)
            lines.append(contentsOf: label(words, on: path, beside: others, &labels))
        }
        for node in snapshot.nodes {
            guard let place = layout.nodes[node.id] else { continue }
            lines.append(contentsOf: drawing(of: node, at: place))
        }
        lines.append("</svg>")
        return lines.joined(separator: "\n")
    }

    private static func layout(_ snapshot: MeshSnapshot) -> Layout<MeshNode.ID> {
        let nodes = snapshot.nodes.map { node in
            let widest = GraphWords.label(of: node).split(separator: "\n").map(\.count).max() ?? 0
            return LayoutInput<MeshNode.ID>.Node(
                id: node.id, width: max(12, widest + 4), height: boxHeight, group: node.namespace)
        }
        let edges = Set(snapshot.edges.map { Layout<MeshNode.ID>.Edge(source: $0.source, target: $0.target) })
        // Room for an edge's words between two columns.
        return Layout(
            LayoutInput(nodes: nodes, edges: edges.sorted()), spacing: LayoutSpacing(rows: 2, columns: 6))
    }

    // MARK: Drawing

    private static func drawing(of path: EdgePath, _ edges: [MeshEdge]) -> [String] {
        guard let first = path.corners.first, let last = path.corners.last else { return [] }
        let colour = GraphWords.colour(of: edges.map(\.health).max() ?? .unknown)
        let corners = path.corners.dropFirst().dropLast().map {
            "\(x($0.x) + cell.width / 2),\(y($0.y) + cell.height / 2) "
        }
        // The cells at both ends touch the boxes; the lines reach them.
        let start = "\(x(first.x)),\(y(first.y) + cell.height / 2)"
        let tip = (x: x(last.x) + cell.width, y: y(last.y) + cell.height / 2)
        let words = edges.map { "\($0.source.text) to \($0.target.text): \(GraphWords.label(of: $0))" }
        return [
            "<g><title>\(SVGText.escaped(words.joined(separator: "\n")))</title>",
            "<polyline points=\"\(start) \(corners.joined())\(tip.x - 6),\(tip.y)\" "
                + "fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.5\"/>",
            "<path d=\"M\(tip.x) \(tip.y) l-8 -4 v8 z\" fill=\"\(colour)\"/>", "</g>",
        ]
    }

    /// Words above the longest straight piece of a way that has room for them; none where others stand already.
    private static func label(
        _ text: String, on path: EdgePath, beside others: some Sequence<EdgePath>, _ taken: inout [CellRect]
    ) -> [String] {
        let runs = zip(path.corners, path.corners.dropFirst()).filter { $0.y == $1.y }
            .map { (x: min($0.x, $1.x), y: $0.y, length: abs($0.x - $1.x)) }
            .sorted { ($1.length, $0.x) < ($0.length, $1.x) }
        // Small letters take two thirds of a cell.
        let width = text.count * 2 / 3 + 1
        for run in runs where run.length >= width {
            let place = CellRect(x: run.x, y: run.y, width: width, height: 1)
            // Where several ways run as one, words would speak for all of them.
            guard !others.contains(where: { runsAlong($0, place) }), !taken.contains(where: { $0.intersects(place) })
            else { continue }
            taken.append(place)
            return ["<text class=\"small\" x=\"\(x(run.x) + 6)\" y=\"\(y(run.y) + 6)\">\(SVGText.escaped(text))</text>"]
        }
        return []
    }

    private static func runsAlong(_ path: EdgePath, _ place: CellRect) -> Bool {
        zip(path.corners, path.corners.dropFirst()).contains {
            $0.y == place.y && $1.y == place.y && min($0.x, $1.x) < place.maxX && max($0.x, $1.x) >= place.x
        }
    }

    private static func drawing(of node: MeshNode, at place: CellRect) -> [String] {
        let (left, top) = (x(place.x), y(place.y))
        let lines = GraphWords.label(of: node).split(separator: "\n")
        let radius = node.kind == .service || node.kind == .external ? place.height * cell.height / 2 : 6
        return [
            "<g><title>\(SVGText.escaped(node.id.text + (node.trouble.map { "\n\($0)" } ?? "")))</title>",
            "<rect class=\"box\" x=\"\(left)\" y=\"\(top)\" width=\"\(place.width * cell.width)\" "
                + "height=\"\(place.height * cell.height)\" rx=\"\(radius)\" stroke-width=\"2\" "
                + "stroke=\"\(GraphWords.colour(of: node.health))\"/>",
        ]
            + lines.enumerated().map { index, line in
                "<text x=\"\(left + 2 * cell.width)\" y=\"\(top + (index + 1) * cell.height + 4)\">\(SVGText.escaped(line))</text>"
            } + ["</g>"]
    }

    private static func x(_ column: Int) -> Int { margin + column * cell.width }
    private static func y(_ row: Int) -> Int { margin + row * cell.height }

    // Colours stand at each element: not every viewer knows variables or nested selectors.
    private static let style =
        "<style>.ground{fill:#fff}text{fill:#1a1a1a}.small{font-size:10px}.box{fill:#fff}"
        + "@media(prefers-color-scheme:dark){.ground,.box{fill:#16181d}text{fill:#e6e6e6}}</style>"
}
