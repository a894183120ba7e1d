import Foundation
import TerminalUI
import Testing

/// Compares a frame with the file `Golden/<name>.txt`, text and colours. With `MESHTOP_RECORD_GOLDEN` set it writes the
/// file instead.
func expectGolden(
    _ frame: Frame, _ name: String, theme: Theme, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let plane = theme.depth == .mono ? "" : "── colours ──\n" + frame.rolePlane(theme)
    try expectGolden(text: frame.plainText + plane, name, sourceLocation)
}

/// Compares the styles of a frame's cells with `Golden/<name>.txt`: each line a run of cells of one style, with its
/// text.
func expectGolden(
    _ frame: Frame, styles name: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    var text = ""
    for row in 0..<frame.size.height {
        var run: (style: Style, text: String)?
        func flush() { if let run { text += "\(row) \(words(run.style))|\(run.text)\n" } }
        for column in 0..<frame.size.width {
            let cell = frame[Point(x: column, y: row)]
            guard cell.half != .trailing else { continue }
            if run?.style != cell.style {
                flush()
                run = (cell.style, "")
            }
            run?.text.unicodeScalars.append(cell.scalar)
        }
        flush()
    }
    try expectGolden(text: text, name, sourceLocation)
}

/// `#c5d0dc on 234 bold`.
private func words(_ style: Style) -> String {
    func word(_ color: Color) -> String {
        switch color.kind {
        case .terminalDefault: "default"
        case .indexed(let index): "\(index)"
        case .rgb(let red, let green, let blue):
            "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }
    let attributes: [(Style.Attributes, String)] = [
        (.bold, " bold"), (.dim, " dim"), (.italic, " italic"), (.underline, " underline"), (.reverse, " reverse"),
    ]
    return word(style.foreground) + " on " + word(style.background)
        + attributes.filter { style.attributes.contains($0.0) }.map(\.1).joined()
}

private func expectGolden(text seen: String, _ name: String, _ sourceLocation: SourceLocation) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
    let file = folder.appendingPathComponent("\(name).txt")
    if ProcessInfo.processInfo.environment["MESHTOP_RECORD_GOLDEN"] != nil {
        try seen.write(to: file, atomically: true, encoding: .utf8)
        return
    }
    let wanted = try String(contentsOf: file, encoding: .utf8)
    guard seen != wanted else { return }
    let pairs = zip(
        wanted.split(separator: "\n", omittingEmptySubsequences: false),
        seen.split(separator: "\n", omittingEmptySubsequences: false))
    let difference = pairs.enumerated().filter { $1.0 != $1.1 }.prefix(6)
        .map { "line \($0 + 1)\n  wanted: \($1.0)\n  seen:   \($1.1)" }.joined(separator: "\n")
    Issue.record("\(name) looks different:\n\(difference)", sourceLocation: sourceLocation)
}
