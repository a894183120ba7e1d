import TerminalUI

extension Canvas {
    /// Draws sections into a pane: below each other beside the picture, in columns below it.
    mutating func draw(_ sections: [Section], title: [Piece], in pane: Rect, place: ScreenGeometry.PanePlace) {
        clear(pane)
        let sections = sections.filter { !$0.lines.isEmpty }
        switch place {
        case .beside:
            outline(pane, title: title)
            stack(sections, in: pane.inset(left: 2, top: 1, right: 2, bottom: 1))
        case .below:
            rule(x: pane.x, y: pane.y, width: pane.width, title: title)
            let inside = pane.inset(left: 1, top: 1, right: 1)
            let gap = 3
            let count = max(1, min(sections.count, (inside.width + gap) / (24 + gap)))
            let width = (inside.width - gap * (count - 1)) / count
            for (column, group) in Canvas.columns(sections, count: count, height: inside.height).enumerated() {
                let x = inside.x + column * (width + gap)
                stack(group, in: Rect(x: x, y: inside.y, width: width, height: inside.height))
            }
        }
    }

    /// Shares sections among columns in their order: a column takes another one while it fits and there are not
    /// columns enough for all; the last takes the rest.
    private static func columns(_ sections: [Section], count: Int, height: Int) -> [[Section]] {
        var columns: [[Section]] = [[]]
        var used = 0
        for (index, section) in sections.enumerated() {
            let wanted = section.lines.count + (section.hasTitle ? 1 : 0)
            let left = sections.count - index
            let hasColumnOfItsOwn = left <= count - columns.count
            if used > 0, columns.count < count, used + wanted > height || hasColumnOfItsOwn {
                columns.append([])
                used = 0
            }
            columns[columns.count - 1].append(section)
            used += wanted
        }
        return columns
    }

    /// Sections below each other; what does not fit is counted, not lost in silence.
    private mutating func stack(_ sections: [Section], in area: Rect) {
        var y = area.y
        for (index, section) in sections.enumerated() where y < area.maxY {
            if index > 0, area.height > 12 { y += 1 }
            if section.hasTitle, y < area.maxY {
                put(section.title, x: area.x, y: y, width: area.width)
                y += 1
            }
            for (row, line) in section.lines.enumerated() where y < area.maxY {
                let left = section.lines.count - row
                if y == area.maxY - 1, left > 1 {
                    put([Piece("+ \(left) more", .dim)], x: area.x, y: y, width: area.width)
                } else {
                    put(line, x: area.x, y: y, width: area.width)
                }
                y += 1
            }
        }
    }

    /// A horizontal line with a title in it.
    mutating func rule(x: Int, y: Int, width: Int, title: [Piece]) {
        for column in x..<(x + max(0, width)) { put(glyphs.box.horizontal, x: column, y: y, .border) }
        putTitle(title, x: x + 1, y: y, width: width - 2)
    }

    /// A box with a title in its upper edge.
    mutating func outline(_ rect: Rect, title: [Piece], tone: Tone = .border, heavy: Bool = false) {
        guard rect.width >= 2, rect.height >= 2 else { return }
        let box = heavy ? glyphs.heavyBox : glyphs.box
        for x in rect.x..<rect.maxX {
            put(box.horizontal, x: x, y: rect.y, tone)
            put(box.horizontal, x: x, y: rect.maxY - 1, tone)
        }
        for y in rect.y..<rect.maxY {
            put(box.vertical, x: rect.x, y: y, tone)
            put(box.vertical, x: rect.maxX - 1, y: y, tone)
        }
        put(box.topLeft, x: rect.x, y: rect.y, tone)
        put(box.topRight, x: rect.maxX - 1, y: rect.y, tone)
        put(box.bottomLeft, x: rect.x, y: rect.maxY - 1, tone)
        put(box.bottomRight, x: rect.maxX - 1, y: rect.maxY - 1, tone)
        putTitle(title, x: rect.x + 1, y: rect.y, width: rect.width - 2)
    }

    /// A title on a line, with a space at either side.
    private mutating func putTitle(_ title: [Piece], x: Int, y: Int, width: Int) {
        guard width > 4, !title.isEmpty else { return }
        put([Piece(" ")], x: x, y: y, width: 1)
        let used = put(title, x: x + 1, y: y, width: width - 2)
        put([Piece(" ")], x: x + 1 + used, y: y, width: 1)
    }
}

extension Section {
    fileprivate var hasTitle: Bool { !title.allSatisfy(\.text.isEmpty) }
}
