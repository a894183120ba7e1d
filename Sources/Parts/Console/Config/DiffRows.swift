import MeshConfig
import TerminalUI

/// The difference between two texts, as `diff -u` draws it: a sign in front of each line, and a colour to go with it.
enum DiffRows {
    static func draw(_ diff: LineDiff, from offset: Int = 0, in area: Rect, on canvas: inout Canvas) {
        for (row, line) in diff.lines.dropFirst(offset).prefix(area.height).enumerated() {
            let pieces: [Piece] =
                switch line.kind {
                case .same: [Piece("  ")] + YAMLPieces.of(line.text)
                case .removed: [Piece("- \(line.text)", .failure)]
                case .added: [Piece("+ \(line.text)", .healthy)]
                case .gap: [Piece("  \(canvas.glyphs.ellipsis)", .dim)]
                }
            canvas.put(pieces, x: area.x, y: area.y + row, width: area.width)
        }
    }

    /// `+2 −1`, so many lines.
    static func count(_ diff: LineDiff) -> String { "+\(diff.added) -\(diff.removed)" }
}

extension LineDiff {
    /// Between two whole texts.
    init(from old: String, to new: String, context: Int = 3) {
        func lines(_ text: String) -> [String] {
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if lines.last == "" { lines.removeLast() }
            return lines
        }
        self.init(from: lines(old), to: lines(new), context: context)
    }
}
