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
        let age = age(of: model, signs: canvas.signs)
        if area.height > 1 {
            line(summary(of: model, signs: canvas.signs), status, y: area.y, on: &canvas)
            placeLine(model, age, y: area.y + 1, on: &canvas)
        } else {
            let short = [status.first, status.last, age.last].compactMap(\.self)
            line([Piece(model.source, .title)], short, y: area.y, on: &canvas)
        }
    }

    private static let gap = 3

    /// The right part is what changes; it is shortened from its left end and the left part takes what remains.
    private static func line(_ left: [Piece], _ right: [[Piece]], y: Int, on canvas: inout Canvas) {
        let leftWidth = canvas.cells(left)
        let parts = fitting(right, beside: leftWidth, on: canvas)
        let total = width(parts, on: canvas)
        canvas.put(left, x: 1, y: y, width: max(0, canvas.width - total - 4))
        put(parts, y: y, on: &canvas)
    }

    private static func width(_ parts: [[Piece]], on canvas: Canvas) -> Int {
        parts.reduce(0) { $0 + canvas.cells($1) } + max(0, parts.count - 1) * gap
    }

    private static func fitting(_ right: [[Piece]], beside leftWidth: Int, on canvas: Canvas) -> [[Piece]] {
        var parts = right
        while parts.count > 1, min(leftWidth, canvas.width / 3) + 4 + width(parts, on: canvas) > canvas.width {
            parts.removeFirst()
        }
        return parts
    }

    private static func put(_ parts: [[Piece]], y: Int, on canvas: inout Canvas) {
        var x = max(1, canvas.width - 1 - width(parts, on: canvas))
        for part in parts {
            x += canvas.put(part, x: x, y: y, width: max(0, canvas.width - 1 - x)) + gap
        }
    }

    /// Where we are, and what is left out there. The way is shortened from its begin: where it ends is what matters.
    private static func placeLine(_ model: Model, _ right: [[Piece]], y: Int, on canvas: inout Canvas) {
        let words = words(of: model, signs: canvas.signs)
        let whole = Breadcrumbs(model, dropping: 0, on: canvas)
        let parts = fitting(right, beside: whole.width + canvas.cells(words), on: canvas)
        let room = max(0, canvas.width - width(parts, on: canvas) - 4)
        let crumbs = whole.fitting(room - min(canvas.cells(words), room / 2), model, on: canvas)
        canvas.put(crumbs.pieces + words, x: 1, y: y, width: room)
        for hit in crumbs.hits where hit.x < room {
            canvas.hit(Rect(x: 1 + hit.x, y: y, width: min(hit.width, room - hit.x), height: 1), .screen(hit.screen))
        }
        put(parts, y: y, on: &canvas)
    }

    private static func summary(of model: Model, signs: Signs) -> [Piece] {
        var pieces = [Piece(model.source, .title)]
        if model.access.isProduction { pieces.append(Piece("  production", .degraded)) }
        if !model.access.mayChange { pieces.append(Piece("  read-only", .dim)) }
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

    /// What the place leaves out or has to say.
    private static func words(of model: Model, signs: Signs) -> [Piece] {
        var pieces: [Piece] = []
        if model.screen == .graph {
            if let diff = model.graphDiff, let mesh = model.graphMesh {
                pieces.append(Piece("  \(diff.summary(mesh, model.utcOffset))", .accent))
            }
            for word in GraphWords.summary(
                model.graphFilter, model.graphFocus, model.graphMesh)
            { pieces.append(Piece("  \(word)", .accent)) }
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
}
