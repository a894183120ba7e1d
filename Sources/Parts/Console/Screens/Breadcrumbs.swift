import MeshModel
import TraceModel

/// The way from the graph to the screen that is open.
struct Breadcrumbs {
    private(set) var pieces: [Piece] = []
    /// Where each screen's name stands, in cells from the first.
    private(set) var hits: [(screen: Screen, x: Int, width: Int)] = []
    private(set) var width = 0
    private let dropped: Int

    /// - Parameter dropping: how many of the way's first screens are left out.
    init(_ model: Model, dropping count: Int, on canvas: Canvas) {
        dropped = count
        let separator = " \(canvas.signs.crumb) "
        func add(_ piece: Piece) {
            pieces.append(piece)
            width += canvas.cells(piece.text)
        }
        if count > 0 { add(Piece("…", .dim)) }
        for (index, screen) in model.screens.enumerated().dropFirst(count) {
            if width > 0 { add(Piece(separator, .dim)) }
            let name = Self.name(of: screen, in: model)
            hits.append((screen, width, canvas.cells(name)))
            add(Piece(name, index == model.screens.count - 1 ? .strong : .dim))
        }
    }

    /// As much of the way as fits into `room` cells, and its end in any case.
    func fitting(_ room: Int, _ model: Model, on canvas: Canvas) -> Breadcrumbs {
        var crumbs = self
        while crumbs.width > room, crumbs.dropped < model.screens.count - 1 {
            crumbs = Breadcrumbs(model, dropping: crumbs.dropped + 1, on: canvas)
        }
        return crumbs
    }

    static func name(of screen: Screen, in model: Model) -> String {
        switch screen {
        case .graph:
            model.graphType == .versionedApp || model.screen != .graph ? "graph" : "graph of \(model.graphType.title)"
        case .services: "services"
        case .workloads: "workloads"
        case .edges: "edges"
        case .detail(let subject): model.mesh.map { subject.title(in: $0) } ?? "detail"
        case .traces:
            // Whose they are matters while they are what is looked at.
            model.screen == .traces ? "traces of " + (model.traces?.title ?? "the mesh") : "traces"
        case .waterfall(let id): String(id.description.prefix(8))
        case .compare: "compare"
        case .flame(.one): "flame graph"
        case .flame(.listed): model.screen == screen ? "flame graph of the listed traces" : "flame graph"
        case .statistics(.one): "statistics"
        case .statistics(.listed): model.screen == screen ? "statistics of the listed traces" : "statistics"
        case .canary(let service): "weights of \(service.name)"
        case .config(let place): ConfigScreen.title(place, model)
        case .overview: "overview"
        case .security: "security"
        case .mesh: "mesh"
        case .log: "log"
        case .help: "help"
        }
    }
}
