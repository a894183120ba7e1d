/// Cuts a stream of bytes into lines.
struct LineBuffer {
    /// A line that is longer is no event.
    static let maximumLine = 4 << 20

    private var rest: [UInt8] = []

    /// The lines that are whole now, without their ends and without empty ones; nothing when one is too long.
    mutating func add(_ bytes: [UInt8]) -> [[UInt8]]? {
        var lines: [[UInt8]] = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            guard rest.count + (end - start) <= Self.maximumLine else { return nil }
            let line = rest + bytes[start..<end]
            rest = []
            if !line.isEmpty { lines.append(line) }
            start = end + 1
        }
        guard rest.count + (bytes.count - start) <= Self.maximumLine else { return nil }
        rest += bytes[start...]
        return lines
    }
}
