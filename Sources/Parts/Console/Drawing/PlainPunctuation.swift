/// Punctuation for terminals that have none beyond ASCII's. Each character becomes one other, so that nothing moves.
enum PlainPunctuation {
    private static let table: [Unicode.Scalar: Unicode.Scalar] = [
        "–": "-", "—": "-", "−": "-", "“": "\"", "”": "\"", "„": "\"", "‘": "'", "’": "'", "…": "~", "·": "|", "•": "*",
        "×": "x", "→": ">", "←": "<", "↑": "^", "↓": "v", "▸": ">", "▾": "v", "≤": "<", "≥": ">", "≈": "~", "µ": "u",
        "\u{A0}": " ", "\u{202F}": " ",
    ]

    /// The text with what ASCII has instead; names in other scripts stay as they are.
    static func of(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { table[$0] ?? $0 }))
    }
}
