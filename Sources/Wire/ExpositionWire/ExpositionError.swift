/// Why a text is no exposition, and where.
package struct ExpositionError: Error, Hashable, CustomStringConvertible {
    /// The line, from 1; nothing when a series' key was read by itself.
    package let line: Int?
    /// The column in bytes, from 1, in the line or in the key.
    package let column: Int
    /// What was expected and what was found.
    package let message: String

    init(line: Int?, column: Int, _ message: String) {
        self.line = line
        self.column = column
        self.message = message
    }

    package var description: String {
        line.map { "\($0):\(column): \(message)" } ?? "column \(column) of the series: \(message)"
    }
}

/// A failure at a place in the text; which line that is, is known further out.
struct ExpositionFailure: Error {
    let position: Int
    let message: String

    /// What is said to a target that shows histograms as `{schema:…}`.
    static let nativeHistogram =
        "native histograms are not read as text; let the target show classic buckets (le)"
}
