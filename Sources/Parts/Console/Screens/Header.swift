import MeshModel
import Quantities
import TerminalUI
import TraceModel

/// The two lines on top: how the mesh is, then where we are and how old that is. One line on a low screen.
enum Header {
    static func draw(_ model: Model, on canvas: inout Canvas) {
        let area = model.geometry.header
        canvas.on(.bar, area) { canvas in draw(model, in: area, on: &canvas) }
    }

    private static func draw(_ model: Model, in area: Rect, on canvas: inout Canvas) {
        let status = status(of: model, signs: canvas.signs)
        let place = breadcrumbs(of: model, signs: canvas.signs)
        let age = age(of: model, signs: canvas.signs)
        if area.height > 1 {
            line(summary(of: model, signs: canvas.signs), status, y: area.y, on: &canvas)
            line(place, age, y: area.y + 1, on: &canvas)
        } else {
            let short = [status.first, status.last, age.last].compactMap(\.self)
            line([Piece(model.source, .title)], short, y: area.y, on: &canvas)
        }
        crumbHits(model, y: area.maxY - 1, on: &canvas)
    }

    /// The right part is what changes; it is shortened from its left end and the left part takes what remains.
    private static func line(_ left: [Piece], _ right: [[Piece]], y: Int, on canvas: inout Canvas) {
        var parts = right
        let gap = 3
        let leftWidth = left.reduce(0) { $0 + canvas.cells($1.text) }
        func width(_ parts: [[Piece]]) -> Int {
            parts.reduce(0) { $0 + $1.reduce(0) { $0 + canvas.cells($1.text) } } + max(0, parts.count - 1) * gap
        }
        while parts.count > 1, min(leftWidth, canvas.width / 3) + 4 + width(parts) > canvas.width {
            parts.removeFirst()
        }
        let total = width(parts)
        canvas.put(left, x: 1, y: y, width: max(0, canvas.width - total - 4))
        var x = max(1, canvas.width - 1 - total)
        for part in parts {
            x += canvas.put(part, x: x, y: y, width: max(0, canvas.width - 1 - x)) + gap
        }
    }

    private static func summary(of model: Model, signs: Signs) -> [Piece] {
        var pieces = [Piece(model.source, .title)]
        guard let mesh = model.mesh, !mesh.snapshot.nodes.isEmpty else { return pieces }
        let nodes = mesh.snapshot.nodes.count
        pieces.append(
            Piece(
                "  \(nodes) \(nodes == 1 ? "node" : "nodes") \(signs.separator) \(mesh.snapshot.edges.count) edges",
                .dim))
        return pieces
    }

    /// Traffic as it enters the mesh, and the worst health.
    private static func status(of model: Model, signs: Signs) -> [[Piece]] {
        guard let mesh = model.mesh, !mesh.snapshot.nodes.isEmpty else { return [] }
        let errors = mesh.entry.errors
        return [
            [Piece(Field.rate(mesh.entry.rate), .strong)],
            [Piece("err ", .dim), Piece(Field.percent(errors), (errors?.value ?? 0) > 0 ? .text : .dim)],
            [Piece("p95 ", .dim), Piece(Field.latency(mesh.entry.p95))],
            [Piece("\(signs.health(mesh.health)) \(Field.left(mesh.health.rawValue, 8))", Tone(of: mesh.health))],
        ]
    }

    private static func age(of model: Model, signs: Signs) -> [[Piece]] {
        guard let mesh = model.mesh, let age = model.age else { return [[Piece("waiting", .dim)]] }
        let targets = mesh.snapshot.targets.count
        let isDown = mesh.snapshot.targets.contains { if case .down = $0.state { true } else { false } }
        let word: Piece =
            if model.isPaused {
                Piece(model.time.asked == nil ? "paused" : "asking", .accent)
            } else if model.isStale {
                Piece("\(signs.degraded) stale", .degraded)
            } else {
                Piece("live", .dim)
            }
        return [
            [
                Piece("targets ", .dim),
                Piece("\(mesh.targetsUp)/\(targets)", isDown ? .failure : mesh.targetsUp < targets ? .degraded : .text),
                Piece(isDown ? " \(signs.failure)" : "", .failure),
            ],
            [Piece(Field.timeOfDay(mesh.snapshot.time, model.utcOffset), model.isPaused ? .accent : .dim)],
            [
                word,
                model.isPaused
                    ? Piece(" " + Field.right(Field.ago(age), 6), .accent)
                    : Piece(" " + Field.right(Field.age(age), 6), model.isStale ? .degraded : .text),
            ],
        ]
    }

    // MARK: Breadcrumbs

    private static func breadcrumbs(of model: Model, signs: Signs) -> [Piece] {
        var pieces: [Piece] = []
        for (index, screen) in model.screens.enumerated() {
            if index > 0 { pieces.append(Piece(" \(signs.crumb) ", .dim)) }
            pieces.append(Piece(name(of: screen, in: model), index == model.screens.count - 1 ? .strong : .dim))
        }
        if model.screen == .graph {
            for word in GraphWords.summary(model.graphFilter) { pieces.append(Piece("  \(word)", .accent)) }
        }
        if model.screen == .traces, let traces = model.traces {
            if let cut = traces.cut { pieces.append(Piece("  \(cut.words(model.utcOffset))", .accent)) }
            if traces.mode == .shapes { pieces.append(Piece("  by shape", .accent)) }
            if let shape = traces.shape { pieces.append(Piece("  one shape, \(shape.count)", .accent)) }
            if traces.query.errorsOnly { pieces.append(Piece("  failed only", .accent)) }
            if traces.isFollowing { pieces.append(Piece("  following", .accent)) }
        }
        let filter = model.currentFilter
        if !filter.isEmpty { pieces.append(Piece("  /\(filter)", .accent)) }
        if let count = model.filterCount { pieces.append(Piece("  \(count)", .dim)) }
        for notice in [model.trouble].compactMap(\.self) + (model.mesh?.snapshot.notices ?? []) {
            pieces.append(Piece("   \(signs.degraded) \(notice)", .degraded))
        }
        return pieces
    }

    private static func crumbHits(_ model: Model, y: Int, on canvas: inout Canvas) {
        guard model.geometry.header.height > 1 else { return }
        var x = 1
        for screen in model.screens {
            let width = canvas.cells(name(of: screen, in: model))
            canvas.hit(Rect(x: x, y: y, width: width, height: 1), .screen(screen))
            x += width + 3
        }
    }

    private static func name(of screen: Screen, in model: Model) -> String {
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
        case .help: "help"
        }
    }
}
