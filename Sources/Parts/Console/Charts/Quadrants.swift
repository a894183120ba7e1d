/// Quarters of a cell, for pictures without braille: Unicode's block elements have one character for every mix.
enum Quadrants {
    /// - Parameter quarters: 1 the upper left, 2 the upper right, 4 the lower left, 8 the lower right, added up.
    static func scalar(_ quarters: Int) -> Unicode.Scalar { all[quarters & 15] }

    private static let all: [Unicode.Scalar] = [
        " ", "▘", "▝", "▀", "▖", "▌", "▞", "▛", "▗", "▚", "▐", "▜", "▄", "▙", "▟", "█",
    ]
}
