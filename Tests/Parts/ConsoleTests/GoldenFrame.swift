import Foundation
import TerminalUI
import Testing

/// Compares a frame with the file `Golden/<name>.txt`, text and colours. With `MESHTOP_RECORD_GOLDEN` set it writes the
/// file instead.
func expectGolden(
    _ frame: Frame, _ name: String, theme: Theme, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")
    let file = folder.appendingPathComponent("\(name).txt")
    let plane = theme.depth == .mono ? "" : "── colours ──\n" + frame.rolePlane(theme)
    let seen = frame.plainText + plane
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
