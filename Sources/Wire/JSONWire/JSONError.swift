/// Why bytes are no JSON text, and where.
package struct JSONError: Error, Hashable, CustomStringConvertible {
    /// The line, from 1.
    package let line: Int
    /// The column in characters (Unicode scalars), from 1.
    package let column: Int
    /// What was expected and what was found.
    package let message: String

    package var description: String { "\(line):\(column): \(message)" }

    /// The error at a byte's place in a text. Lines are counted only now, so that parsing need not.
    init(_ message: String, at offset: Int, in bytes: [UInt8]) {
        var line = 1
        var column = 1
        for byte in bytes.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                // All bytes of a character but its first are 10xxxxxx.
                column += 1
            }
        }
        self.line = line
        self.column = column
        self.message = message
    }
}
