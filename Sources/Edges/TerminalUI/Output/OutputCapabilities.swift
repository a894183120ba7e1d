/// How to tell one terminal to do what a frame needs. A value, so that the diff is pure: the strings come from terminfo
/// when a ``Terminal`` opens, or from ``ecma48(_:)`` in tests and exports.
package struct OutputCapabilities: Sendable {
    package var depth: ColorDepth
    /// Moves the cursor to a row and column, both from 0; nothing when ECMA-48's `ESC [ row ; column H` is understood,
    /// which is shorter to make and has relatives for near places.
    package var moveTo: (@Sendable (_ row: Int, _ column: Int) -> [UInt8])?
    /// Whether `ESC [ n C` and its family move the cursor by some cells.
    package var hasRelativeMotion: Bool
    /// Sets the colour with the index; as many as the terminal has, at most 256.
    package var foregrounds: [[UInt8]]
    package var backgrounds: [[UInt8]]
    /// Whether `ESC [ 39 m`, `49`, `22`, `23`, `24` and `27` take single things back.
    package var canTakeBack: Bool
    /// Takes back all colours and attributes.
    package var reset: [UInt8]
    /// Sets bold, dim, italic, underline and reverse, in this order; empty for what the terminal lacks.
    package var attributes: [[UInt8]]
    /// Clears from the cursor to the end of its row.
    package var eraseToEnd: [UInt8]
    /// Clears everything and moves the cursor to the top left.
    package var clear: [UInt8]
    package var showCursor: [UInt8]
    package var hideCursor: [UInt8]

    /// What nearly every terminal in use understands.
    package static func ecma48(_ depth: ColorDepth) -> OutputCapabilities {
        func sequence(_ text: String) -> [UInt8] { [0x1B] + Array(text.utf8) }
        let count = depth == .mono ? 0 : depth == .eight ? 8 : depth == .sixteen ? 16 : 256
        func colors(_ base: Int) -> [[UInt8]] {
            (0..<count).map { index in
                index < 8
                    ? sequence("[\(base + index)m")
                    : index < 16 ? sequence("[\(base + 60 + index - 8)m") : sequence("[\(base + 8);5;\(index)m")
            }
        }
        return OutputCapabilities(
            depth: depth, moveTo: nil, hasRelativeMotion: true, foregrounds: colors(30), backgrounds: colors(40),
            canTakeBack: true, reset: sequence("[m"),
            attributes: ["[1m", "[2m", "[3m", "[4m", "[7m"].map(sequence), eraseToEnd: sequence("[K"),
            clear: sequence("[H") + sequence("[2J"), showCursor: sequence("[?25h"), hideCursor: sequence("[?25l"))
    }
}
