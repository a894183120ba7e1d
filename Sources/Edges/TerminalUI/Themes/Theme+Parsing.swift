/// What is wrong with a theme file: where, what, and what would be right.
package struct ThemeError: Error, Hashable, Sendable, CustomStringConvertible {
    package let file: String
    /// From 1; 0 when the whole file is meant.
    package let line: Int
    package let message: String

    package var description: String {
        line > 0 ? "\(file):\(line): \(message)" : "\(file): \(message)"
    }
}

extension Theme {
    /// Reads the text of a theme file.
    ///
    /// A line is one of
    /// ```
    /// # a comment
    /// [palette]
    /// fog = #c3ccdb white
    /// [roles]
    /// text = fog
    /// selection = snow on slate bold
    /// ```
    /// In the palette a colour is `#rrggbb`, a number 0…255, or one of the 16 names `black` … `white`,
    /// `bright-black` … `bright-white`; a second word says what a terminal of 16 colours shows instead. A role is a
    /// palette name, or `default`, or nothing; then `on` and a palette name or `default`; then attributes out of
    /// `bold`, `dim`, `italic`, `underline`, `reverse`. Roles that are not named look like `text`.
    package init(parsing text: String, name: String, file: String) throws(ThemeError) {
        var parser = ThemeParser(file: file)
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            try parser.read(line, number: number)
        }
        guard parser.looks[.text] != nil else {
            throw ThemeError(
                file: file, line: 0, message: "no role \"text\"; add a line like \"text = default\" under [roles]")
        }
        self.init(name: name, looks: parser.looks)
    }
}

/// Reads a theme line by line.
private struct ThemeParser {
    private enum Section {
        case none, palette, roles
    }

    let file: String
    private(set) var looks: [Role: Theme.Look] = [:]
    private var palette: [String: Theme.Ink] = [:]
    private var section = Section.none
    private var number = 0

    init(file: String) {
        self.file = file
    }

    mutating func read(_ line: Substring, number: Int) throws(ThemeError) {
        self.number = number
        var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == "\r" })
        // A word that begins with # is a comment, unless it is a colour after the equals sign.
        if let comment = words.indices.first(where: {
            words[$0].hasPrefix("#") && ($0 < 2 || words[1] != "=" || $0 > 2)
        }) {
            words.removeSubrange(comment...)
        }
        guard let first = words.first else { return }
        if first.hasPrefix("[") {
            switch first {
            case "[palette]" where words.count == 1: section = .palette
            case "[roles]" where words.count == 1: section = .roles
            default: throw problem("section \"\(first)\" is not known; there are [palette] and [roles]")
            }
            return
        }
        guard words.count >= 2, words[1] == "=" else {
            throw problem("expected \"name = value\", with spaces around the equals sign")
        }
        let values = words.dropFirst(2)
        switch section {
        case .none: throw problem("expected [palette] or [roles] before \"\(first)\"")
        case .palette: try readInk(String(first), values)
        case .roles: try readLook(String(first), values)
        }
    }

    private mutating func readInk(_ name: String, _ values: ArraySlice<Substring>) throws(ThemeError) {
        guard name != "default", name != "on", !attributes.keys.contains(name) else {
            throw problem("\"\(name)\" has a meaning of its own and cannot name a colour")
        }
        guard let word = values.first, values.count <= 2 else {
            throw problem("expected one colour, and at most one of the 16 names after it")
        }
        guard let color = color(word) else {
            throw problem("\"\(word)\" is no colour; write #rrggbb, a number from 0 to 255, or a name like bright-blue")
        }
        var sixteen: Color?
        if let fallback = values.dropFirst().first {
            guard let index = sixteenNames.firstIndex(of: String(fallback)) else {
                throw problem(nearest(String(fallback), in: sixteenNames, what: "one of the 16 colours"))
            }
            sixteen = .indexed(UInt8(clamping: index))
        }
        palette[name] = Theme.Ink(color: color, sixteen: sixteen)
    }

    private mutating func readLook(_ name: String, _ values: ArraySlice<Substring>) throws(ThemeError) {
        guard let role = Role(rawValue: name) else {
            throw problem(nearest(name, in: Role.allCases.map(\.rawValue), what: "a role"))
        }
        var look = Theme.Look()
        var rest = values
        if let word = rest.first, word != "on", attributes[String(word)] == nil {
            look.foreground = try ink(word)
            rest.removeFirst()
        }
        if rest.first == "on" {
            rest.removeFirst()
            guard let word = rest.popFirst() else { throw problem("expected a colour after \"on\"") }
            look.background = try ink(word)
        }
        for word in rest {
            guard let attribute = attributes[String(word)] else {
                throw problem(nearest(String(word), in: attributes.keys.sorted(), what: "an attribute"))
            }
            look.attributes.insert(attribute)
        }
        looks[role] = look
    }

    private func ink(_ word: Substring) throws(ThemeError) -> Theme.Ink? {
        if word == "default" { return nil }
        guard let ink = palette[String(word)] else {
            throw problem(nearest(String(word), in: palette.keys.sorted(), what: "a colour of the palette"))
        }
        return ink
    }

    private func color(_ word: Substring) -> Color? {
        if word.hasPrefix("#") {
            let digits = word.dropFirst()
            guard digits.utf8.count == 6, digits.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }),
                let value = UInt32(digits, radix: 16)
            else { return nil }
            return .rgb(
                UInt8(truncatingIfNeeded: value >> 16), UInt8(truncatingIfNeeded: value >> 8),
                UInt8(truncatingIfNeeded: value))
        }
        if let index = sixteenNames.firstIndex(of: String(word)) { return .indexed(UInt8(clamping: index)) }
        return UInt8(word).map(Color.indexed)
    }

    private func problem(_ message: String) -> ThemeError {
        ThemeError(file: file, line: number, message: message)
    }
}

private let attributes: [String: Style.Attributes] = [
    "bold": .bold, "dim": .dim, "italic": .italic, "underline": .underline, "reverse": .reverse,
]

private let sixteenNames: [String] = {
    let plain = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"]
    return plain + plain.map { "bright-" + $0 }
}()

/// `"helthy" is not a role; did you mean "healthy"?`
func nearest(_ word: String, in known: [String], what: String) -> String {
    if known.isEmpty { return "\"\(word)\" is not \(what), which has none yet" }
    let ranked = known.map { (name: $0, distance: editDistance(word, $0)) }.min { $0.distance < $1.distance }
    guard let ranked, ranked.distance <= max(2, word.count / 3) else {
        return "\"\(word)\" is not \(what); there are \(known.joined(separator: ", "))"
    }
    return "\"\(word)\" is not \(what); did you mean \"\(ranked.name)\"?"
}

/// Levenshtein's distance over the first 64 bytes.
private func editDistance(_ left: String, _ right: String) -> Int {
    let left = Array(left.utf8.prefix(64))
    let right = Array(right.utf8.prefix(64))
    var row = Array(0...right.count)
    for (i, a) in left.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, b) in right.enumerated() {
            let replaced = diagonal + (a == b ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(replaced, row[j] + 1, diagonal + 1)
        }
    }
    return row[right.count]
}
