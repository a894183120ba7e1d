import TerminalUI

/// A curve in one line, as high as its highest point.
enum Sparkline {
    /// - Parameter values: oldest first; those that do not fit are left out at the old end.
    static func text(_ values: [Double], width: Int, _ glyphs: GlyphSet) -> String {
        let shown = values.suffix(max(0, width))
        let top = shown.filter(\.isFinite).max() ?? 0
        var text = String.UnicodeScalarView()
        for _ in 0..<max(0, width - shown.count) { text.append(" ") }
        for value in shown {
            guard top > 0, value.isFinite, value > 0 else {
                text.append(glyphs.eighthsUp[value.isFinite ? min(1, glyphs.eighthsUp.count - 1) : 0])
                continue
            }
            let level = 1 + Int((value / top * Double(glyphs.eighthsUp.count - 2)).rounded())
            text.append(glyphs.eighthsUp[min(level, glyphs.eighthsUp.count - 1)])
        }
        return String(text)
    }
}
