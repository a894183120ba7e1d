import MeshConfig
import MeshModel
import TerminalUI

/// The configuration: the table of its objects, an object, its history, and a change of it.
enum ConfigScreen {
    /// Rows above the list of a place.
    static func titles(_ place: ConfigPlace) -> Int {
        switch place {
        case .list, .history: 1
        case .object: 2
        case .change: 2
        }
    }

    /// Rows below the list of a place, and columns beside it.
    static func margins(_ place: ConfigPlace, body: Rect) -> (right: Int, bottom: Int) {
        switch place {
        case .list: (0, body.height >= 12 ? 6 : 0)
        case .object:
            body.width >= 100
                ? (min(60, body.width * 2 / 5), 0) : (0, body.height >= 14 ? body.height / 3 : 0)
        case .history: (0, body.height / 2)
        case .change: (0, 5)
        }
    }

    static func draw(_ place: ConfigPlace, _ model: Model, on canvas: inout Canvas) {
        let config = model.config
        guard config.catalog != nil else {
            return draw(config.problem ?? "reading the configuration of \(model.source)", model, on: &canvas)
        }
        switch place {
        case .list: ConfigTable.draw(model, on: &canvas)
        case .object(let key): ConfigObjectScreen.draw(key, model, on: &canvas)
        case .history: ConfigHistoryScreen.draw(model, on: &canvas)
        case .change: ConfigChangeScreen.draw(model, on: &canvas)
        }
    }

    /// Words in the middle of the screen, on as many lines as they need.
    private static func draw(_ words: String, _ model: Model, on canvas: inout Canvas) {
        let body = model.geometry.body
        let lines = Wrapping.lines(words, width: min(72, body.width - 4))
        let y = body.y + max(0, (body.height - lines.count) / 2)
        for (row, line) in lines.enumerated() {
            canvas.sentence(line, in: Rect(x: 0, y: y + row, width: body.width, height: 1))
        }
    }

    static func title(_ place: ConfigPlace, _ model: Model) -> String {
        switch place {
        case .list:
            (model.config.concerning.map { "configuration of \($0.name)" } ?? "configuration")
                // Only traffic is remembered, not who was configured how.
                + (model.isPaused ? " as it is now" : "")
        case .object(let key): key.name
        case .history: "history"
        case .change: model.config.edit?.isUndo ?? false ? "undo" : "change"
        }
    }

    /// Where in a long list the screen is, at its right edge.
    static func drawThumb(offset: Int, count: Int, in area: Rect, on canvas: inout Canvas) {
        guard count > area.height, area.height > 0 else { return }
        let size = max(1, area.height * area.height / count)
        let start = (area.height - size) * offset / max(1, count - area.height)
        for y in start..<(start + size) {
            canvas.put(canvas.glyphs.scrollThumb, x: area.maxX - 1, y: area.y + y, .border)
        }
    }
}
