import Quantities
import TraceModel

/// A trace as a drawing: one line a span, one column 10 ms.
///
/// ```text
/// a    #======#  2
///  b   .#====#.  2  client
///   c  ..####..  4  server on:bank skew:+30
/// ```
///
/// A span stands below its parent and one blank further in. Where it runs, `#` says that the answer waited for it just
/// then, and `=` that it did not; `!` is a span that takes no time. The number is its self time in columns. After that
/// may come a kind, `error`, and
///
/// - `on:NAME`: its service, `web` otherwise;
/// - `skew:N`: its sender's clock is N columns ahead: the drawing shows when it was, and it was sent as so much later;
/// - `id:NAME`: it has the id and the parent of that span;
/// - `below:NAME`: that span is its parent, whatever the drawing looks like.
///
/// A name that begins with `?` has a parent that is not in the drawing.
struct TraceDrawing {
    struct Line {
        let name: String
        let depth: Int
        let cells: String
        let selfTime: Int
        let words: [String]

        func word(_ key: String) -> String? {
            words.first { $0.hasPrefix(key + ":") }.map { String($0.dropFirst(key.count + 1)) }
        }

        var drawn: String { "\(name) \(cells) \(selfTime)" }
    }

    static let column = Duration.milliseconds(10)

    let lines: [Line]

    init(_ text: String) throws {
        lines = try text.split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 3, let selfTime = Int(words[2]) else { throw Unreadable(line: String(line)) }
            return Line(
                name: words[0], depth: line.prefix { $0 == " " }.count, cells: words[1], selfTime: selfTime,
                words: Array(words.dropFirst(3)))
        }
    }

    struct Unreadable: Error {
        let line: String
    }

    // MARK: To spans

    func spans() throws -> [Span] {
        var above: [String] = []
        return try lines.map { line in
            above = Array(above.prefix(line.depth)) + [line.name]
            let parent = line.word("below") ?? above.dropLast().last
            return try span(line, parent: parent)
        }
    }

    private func span(_ line: Line, parent: String?) throws -> Span {
        guard let first = line.cells.firstIndex(where: { $0 != "." }) else { throw Unreadable(line: line.drawn) }
        let skew = line.word("skew").flatMap { Int($0) } ?? 0
        let start = line.cells.distance(from: line.cells.startIndex, to: first) + skew
        let length = line.cells.filter { $0 == "#" || $0 == "=" }.count
        // The half of a call has the same id, and so the same parent, which is one further up.
        let twin = line.word("id")
        let parentID: UInt64? =
            line.name.hasPrefix("?")
            ? 999 : try twin.map { try number(ofParentOf: $0) } ?? parent.map(number)
        var span = try TraceModelTests.span(
            try number(twin ?? line.name), parent: parentID, service: line.word("on") ?? "web",
            from: Int64(start) * 10, to: Int64(start + length) * 10,
            status: line.words.contains("error") ? .error : .unset, kind: kind(line))
        span.name = line.name
        return span
    }

    private func number(_ name: String) throws -> UInt64 {
        guard let index = lines.firstIndex(where: { $0.name == name }) else { throw Unreadable(line: name) }
        return UInt64(index + 1)
    }

    private func number(ofParentOf name: String) throws -> UInt64? {
        guard let index = lines.firstIndex(where: { $0.name == name }) else { throw Unreadable(line: name) }
        return lines[..<index].lastIndex { $0.depth < lines[index].depth }.map { UInt64($0 + 1) }
    }

    private func kind(_ line: Line) -> Span.Kind {
        let kinds: [String: Span.Kind] = [
            "client": .client, "server": .server, "producer": .producer, "consumer": .consumer,
        ]
        return line.words.lazy.compactMap { kinds[$0] }.first ?? .internal
    }

    // MARK: And back

    /// The tree of the spans in the same form, line by line in the order of this drawing.
    func drawn(_ tree: TraceTree) -> [String] {
        lines.map { line in
            guard let row = tree.rows.firstIndex(where: { $0.span.name == line.name }) else { return "no \(line.name)" }
            return Self.drawn(row, of: tree, width: line.cells.count)
        }
    }

    private static func drawn(_ row: Int, of tree: TraceTree, width: Int) -> String {
        let shown = tree.rows[row]
        func columns(_ offset: Duration, _ duration: Duration) -> Range<Int> {
            let first = Int(offset / column)
            return first..<first + Int(duration / column)
        }
        var cells = Array(repeating: Character("."), count: width)
        func fill(_ range: Range<Int>, _ cell: Character) {
            for index in range where cells.indices.contains(index) { cells[index] = cell }
        }
        let own = columns(shown.offset, shown.span.duration)
        if own.isEmpty { fill(own.lowerBound..<own.lowerBound + 1, "!") }
        fill(own, "=")
        for stretch in tree.criticalPath where stretch.row == row {
            fill(columns(stretch.offset, stretch.duration), "#")
        }
        return "\(shown.span.name) \(String(cells)) \(Int(shown.selfTime / column))"
    }
}
