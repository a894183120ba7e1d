/// What a screen shows at one moment: a grid of cells and where the cursor is.
///
/// A value: views build one, the diff compares two. Every verb clips to the frame and to the current clip region, so
/// drawing needs no bounds checks of its own and nothing a peer sends can reach outside its place.
package struct Frame: Hashable, Sendable {
    package let size: Size
    /// Row by row from the top left; `size.width × size.height` of them.
    package private(set) var cells: [Cell]
    /// Where the cursor is shown, or nothing to hide it.
    package var cursor: Point?
    /// What the verbs may touch.
    package private(set) var clip: Rect

    /// A frame of spaces in `style`.
    package init(size: Size, style: Style = .plain) {
        self.size = size
        self.cells = [Cell](repeating: Cell(style: style), count: size.width * size.height)
        self.cursor = nil
        self.clip = Rect(size)
    }

    package var bounds: Rect { Rect(size) }

    /// The cell there, or a blank one outside the frame.
    package subscript(_ point: Point) -> Cell {
        bounds.contains(point) ? cells[point.y * size.width + point.x] : .blank
    }

    /// Draws with the clip region narrowed to `rect`. Coordinates stay those of the frame.
    package mutating func within(_ rect: Rect, _ draw: (inout Frame) -> Void) {
        let before = clip
        clip = clip.intersection(rect)
        draw(&self)
        clip = before
    }

    /// Puts one whole cell. Both halves of a wide character that it hits become spaces first.
    package mutating func set(_ cell: Cell, at point: Point) {
        guard clip.contains(point), cell.half == .whole else { return }
        let index = point.y * size.width + point.x
        releasePair(at: index)
        cells[index] = cell
    }

    /// Puts a wide character, if both its halves are inside the clip region; otherwise a space where one would be.
    mutating func setWide(_ scalar: Unicode.Scalar, style: Style, at point: Point) {
        let right = Point(x: point.x + 1, y: point.y)
        guard clip.contains(point), clip.contains(right) else {
            set(Cell(style: style), at: point)
            set(Cell(style: style), at: right)
            return
        }
        let index = point.y * size.width + point.x
        releasePair(at: index)
        releasePair(at: index + 1)
        cells[index] = Cell(scalar: scalar, half: .leading, style: style)
        cells[index + 1] = Cell(scalar: " ", half: .trailing, style: style)
    }

    /// Adds a combining mark to the character that ends left of `point`.
    mutating func combine(_ mark: Unicode.Scalar, before point: Point) {
        var left = Point(x: point.x - 1, y: point.y)
        if clip.contains(left), self[left].half == .trailing { left.x -= 1 }
        guard clip.contains(left) else { return }
        cells[left.y * size.width + left.x].combine(mark)
    }

    /// Changes the styles inside `rect`, as selection does with a row that is already drawn. Both halves of a wide
    /// character change together.
    package mutating func restyle(_ rect: Rect, _ change: (inout Style) -> Void) {
        let area = clip.intersection(rect)
        guard !area.isEmpty else { return }
        for y in area.y..<area.maxY {
            for index in (y * size.width + area.x)..<(y * size.width + area.maxX) {
                change(&cells[index].style)
                // A half across the region's border follows its other half, or the pair would come apart.
                switch cells[index].half {
                case .whole: break
                case .leading: cells[index + 1].style = cells[index].style
                case .trailing: cells[index - 1].style = cells[index].style
                }
            }
        }
    }

    /// Turns a wide character of which `index` is one half into two spaces.
    private mutating func releasePair(at index: Int) {
        switch cells[index].half {
        case .whole: return
        case .leading:
            cells[index + 1] = Cell(style: cells[index + 1].style)
            cells[index] = Cell(style: cells[index].style)
        case .trailing:
            cells[index - 1] = Cell(style: cells[index - 1].style)
            cells[index] = Cell(style: cells[index].style)
        }
    }
}
