/// JSON texts that stand one after another, with blanks, line breaks or nothing between them: lines of a file, or the
/// pieces of an answer that is sent while it is worked out.
struct JSONChunks {
    /// Each from its first to its last byte. Whether it is JSON is for the parser to say.
    private(set) var chunks: [ArraySlice<UInt8>] = []
    /// The beginning of one more that does not end.
    private(set) var rest: ArraySlice<UInt8>?

    /// Splits after the bracket that closes the first: all texts here are objects or arrays. Anything else ends with its
    /// line.
    init(_ bytes: [UInt8]) {
        var position = bytes.startIndex
        // A byte order mark; Windows editors write one.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
        while position < bytes.endIndex {
            if Self.isBlank(bytes[position]) {
                position += 1
                continue
            }
            guard let end = Self.end(of: bytes, from: position) else {
                rest = bytes[position...]
                return
            }
            chunks.append(bytes[position..<end])
            position = end
        }
    }

    private static func end(of bytes: [UInt8], from start: Int) -> Int? {
        guard bytes[start] == UInt8(ascii: "{") || bytes[start] == UInt8(ascii: "[") else {
            return bytes[start...].firstIndex(of: 0x0A) ?? bytes.endIndex
        }
        var depth = 0
        var isText = false
        var isEscaped = false
        for position in start..<bytes.endIndex {
            let byte = bytes[position]
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return position + 1 }
            default: break
            }
        }
        return nil
    }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
