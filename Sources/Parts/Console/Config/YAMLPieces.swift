import TerminalUI

/// A line of YAML in tones: names, texts, and what is neither text nor name.
///
/// Line by line: it knows nothing of what came before, so a line inside a block of text may be coloured as if it were
/// more. Colours are a help to the eye here, never the only sign.
enum YAMLPieces {
    static func of(_ line: String) -> [Piece] {
        var rest = line[...]
        var pieces: [Piece] = []
        let indentation = rest.prefix { $0 == " " }
        if !indentation.isEmpty { pieces.append(Piece(String(indentation))) }
        rest = rest.dropFirst(indentation.count)
        while rest.hasPrefix("- ") || rest == "-" {
            pieces.append(Piece(String(rest.prefix(2)), .dim))
            rest = rest.dropFirst(2)
        }
        if rest.first == "#" { return pieces + [Piece(String(rest), .dim)] }
        if let colon = endOfKey(rest) {
            pieces.append(Piece(String(rest[..<colon]), Tone(.series1)))
            pieces.append(Piece(":", .dim))
            rest = rest[rest.index(after: colon)...]
        }
        guard !rest.isEmpty else { return pieces }
        return pieces + [Piece(String(rest), isPlainWord(rest) ? Tone(.series3) : .text)]
    }

    /// The colon behind the key that the text begins with; nothing when it begins with none.
    private static func endOfKey(_ text: Substring) -> Substring.Index? {
        var index = text.startIndex
        if let quote = text.first, quote == "\"" || quote == "'" {
            index = text.index(after: index)
            while index < text.endIndex, text[index] != quote {
                if quote == "\"", text[index] == "\\" { index = text.index(after: index) }
                guard index < text.endIndex else { return nil }
                index = text.index(after: index)
            }
        }
        while index < text.endIndex {
            let next = text.index(after: index)
            if text[index] == ":", next == text.endIndex || text[next] == " " { return index }
            index = next
        }
        return nil
    }

    /// A number, `true`, `null` and their like: what is not text.
    private static func isPlainWord(_ text: Substring) -> Bool {
        let word = text.drop { $0 == " " }
        return ["true", "false", "null", "~", "{}", "[]", "|", "|-", "|+", ">"].contains(word) || Double(word) != nil
    }
}
