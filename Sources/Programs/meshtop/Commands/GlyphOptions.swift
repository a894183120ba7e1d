import TerminalUI

/// What the console is drawn with, by what the terminal's font has.
enum GlyphOptions {
    static let options = [
        Option(
            name: "--glyphs", value: "SET",
            summary: "draw with braille (the default), with blocks where the font has no braille, or with ascii alone"),
        Option(name: "--ascii", summary: "the same as --glyphs ascii"),
    ]

    /// Nothing when the terminal is to decide.
    static func asked(_ invocation: Invocation) throws(UsageError) -> GlyphSet.Kind? {
        guard let text = invocation.value("--glyphs") else { return invocation.has("--ascii") ? .ascii : nil }
        guard let kind = GlyphSet.Kind(rawValue: text) else {
            let known = GlyphSet.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("--glyphs wants one of \(known), not “\(text)”")
        }
        guard kind == .ascii || !invocation.has("--ascii") else {
            throw UsageError("--ascii and --glyphs \(text) do not go together; leave one of them out")
        }
        return kind
    }
}
