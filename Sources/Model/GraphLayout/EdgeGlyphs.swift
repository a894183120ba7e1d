/// The characters that a canvas is drawn with.
package enum EdgeGlyphs: Hashable, Sendable, CaseIterable {
    /// Box-drawing characters with rounded corners.
    case rounded
    /// Box-drawing characters with square corners.
    case square
    case ascii

    /// The character for a line in a cell.
    func scalar(for strand: EdgeCanvas.Strand) -> Unicode.Scalar {
        if let arrow = strand.arrow { return self.arrow(arrow) }
        let north = strand.weight(to: .north)
        let east = strand.weight(to: .east)
        let south = strand.weight(to: .south)
        let west = strand.weight(to: .west)
        if self == .ascii {
            if north == 0, south == 0 { return max(east, west) > 1 ? "=" : strand.weight == .dashed ? "." : "-" }
            if east == 0, west == 0 { return max(north, south) > 1 ? "#" : strand.weight == .dashed ? ":" : "|" }
            return max(north, east, south, west) > 1 ? "#" : "+"
        }
        if strand.weight == .dashed {
            if north == 0, south == 0 { return "┄" }
            if east == 0, west == 0 { return "┆" }
        }
        if self == .rounded {
            switch (north, east, south, west) {
            case (0, 1, 1, 0): return "╭"
            case (0, 0, 1, 1): return "╮"
            case (1, 1, 0, 0): return "╰"
            case (1, 0, 0, 1): return "╯"
            default: break
            }
        }
        return boxDrawing[north + 3 * east + 9 * south + 27 * west]
    }

    private func arrow(_ direction: EdgeCanvas.Direction) -> Unicode.Scalar {
        switch (self, direction) {
        case (.ascii, .north): "^"
        case (.ascii, .east): ">"
        case (.ascii, .south): "v"
        case (.ascii, .west): "<"
        case (_, .north): "▲"
        // Not U+25B6 and U+25C0: some fonts have those as emoji, two cells wide.
        case (_, .east): "►"
        case (_, .south): "▼"
        case (_, .west): "◄"
        }
    }
}

/// Every mix of nothing, light and heavy to the north (× 1), east (× 3), south (× 9) and west (× 27). The weight of a
/// direction is at most 2, so there are 81. From the names in Unicode's block "Box Drawing".
private let boxDrawing: [Unicode.Scalar] = Array(
    " ╵╹╶└┖╺┕┗╷│╿┌├┞┍┝┡╻╽┃┎┟┠┏┢┣╴┘┚─┴┸╼┶┺┐┤┦┬┼╀┮┾╄┒┧┨┰╁╂┲╆╊╸┙┛╾┵┹━┷┻┑┥┩┭┽╃┯┿╇┓┪┫┱╅╉┳╈╋".unicodeScalars)

extension EdgeCanvas {
    /// The character to draw in that cell, or nothing where no line runs.
    package func scalar(at point: CellPoint, glyphs: EdgeGlyphs) -> Unicode.Scalar? {
        top(at: point).map(glyphs.scalar)
    }
}
