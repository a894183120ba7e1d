import TerminalUI

/// Everything about one service, workload or edge, on a page that is scrolled.
enum DetailScreen {
    static func draw(_ model: Model, on canvas: inout Canvas) {
        guard let detail = model.detail, model.mesh != nil else { return EmptyScreen.draw(model, on: &canvas) }
        let area = model.geometry.body
        let page = DetailPage(detail, model, size: area.size)
        let offset = min(detail.offset, max(0, page.height - area.height))
        canvas.within(area) { canvas in
            var number = 0
            for block in page.blocks {
                let rect = block.rect.moved(byX: area.x, y: area.y - offset)
                let links =
                    if case .lines(let lines) = block.content { lines.filter { $0.link != nil }.count } else { 0 }
                defer { number += links }
                guard rect.maxY > area.y, rect.y < area.maxY else { continue }
                canvas.put(block.title, x: rect.x, y: rect.y, width: rect.width)
                let inside = rect.inset(top: 1)
                switch block.content {
                case .lines(let lines): draw(lines, first: number, marked: detail.cursor, in: inside, on: &canvas)
                case .chart(let chart):
                    chart.draw(in: inside, on: &canvas)
                    chart.hitMoments(in: inside, on: &canvas)
                case .heatmap(let map): map.draw(in: inside, selected: detail.cell, on: &canvas)
                }
            }
        }
        if page.height > area.height { drawThumb(offset, page.height, in: area, on: &canvas) }
    }

    private static func draw(
        _ lines: [DetailPage.Line], first: Int, marked: Int?, in area: Rect, on canvas: inout Canvas
    ) {
        var number = first
        for (row, line) in lines.enumerated() {
            let rect = Rect(x: area.x, y: area.y + row, width: area.width, height: 1)
            canvas.highlighted(line.link != nil && number == marked, rect) { canvas in
                canvas.put(line.text, x: rect.x, y: rect.y, width: rect.width)
            }
            if line.link != nil {
                canvas.hit(rect, .detailLink(number))
                number += 1
            }
        }
    }

    private static func drawThumb(_ offset: Int, _ height: Int, in area: Rect, on canvas: inout Canvas) {
        let size = max(1, area.height * area.height / height)
        let start = (area.height - size) * offset / max(1, height - area.height)
        for y in start..<(start + size) {
            canvas.put(canvas.glyphs.scrollThumb, x: area.maxX - 1, y: area.y + y, .border)
        }
    }
}
