/// Why a text is no YAML that we take, and where: `demo/mesh/payment.yaml:14:9: …`.
package struct YAMLError: Error, Hashable, CustomStringConvertible {
    package let file: String
    /// The line, from 1.
    package let line: Int
    /// The column in characters, from 1.
    package let column: Int
    package let message: String

    init(file: String, at position: SourcePosition, _ message: String) {
        self.file = file
        self.line = position.line
        self.column = position.column
        self.message = message
    }

    package var description: String { "\(file):\(line):\(column): \(message)" }
}
