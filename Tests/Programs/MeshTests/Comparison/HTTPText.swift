/// An HTTP/1.1 message as it stood on the wire. The reader is the tests' own, so that no parser of the house hides what
/// was sent.
struct HTTPText: Sendable, Equatable {
    struct Field: Sendable, Equatable {
        /// In lower case.
        var name: String
        var value: String
    }

    /// The request line or status line.
    var startLine: String
    var fields: [Field]
    var body = ""
    var trailers: [Field] = []
    /// Whether the end of its body was seen.
    var isComplete = true

    func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

    var status: Int? {
        let words = startLine.split(separator: " ", maxSplits: 2)
        return words.count > 1 && startLine.hasPrefix("HTTP/") ? Int(words[1]) : nil
    }
}

/// Reads messages from what has arrived so far.
struct HTTPTextReader {
    private var rest: ArraySlice<UInt8>
    /// Whether no more bytes will come.
    private let hasEnded: Bool

    init(_ bytes: [UInt8], hasEnded: Bool) {
        rest = bytes[...]
        self.hasEnded = hasEnded
    }

    /// What was not read.
    var leftover: [UInt8] { Array(rest) }

    /// The next response to a request of `method`; nothing while it is not all there.
    mutating func response(to method: String) -> HTTPText? {
        next { message in
            let status = message.status ?? 0
            if method == "HEAD" || status < 200 || status == 204 || status == 304 { return .none }
            return Self.framing(message) ?? .untilClose
        }
    }

    mutating func request() -> HTTPText? {
        next { Self.framing($0) ?? .none }
    }

    private enum Framing {
        case none, length(Int), chunked, untilClose
    }

    private static func framing(_ message: HTTPText) -> Framing? {
        if message.values("transfer-encoding").last?.lowercased().hasSuffix("chunked") == true { return .chunked }
        return message.values("content-length").first.flatMap { Int($0) }.map { .length($0) }
    }

    private mutating func next(_ framing: (HTTPText) -> Framing) -> HTTPText? {
        let start = rest
        guard var message = head() else {
            rest = start
            return nil
        }
        switch framing(message) {
        case .none: return message
        case .length(let length):
            guard rest.count >= length || hasEnded else { break }
            message.isComplete = rest.count >= length
            message.body = String(decoding: rest.prefix(length), as: UTF8.self)
            rest = rest.dropFirst(length)
            return message
        case .untilClose:
            guard hasEnded else { break }
            message.body = String(decoding: rest, as: UTF8.self)
            rest = []
            return message
        case .chunked:
            if chunks(into: &message) { return message }
            guard hasEnded else { break }
            message.isComplete = false
            rest = []
            return message
        }
        rest = start
        return nil
    }

    private mutating func head() -> HTTPText? {
        guard let first = line(), let fields = fieldLines() else { return nil }
        return HTTPText(startLine: first, fields: fields)
    }

    /// Lines up to an empty one.
    private mutating func fieldLines() -> [HTTPText.Field]? {
        var fields: [HTTPText.Field] = []
        while let line = line() {
            if line.isEmpty { return fields }
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            fields.append(
                HTTPText.Field(
                    name: parts[0].lowercased(),
                    value: parts.count > 1 ? Self.trimmed(parts[1]) : "<no colon>"))
        }
        return nil
    }

    /// A value without the blanks around it, which are none of it (RFC 9110 §5.5).
    private static func trimmed(_ value: Substring) -> String {
        func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
        return String(String(value.drop(while: isBlank)).reversed().drop(while: isBlank).reversed())
    }

    /// Whether the whole body was there.
    private mutating func chunks(into message: inout HTTPText) -> Bool {
        var body: [UInt8] = []
        defer { message.body = String(decoding: body, as: UTF8.self) }
        while let line = line() {
            guard let size = Int(line.prefix { $0 != ";" }, radix: 16) else { return false }
            if size == 0 {
                guard let trailers = fieldLines() else { return false }
                message.trailers = trailers
                return true
            }
            body += rest.prefix(size)
            guard rest.count >= size + 2 else { return false }
            rest = rest.dropFirst(size + 2)
        }
        return false
    }

    private mutating func line() -> String? {
        guard let end = rest.firstIndex(of: 0x0A) else { return nil }
        let line = rest[..<end]
        rest = rest[(end + 1)...]
        return String(decoding: line.last == 0x0D ? line.dropLast() : line, as: UTF8.self)
    }
}
