extension Frame {
    /// Writes one line of text and returns how many cells it took.
    ///
    /// What does not fit `maxWidth` or the clip region's right edge ends in an ellipsis; nothing is drawn left of the
    /// region. Control characters and bidi overrides are left out, line breaks and tabs become spaces.
    @discardableResult
    package mutating func put(
        _ text: some StringProtocol, at point: Point, style: Style = .plain, maxWidth: Int = .max,
        ellipsis: Unicode.Scalar = "…"
    ) -> Int {
        guard point.y >= clip.y, point.y < clip.maxY, point.x < clip.maxX else { return 0 }
        let room = min(maxWidth, clip.maxX - point.x)
        guard room > 0 else { return 0 }
        // Most text is short and plain; measuring it again would cost more than drawing it.
        let fitting = text.utf8.count <= room ? String(text) : Width.truncated(text, to: room, ellipsis: ellipsis)
        var x = point.x
        for scalar in fitting.unicodeScalars {
            switch Width.behaviour(of: scalar) {
            case .cells(1), .separates:
                let drawn: Unicode.Scalar = scalar.value < 0x20 ? " " : scalar
                set(
                    Cell(Width.behaviour(of: scalar) == .separates ? " " : drawn, style: style),
                    at: Point(x: x, y: point.y))
                x += 1
            case .cells:
                setWide(scalar, style: style, at: Point(x: x, y: point.y))
                x += 2
            case .combines:
                // A mark with nothing of this text before it belongs to nothing here.
                if x > point.x { combine(scalar, before: Point(x: x, y: point.y)) }
            case .hidden: break
            }
        }
        return x - point.x
    }

    /// Writes one line of text within `rect`'s first row at its leading side, centre or trailing side.
    @discardableResult
    package mutating func put(
        _ text: some StringProtocol, in rect: Rect, style: Style = .plain, alignment: Alignment,
        ellipsis: Unicode.Scalar = "…"
    ) -> Int {
        let missing = max(0, rect.width - Width.of(text))
        let offset =
            switch alignment {
            case .leading: 0
            case .centre: missing / 2
            case .trailing: missing
            }
        return put(
            text, at: Point(x: rect.x + offset, y: rect.y), style: style, maxWidth: rect.width - offset,
            ellipsis: ellipsis)
    }

    /// Fills `rect` with one character that takes one cell.
    package mutating func fill(_ rect: Rect, with scalar: Unicode.Scalar = " ", style: Style = .plain) {
        let area = clip.intersection(rect)
        guard !area.isEmpty, Width.behaviour(of: scalar) == .cells(1) else { return }
        let cell = Cell(scalar, style: style)
        for y in area.y..<area.maxY {
            for x in area.x..<area.maxX { set(cell, at: Point(x: x, y: y)) }
        }
    }

    /// Draws a border just inside `rect` with an optional title in its top line; the inside is left alone.
    ///
    /// Below two columns or rows nothing is drawn.
    package mutating func box(
        _ rect: Rect, style: Style = .plain, glyphs: GlyphSet, heavy: Bool = false, title: String = "",
        titleStyle: Style? = nil
    ) {
        guard rect.width >= 2, rect.height >= 2 else { return }
        let lines = heavy ? glyphs.heavyBox : glyphs.box
        let right = rect.maxX - 1
        let bottom = rect.maxY - 1
        fill(Rect(x: rect.x + 1, y: rect.y, width: rect.width - 2, height: 1), with: lines.horizontal, style: style)
        fill(Rect(x: rect.x + 1, y: bottom, width: rect.width - 2, height: 1), with: lines.horizontal, style: style)
        fill(Rect(x: rect.x, y: rect.y + 1, width: 1, height: rect.height - 2), with: lines.vertical, style: style)
        fill(Rect(x: right, y: rect.y + 1, width: 1, height: rect.height - 2), with: lines.vertical, style: style)
        set(Cell(lines.topLeft, style: style), at: Point(x: rect.x, y: rect.y))
        set(Cell(lines.topRight, style: style), at: Point(x: right, y: rect.y))
        set(Cell(lines.bottomLeft, style: style), at: Point(x: rect.x, y: bottom))
        set(Cell(lines.bottomRight, style: style), at: Point(x: right, y: bottom))
        guard !title.isEmpty, rect.width >= 6 else { return }
        put(
            " " + Width.truncated(title, to: rect.width - 6, ellipsis: glyphs.ellipsis) + " ",
            at: Point(x: rect.x + 2, y: rect.y), style: titleStyle ?? style, ellipsis: glyphs.ellipsis)
    }

    /// Copies `other` with its top left at `origin`.
    package mutating func draw(_ other: Frame, at origin: Point) {
        for y in 0..<other.size.height {
            for x in 0..<other.size.width {
                let cell = other[Point(x: x, y: y)]
                let target = Point(x: origin.x + x, y: origin.y + y)
                switch cell.half {
                case .whole: set(cell, at: target)
                case .leading:
                    setWide(cell.scalar, style: cell.style, at: target)
                    if cell.mark != "\0" { combine(cell.mark, before: Point(x: target.x + 2, y: target.y)) }
                case .trailing: break
                }
            }
        }
    }
}
