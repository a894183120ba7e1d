package import MeshConfig
import MeshModel
import Quantities
import TerminalUI
package import TraceModel

/// Where Enter on a line of the page leads.
package enum DetailLink: Hashable, Sendable {
    case subject(MeshSubject)
    case trace(TraceID)
    case config(ConfigKey)
}

/// The page of a subject laid out for a width, as tall as it needs to be. Update and view make the same one, so that the
/// line that is marked is the line that is opened.
struct DetailPage {
    enum Content {
        case lines([Line])
        case chart(Chart)
        case heatmap(Heatmap)
    }

    struct Line {
        var text: TextLine
        var link: DetailLink?

        init(_ text: TextLine, _ link: DetailLink? = nil) {
            self.text = text
            self.link = link
        }
    }

    /// A piece of the page under its title.
    struct Block {
        var title: TextLine
        var content: Content
        /// On the page; the title is its first row.
        var rect: Rect

        var inside: Rect { rect.inset(top: 1) }
    }

    private(set) var blocks: [Block] = []
    private(set) var height = 0

    /// Every line that leads somewhere, in the order of the page.
    var links: [(link: DetailLink, rect: Rect)] {
        blocks.flatMap { block -> [(DetailLink, Rect)] in
            guard case .lines(let lines) = block.content else { return [] }
            return lines.enumerated().compactMap { row, line in
                line.link.map { link in
                    (link, Rect(x: block.rect.x, y: block.inside.y + row, width: block.rect.width, height: 1))
                }
            }
        }
    }

    init(_ detail: DetailState, _ model: Model, size: Size) {
        let width = size.width
        guard let mesh = model.mesh else { return }
        let facts = DetailFacts(detail, mesh, model)
        let gap = 2
        let inner = max(0, width - 2)
        add(facts.head(width: inner), x: 1, width: inner, at: 0)
        let top = height + 1
        if width >= 150 {
            let left = inner * 3 / 5
            let right = inner - left - 3
            // What the heatmap leaves; a page that is scrolled has charts all the same.
            let free = size.height - top - facts.heatmap.map.height - 3
            addCharts(facts, x: 1, width: left, at: top, chartHeight: min(max(8, free), 20))
            var y = top
            for section in facts.sections(width: right) where !section.lines.isEmpty {
                y = add(section, x: left + 4, width: right, at: y) + 1
            }
        } else {
            var y = addCharts(facts, x: 1, width: inner, at: top, chartHeight: width >= 100 ? 8 : 6) + 1
            let half = (inner - gap) / 2
            // Two beside each other; who is left over has the whole width.
            var waiting: DetailFacts.Section?
            for section in facts.sections(width: half) where !section.lines.isEmpty {
                if section.isWide {
                    if let open = waiting {
                        y = add(open, x: 1, width: half, at: y) + 1
                        waiting = nil
                    }
                    y = add(section, x: 1, width: inner, at: y) + 1
                } else if let first = waiting {
                    let left = add(first, x: 1, width: half, at: y)
                    y = max(left, add(section, x: 1 + half + gap, width: half, at: y)) + 1
                    waiting = nil
                } else {
                    waiting = section
                }
            }
            if let waiting { add(waiting, x: 1, width: half, at: y) }
        }
    }

    @discardableResult
    private mutating func add(_ section: DetailFacts.Section, x: Int, width: Int, at y: Int) -> Int {
        let rect = Rect(x: x, y: y, width: width, height: section.lines.count + 1)
        return add(Block(title: section.title, content: .lines(section.lines), rect: rect))
    }

    private mutating func add(_ block: Block) -> Int {
        blocks.append(block)
        height = max(height, block.rect.maxY)
        return block.rect.maxY
    }

    /// Three charts beside each other, below them when they begin and end, and the heatmap under the same clock.
    @discardableResult
    private mutating func addCharts(_ facts: DetailFacts, x: Int, width: Int, at y: Int, chartHeight: Int) -> Int {
        let gap = 2
        let charts = facts.charts
        let each = (width - gap * (charts.count - 1)) / max(1, charts.count)
        var bottom = y
        for (index, chart) in charts.enumerated() {
            let rect = Rect(x: x + index * (each + gap), y: y, width: each, height: chartHeight + 1)
            bottom = max(bottom, add(Block(title: chart.title, content: .chart(chart.chart), rect: rect)))
        }
        let map = facts.heatmap
        let rect = Rect(x: x, y: bottom + 1, width: width, height: map.map.height + 1)
        return add(Block(title: map.title, content: .heatmap(map.map), rect: rect))
    }
}
