import GraphLayout

typealias Input = LayoutInput<String>

/// A graph in a few words: `"a > b, b > c"`, boxes as wide as their names with a border.
func graph(_ text: String, extra: [String] = [], height: Int = 3) -> Input {
    var edges: [Input.Edge] = []
    var names = Set(extra)
    for part in text.split(separator: ",") {
        let ends = part.split(separator: ">").map { trimmed($0) }
        names.formUnion(ends)
        for (source, target) in zip(ends, ends.dropFirst()) { edges.append(.init(source: source, target: target)) }
    }
    return Input(
        nodes: names.map { .init(id: $0, width: $0.count + 4, height: height) }, edges: edges)
}

private func trimmed(_ text: Substring) -> String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\n" }
    return String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
}

/// The picture as text: boxes with their names, edges with their arrow heads.
func drawing(_ layout: Layout<String>, glyphs: EdgeGlyphs = .rounded) -> String {
    var canvas = EdgeCanvas(width: layout.width, height: layout.height)
    for (index, edge) in layout.edges.keys.sorted().enumerated() {
        if let path = layout.edges[edge] { canvas.add(path, owner: index) }
    }
    var rows = [[Unicode.Scalar]](
        repeating: [Unicode.Scalar](repeating: " ", count: layout.width), count: layout.height)
    for y in 0..<layout.height {
        for x in 0..<layout.width {
            if let scalar = canvas.scalar(at: CellPoint(x: x, y: y), glyphs: glyphs) { rows[y][x] = scalar }
        }
    }
    let box: [Unicode.Scalar] = glyphs == .ascii ? Array("-|++++".unicodeScalars) : Array("─│╭╮╰╯".unicodeScalars)
    for (name, rect) in layout.nodes {
        for y in rect.y..<rect.maxY {
            for x in rect.x..<rect.maxX { rows[y][x] = y == rect.y || y == rect.maxY - 1 ? box[0] : " " }
            rows[y][rect.x] = box[1]
            rows[y][rect.maxX - 1] = box[1]
        }
        if rect.height == 1 { for x in (rect.x + 1)..<(rect.maxX - 1) { rows[rect.y][x] = " " } }
        if rect.height >= 3 {
            rows[rect.y][rect.x] = box[2]
            rows[rect.y][rect.maxX - 1] = box[3]
            rows[rect.maxY - 1][rect.x] = box[4]
            rows[rect.maxY - 1][rect.maxX - 1] = box[5]
        }
        for (offset, scalar) in name.unicodeScalars.enumerated() {
            rows[rect.y + rect.height / 2][rect.x + 2 + offset] = scalar
        }
    }
    return rows.map { row in
        var line = String(String.UnicodeScalarView(row))
        while line.last == " " { line.removeLast() }
        return line + "\n"
    }.joined()
}

/// The calls of the demo mesh, one node per app and version.
let demoEdges = """
    ingress-gateway > web v1, web v1 > catalog v1, web v1 > recommend v1, web v1 > order v1, catalog v1 > inventory v1,
    order v1 > inventory v1, order v1 > payment v1, order v1 > payment v2, order v1 > notify v1,
    recommend v1 > catalog v1, payment v1 > bank, payment v2 > bank
    """
let demoMesh = graph(demoEdges)
let demoPills = graph(demoEdges, height: 1)
