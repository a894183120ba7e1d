/// The line at the bottom in which a command or a filter is typed.
package struct Prompt: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case command, filter
        /// What to mark in the graph, and what to leave out.
        case find, hide
        /// A moment to go to.
        case time
        /// The name of a production mesh, before it is changed.
        case confirmation(ConfirmedChange)

        /// Whether what is typed acts at once.
        var isFilter: Bool { [.filter, .find, .hide].contains(self) }
    }

    package let kind: Kind
    /// What has been typed, as scalars: the cursor stands between two of them.
    package private(set) var scalars: [Unicode.Scalar]
    /// 0…`scalars.count`.
    package private(set) var cursor: Int
    /// Which entry of the history is shown; nothing while typing something new.
    private var historyIndex: Int?

    /// Longer input is cut: nobody types it, and a pasted megabyte must not slow the screen.
    static let maximumLength = 256

    init(_ kind: Kind, text: String = "") {
        self.kind = kind
        scalars = Array(text.unicodeScalars.prefix(Prompt.maximumLength))
        cursor = scalars.count
    }

    package var text: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    /// Control characters are left out; line breaks and tabs become spaces.
    mutating func insert(_ text: String) {
        let clean = text.unicodeScalars.compactMap { scalar -> Unicode.Scalar? in
            switch scalar.properties.generalCategory {
            case .control: scalar == "\n" || scalar == "\t" || scalar == "\r" ? " " : nil
            case .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: nil
            default: scalar
            }
        }
        let room = clean.prefix(max(0, Prompt.maximumLength - scalars.count))
        scalars.insert(contentsOf: room, at: cursor)
        cursor += room.count
        historyIndex = nil
    }

    mutating func replace(with text: String) {
        scalars = Array(text.unicodeScalars.prefix(Prompt.maximumLength))
        cursor = scalars.count
    }

    mutating func deleteBackward() {
        guard cursor > 0 else { return }
        cursor -= 1
        scalars.remove(at: cursor)
    }

    mutating func deleteForward() {
        guard cursor < scalars.count else { return }
        scalars.remove(at: cursor)
    }

    mutating func deleteWord() {
        var start = cursor
        while start > 0, scalars[start - 1] == " " { start -= 1 }
        while start > 0, scalars[start - 1] != " " { start -= 1 }
        scalars.removeSubrange(start..<cursor)
        cursor = start
    }

    mutating func deleteToStart() {
        scalars.removeSubrange(0..<cursor)
        cursor = 0
    }

    mutating func moveCursor(by step: Int) {
        cursor = min(max(0, cursor + step), scalars.count)
    }

    mutating func moveCursorToStart() { cursor = 0 }
    mutating func moveCursorToEnd() { cursor = scalars.count }

    /// Walks the history: -1 is older, +1 newer; past the newest the line is empty.
    mutating func recall(_ step: Int, from history: [String]) {
        guard !history.isEmpty else { return }
        let index = min(max(0, (historyIndex ?? history.count) + step), history.count)
        replace(with: index < history.count ? history[index] : "")
        historyIndex = index
    }
}
