import TraceModel

extension SpanNames {
    /// As the graph names services, with the arrow of the signs that are drawn with.
    init(_ mesh: MeshIndex?, _ signs: Signs) {
        guard let mesh else {
            self.init(arrow: signs.arrow)
            return
        }
        self.init(arrow: signs.arrow) { mesh.shortService($0) }
    }
}

extension Model {
    var spanNames: SpanNames { SpanNames(mesh, Signs(glyphs)) }
}
