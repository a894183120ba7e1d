import TerminalUI

/// A frame being drawn: words in tones on a base – the canvas, a bar or the selection – and, when somebody asks what
/// is under the pointer, what each place means.
struct Canvas {
    private(set) var frame: Frame
    let signs: Signs
    let glyphs: GlyphSet
    /// What lies under the words.
    private var base: Style
    private let styles: Styles
    private(set) var hits: [(rect: Rect, target: HitTarget)] = []
    /// Whether anybody wants to know what places mean.
    let isCollectingHits: Bool

    init(size: Size, theme: Theme, glyphs: GlyphSet, collectsHits: Bool = false) {
        styles = Styles(theme)
        self.glyphs = glyphs
        signs = Signs(glyphs)
        base = theme[.canvas]
        frame = Frame(size: size, style: theme[.canvas])
        isCollectingHits = collectsHits
    }

    var width: Int { frame.size.width }
    var height: Int { frame.size.height }

    // MARK: Words

    /// How many cells `text` takes.
    func cells(_ text: String) -> Int { Width.of(text) }

    func cells(_ piece: Piece) -> Int { Width.of(piece.text) }

    func cells(_ pieces: [Piece]) -> Int { pieces.reduce(0) { $0 + Width.of($1.text) } }

    /// Draws pieces one after another in at most `width` cells and returns how many they took.
    @discardableResult
    mutating func put(_ pieces: [Piece], x: Int, y: Int, width: Int) -> Int {
        var used = 0
        for piece in pieces where used < width {
            let text = glyphs.isUnicode ? piece.text : PlainPunctuation.of(piece.text)
            let drawn = frame.put(
                text, at: Point(x: x + used, y: y), style: style(piece.tone), maxWidth: width - used,
                ellipsis: glyphs.ellipsis)
            used += drawn
            // A wide character that did not fit leaves a cell free; nothing comes after an ellipsis.
            if used == width - 1, drawn < cells(piece) { break }
        }
        return used
    }

    mutating func put(_ scalar: Unicode.Scalar, x: Int, y: Int, _ tone: Tone) {
        frame.set(Cell(scalar, style: style(tone)), at: Point(x: x, y: y))
    }

    /// A line with both ends; the left one gives way.
    mutating func put(_ line: TextLine, x: Int, y: Int, width: Int) {
        let right = min(width, cells(line.right))
        put(line.left, x: x, y: y, width: max(0, width - right - (right > 0 ? 1 : 0)))
        put(line.right, x: x + width - right, y: y, width: right)
    }

    /// One sentence in the middle of `area`.
    mutating func sentence(_ text: String, in area: Rect, _ tone: Tone = .text) {
        let used = min(cells(text), max(0, area.width - 2))
        let x = area.x + max(0, (area.width - used) / 2)
        put([Piece(text, tone)], x: x, y: area.y + max(0, (area.height - 1) / 2), width: used)
    }

    // MARK: Places

    mutating func clear(_ rect: Rect) {
        frame.fill(rect, style: base)
    }

    /// Draws on another base within `rect`: the header's bar, or the selection.
    mutating func on(_ role: Role, _ rect: Rect, _ draw: (inout Canvas) -> Void) {
        let before = base
        base = styles[Tone(role)]
        frame.fill(rect, style: base)
        draw(&self)
        base = before
    }

    /// Draws on the selection when `isSelected`.
    mutating func highlighted(_ isSelected: Bool, _ rect: Rect, _ draw: (inout Canvas) -> Void) {
        if isSelected { on(.selection, rect, draw) } else { draw(&self) }
    }

    /// Keeps everything that `draw` draws inside `rect`.
    mutating func within(_ rect: Rect, _ draw: (inout Canvas) -> Void) {
        // The frame clips by closure; the canvas that holds it cannot be borrowed at the same time, so it moves in.
        var inner = self
        frame.within(rect) { outer in
            inner.frame = outer
            draw(&inner)
            outer = inner.frame
        }
        hits = inner.hits
    }

    mutating func setCursor(x: Int, y: Int) {
        frame.cursor = Point(x: x, y: y)
    }

    // MARK: Bars

    /// A horizontal bar over the share `range` of `width` cells, to an eighth of a cell. What lasts no time at all still
    /// shows as the thinnest line.
    ///
    /// - Parameter longer: the bar that this one lies on, drawn before in the same place.
    mutating func bar(
        _ range: ClosedRange<Double>, x: Int, y: Int, width: Int, _ tone: Tone,
        on longer: (range: ClosedRange<Double>, tone: Tone)? = nil
    ) {
        guard width > 0, let (start, end) = Canvas.eighths(range, of: width) else { return }
        let ink = style(tone)
        let below = longer.flatMap { longer in Canvas.eighths(longer.range, of: width) }
        let belowInk = longer.map { style($0.tone).foreground } ?? ink.background
        for cell in (start / 8)...((end - 1) / 8) {
            let first = max(start - cell * 8, 0)
            let last = min(end - cell * 8, 8)
            let isCoveredLeft = below.map { $0.start < cell * 8 + first } ?? false
            let isCoveredRight = below.map { $0.end > cell * 8 + last } ?? false
            var cellStyle = ink
            var size = last - first
            if first > 0, last == 8 {
                // Blocks grow from the left: a piece that starts inside a cell is the block's rest, in swapped colours.
                let rest = isCoveredLeft ? belowInk : ink.background
                if glyphs.isUnicode, !ink.foreground.isDefault, !rest.isDefault {
                    (cellStyle.foreground, cellStyle.background) = (rest, ink.foreground)
                    size = first
                }
            } else if isCoveredRight || isCoveredLeft {
                cellStyle.background = belowInk
            }
            frame.set(Cell(glyphs.eighthsRight[size], style: cellStyle), at: Point(x: x + cell, y: y))
        }
    }

    /// The first eighth of a bar and the one after its last: at least one, within the width.
    private static func eighths(_ range: ClosedRange<Double>, of width: Int) -> (start: Int, end: Int)? {
        guard range.lowerBound.isFinite, range.upperBound.isFinite else { return nil }
        let all = Double(width * 8)
        let start = Int(min(max(0, (range.lowerBound * all).rounded()), all - 1))
        return (start, Int(min(max(Double(start + 1), (range.upperBound * all).rounded()), all)))
    }

    // MARK: Hits

    /// Says what a click in `rect` means. Later calls lie above earlier ones.
    mutating func hit(_ rect: Rect, _ target: HitTarget) {
        if isCollectingHits { hits.append((frame.clip.intersection(rect), target)) }
    }

    private func style(_ tone: Tone) -> Style {
        let own = styles[tone]
        return Style(
            foreground: own.foreground.isDefault ? base.foreground : own.foreground, background: base.background,
            attributes: own.attributes.on(base.attributes))
    }
}

/// A theme's styles by role, looked up once per frame instead of once per word.
private struct Styles {
    private let byRole: [Style]

    init(_ theme: Theme) {
        byRole = Role.allCases.map { theme[$0] }
    }

    subscript(_ tone: Tone) -> Style {
        byRole[Styles.index[tone.role] ?? 0].adding(tone.attributes)
    }

    private static let index: [Role: Int] = Dictionary(
        Role.allCases.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
}
