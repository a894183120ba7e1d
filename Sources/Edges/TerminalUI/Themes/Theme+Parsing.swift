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
    /// Reads the text of a theme file; `themes/README.md` tells the format.
    ///
    /// A line is one of
    /// ```
    /// # a comment
    /// [theme]
    /// inherits = harbor
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
    ///
    /// `inherits` finds the built-in themes only; ``ThemeLibrary`` finds files, too.
    package init(parsing text: String, name: String, file: String) throws(ThemeError) {
        let source = try ThemeSource(parsing: text, file: file)
        try self.init(source, name: name, file: file) { (wanted) throws(ThemeError) in
            try Theme.builtInSource(wanted)
        }
    }

    /// - Parameter parent: the source that `inherits` names, itself already over all it inherits; nothing when there is
    ///   none of that name.
    init(
        _ source: ThemeSource, name: String, file: String,
        parent: (String) throws(ThemeError) -> ThemeSource?
    ) throws(ThemeError) {
        let whole = try source.completed(file: file, parent: parent)
        guard whole.roles[.text] != nil else {
            throw ThemeError(
                file: file, line: 0, message: "no role \"text\"; add a line like \"text = default\" under [roles]")
        }
        self.init(
            name: name, looks: try whole.resolved(), summary: whole.summary, appearance: whole.appearance ?? .dark)
    }
}

extension ThemeSource {
    init(parsing text: String, file: String) throws(ThemeError) {
        var parser = ThemeParser(file: file)
        var number = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            number += 1
            try parser.read(line, number: number)
        }
        self = parser.source
    }

    /// This source over the one that it inherits, if it does.
    func completed(
        file: String, parent: (String) throws(ThemeError) -> ThemeSource?
    ) throws(ThemeError) -> ThemeSource {
        guard let inherits else { return self }
        guard let found = try parent(inherits) else {
            throw ThemeError(
                file: file, line: inheritsLine,
                message: "there is no theme \"\(inherits)\" to inherit; harbor and daylight are always there")
        }
        return over(found)
    }
}

/// Reads a theme line by line.
private struct ThemeParser {
    private enum Section {
        case none, theme, palette, roles
    }

    let file: String
    private(set) var source = ThemeSource()
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
            case "[theme]" where words.count == 1: section = .theme
            case "[palette]" where words.count == 1: section = .palette
            case "[roles]" where words.count == 1: section = .roles
            default: throw problem("section \"\(first)\" is not known; there are [theme], [palette] and [roles]")
            }
            return
        }
        guard words.count >= 2, words[1] == "=" else {
            throw problem("expected \"name = value\", with spaces around the equals sign")
        }
        let values = words.dropFirst(2)
        switch section {
        case .none: throw problem("expected [theme], [palette] or [roles] before \"\(first)\"")
        case .theme: try readFact(String(first), values)
        case .palette: try readInk(String(first), values)
        case .roles: try readLook(String(first), values)
        }
    }

    private mutating func readFact(_ name: String, _ values: ArraySlice<Substring>) throws(ThemeError) {
        guard let first = values.first else { throw problem("expected a value after \"\(name) =\"") }
        switch name {
        case "summary":
            source.summary = values.joined(separator: " ")
        case "inherits" where values.count == 1:
            source.inherits = String(first)
            source.inheritsLine = number
        case "appearance" where values.count == 1:
            guard let appearance = Appearance(rawValue: String(first)) else {
                throw problem(nearest(String(first), in: Appearance.allCases.map(\.rawValue), what: "an appearance"))
            }
            source.appearance = appearance
        case "inherits", "appearance": throw problem("expected one word after \"\(name) =\"")
        default: throw problem(nearest(name, in: ["summary", "inherits", "appearance"], what: "a line of [theme]"))
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
        source.palette[name] = Theme.Ink(color: color, sixteen: sixteen)
    }

    private mutating func readLook(_ name: String, _ values: ArraySlice<Substring>) throws(ThemeError) {
        guard let role = Role(rawValue: name) else {
            throw problem(nearest(name, in: Role.allCases.map(\.rawValue), what: "a role"))
        }
        var look = ThemeSource.Look(file: file, line: number)
        var rest = values
        if let word = rest.first, word != "on", attributes[String(word)] == nil {
            look.ink = ink(word)
            rest.removeFirst()
        }
        if rest.first == "on" {
            rest.removeFirst()
            guard let word = rest.popFirst() else { throw problem("expected a colour after \"on\"") }
            look.ground = ink(word)
        }
        for word in rest {
            guard let attribute = attributes[String(word)] else {
                throw problem(nearest(String(word), in: attributes.keys.sorted(), what: "an attribute"))
            }
            look.attributes.insert(attribute)
        }
        source.roles[role] = look
    }

    private func ink(_ word: Substring) -> String? { word == "default" ? nil : String(word) }

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
