/// How the box-drawing characters look: which of their four arms there are, and how heavy. An image draws them as lines,
/// which meet whatever font the reader has.
enum BoxLines {
    struct Arms: Hashable {
        /// 0 for none, 1 light, 2 heavy.
        var up = 0
        var right = 0
        var down = 0
        var left = 0
        var isRound = false
    }

    /// The arms of a character; nothing for one that is no line.
    static func arms(of scalar: Unicode.Scalar) -> Arms? { table[scalar] }

    /// Arms in the order up, right, down, left, as Unicode names them.
    private static let table: [Unicode.Scalar: Arms] = {
        var table: [Unicode.Scalar: Arms] = [:]
        let shapes: [(light: Unicode.Scalar, heavy: Unicode.Scalar, arms: [Int])] = [
            ("─", "━", [0, 1, 0, 1]), ("│", "┃", [1, 0, 1, 0]), ("┌", "┏", [0, 1, 1, 0]), ("┐", "┓", [0, 0, 1, 1]),
            ("└", "┗", [1, 1, 0, 0]), ("┘", "┛", [1, 0, 0, 1]), ("├", "┣", [1, 1, 1, 0]), ("┤", "┫", [1, 0, 1, 1]),
            ("┬", "┳", [0, 1, 1, 1]), ("┴", "┻", [1, 1, 0, 1]), ("┼", "╋", [1, 1, 1, 1]), ("╴", "╸", [0, 0, 0, 1]),
            ("╵", "╹", [1, 0, 0, 0]), ("╶", "╺", [0, 1, 0, 0]), ("╷", "╻", [0, 0, 1, 0]),
        ]
        for shape in shapes {
            for (scalar, weight) in [(shape.light, 1), (shape.heavy, 2)] {
                let arms = shape.arms.map { $0 * weight }
                table[scalar] = Arms(up: arms[0], right: arms[1], down: arms[2], left: arms[3])
            }
        }
        for (scalar, square) in [("╭", "┌"), ("╮", "┐"), ("╰", "└"), ("╯", "┘")] as [(Unicode.Scalar, Unicode.Scalar)] {
            table[scalar] = table[square]
            table[scalar]?.isRound = true
        }
        return table
    }()
}
