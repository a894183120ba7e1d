package import TerminalUI

/// The whole screen for a model. Pure: it reads no clock and changes nothing.
///
/// - Parameter theme: already adapted to the terminal's colours.
package func view(_ model: Model, theme: Theme) -> Frame {
    var canvas = Canvas(size: model.size, theme: theme, glyphs: model.glyphs)
    draw(model, on: &canvas)
    return canvas.frame
}

private func draw(_ model: Model, on canvas: inout Canvas) {
    guard !model.isTooSmall else {
        let text = "meshtop needs 40 × 12 cells; this is \(model.size.width) × \(model.size.height)"
        return canvas.sentence(text, in: Rect(model.size))
    }
    canvas.within(model.geometry.body) { canvas in
        switch model.screen {
        case .graph: GraphScreen.draw(model, on: &canvas)
        case .services: TableScreen.draw(.services, model, on: &canvas)
        case .workloads: TableScreen.draw(.workloads, model, on: &canvas)
        case .edges: TableScreen.draw(.edges, model, on: &canvas)
        case .detail: DetailScreen.draw(model, on: &canvas)
        case .traces: TracesScreen.draw(model, on: &canvas)
        case .waterfall: WaterfallScreen.draw(model, on: &canvas)
        case .compare: CompareScreen.draw(model, on: &canvas)
        case .flame: FlameScreen.draw(model, on: &canvas)
        case .statistics: StatisticsScreen.draw(model, on: &canvas)
        case .canary: CanaryScreen.draw(model, on: &canvas)
        case .config(let place): ConfigScreen.draw(place, model, on: &canvas)
        case .overview: SightScreen.draw(.overview, model, on: &canvas)
        case .security: SightScreen.draw(.security, model, on: &canvas)
        case .mesh: SightScreen.draw(.mesh, model, on: &canvas)
        case .log: SightScreen.draw(.log, model, on: &canvas)
        case .help: HelpScreen.draw(model, on: &canvas)
        }
    }
    ThemePickerPane.draw(model, on: &canvas)
    Header.draw(model, on: &canvas)
    Footer.draw(model, on: &canvas)
}

extension Model {
    /// What was drawn at `point`, or nothing where a click means nothing.
    ///
    /// Draws the frame again to find out: a click is rare, and what is under the pointer is then what is on the
    /// screen, with no second copy of the layout.
    func hitTarget(at point: Point) -> HitTarget? {
        var canvas = Canvas(size: size, theme: .dark, glyphs: glyphs, collectsHits: true)
        draw(self, on: &canvas)
        return canvas.hits.last { $0.rect.contains(point) }?.target
    }
}
