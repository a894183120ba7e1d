import ByteCursor

/// Bounds for JSON from a peer or a user.
package struct JSONLimits: Hashable, Sendable {
    /// How deep arrays and objects may nest. The parser recurses, so the bound guards the stack.
    package var maximumDepth: Int
    /// How long the text may be.
    package var maximumBytes: Int

    package init(maximumDepth: Int = 128, maximumBytes: Int = 64 << 20) {
        self.maximumDepth = maximumDepth
        self.maximumBytes = maximumBytes
    }

    package static let `default` = JSONLimits()
}

extension JSONValue {
    /// Reads one JSON text ([RFC 8259](https://www.rfc-editor.org/rfc/rfc8259)), a byte order mark and all.
    ///
    /// Of members with the same name the last wins; a lone surrogate escape becomes U+FFFD; bytes that are no UTF-8
    /// and numbers too large for a `Double` are errors.
    package static func parse(_ bytes: [UInt8], limits: JSONLimits = .default) throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.maximumBytes else {
            throw JSONError(
                "the text has \(bytes.count) bytes; at most \(limits.maximumBytes) are accepted", at: 0, in: bytes)
        }
        var parser = JSONParser(bytes: bytes, maximumDepth: limits.maximumDepth)
        return try parser.document()
    }

    package init(parsing text: String, limits: JSONLimits = .default) throws(JSONError) {
        self = try .parse(Array(text.utf8), limits: limits)
    }
}

/// Recursive descent over the bytes of one text.
struct JSONParser {
    let bytes: [UInt8]
    var position = 0
    private let maximumDepth: Int
    private var depth = 0

    init(bytes: [UInt8], maximumDepth: Int) {
        self.bytes = bytes
        self.maximumDepth = maximumDepth
        // RFC 8259 section 8.1 lets a parser ignore a byte order mark; Windows editors write one.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    mutating func document() throws(JSONError) -> JSONValue {
        skipWhitespace()
        let value = try value()
        skipWhitespace()
        guard position == bytes.count else { throw failure("expected the end of the text") }
        return value
    }

    private mutating func value() throws(JSONError) -> JSONValue {
        switch peek() {
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"): return try number()
        case let byte? where byte &- UInt8(ascii: "0") <= 9: return try number()
        default: throw failure("expected a value")
        }
    }

    private mutating func object() throws(JSONError) -> JSONObject {
        try enter()
        var object = JSONObject()
        skipWhitespace()
        if take(UInt8(ascii: "}")) { return leave(object) }
        while true {
            guard peek() == UInt8(ascii: "\"") else { throw failure("expected a member's name in quotes") }
            let key = try string()
            skipWhitespace()
            guard take(UInt8(ascii: ":")) else { throw failure("expected ':' after the member's name") }
            skipWhitespace()
            object[key] = try value()
            skipWhitespace()
            if take(UInt8(ascii: "}")) { return leave(object) }
            guard take(UInt8(ascii: ",")) else { throw failure("expected ',' or '}'") }
            skipWhitespace()
        }
    }

    private mutating func array() throws(JSONError) -> [JSONValue] {
        try enter()
        var elements: [JSONValue] = []
        skipWhitespace()
        if take(UInt8(ascii: "]")) { return leave(elements) }
        while true {
            elements.append(try value())
            skipWhitespace()
            if take(UInt8(ascii: "]")) { return leave(elements) }
            guard take(UInt8(ascii: ",")) else { throw failure("expected ',' or ']'") }
            skipWhitespace()
        }
    }

    private mutating func enter() throws(JSONError) {
        guard depth < maximumDepth else {
            throw JSONError("nested deeper than \(maximumDepth) levels", at: position, in: bytes)
        }
        depth += 1
        position += 1
    }

    private mutating func leave<Value>(_ value: Value) -> Value {
        depth -= 1
        return value
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONError) -> JSONValue {
        let isThere = text.withUTF8Buffer { bytes[position...].starts(with: $0) }
        guard isThere else { throw failure("expected a value") }
        position += text.utf8CodeUnitCount
        return value
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        let isNegative = take(UInt8(ascii: "-"))
        var magnitude: UInt64? = 0
        let firstDigit = position
        while let digit = digit() {
            let (product, tooLarge) = (magnitude ?? 0).multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(digit))
            magnitude = magnitude == nil || tooLarge || carried ? nil : sum
        }
        guard position > firstDigit else { throw failure("expected a digit") }
        guard position == firstDigit + 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
            throw JSONError("a number must not begin with '0'", at: firstDigit, in: bytes)
        }
        var isInteger = true
        if take(UInt8(ascii: ".")) {
            isInteger = false
            try digits()
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        // "-0" stays a Double: an integer has no negative zero.
        if isInteger, let magnitude, !(isNegative && magnitude == 0) {
            if !isNegative, let value = Int64(exactly: magnitude) { return .integer(value) }
            if isNegative, magnitude <= Int64.min.magnitude {
                return .integer(Int64(truncatingIfNeeded: 0 &- magnitude))
            }
        }
        let number = bytes[start..<position].withUnsafeBytes { DecimalNumber.parse($0) }
        guard let number, number.isFinite else {
            throw JSONError("the number is too large", at: start, in: bytes)
        }
        return .number(number)
    }

    private mutating func digits() throws(JSONError) {
        guard digit() != nil else { throw failure("expected a digit") }
        while digit() != nil {}
    }

    private mutating func digit() -> UInt8? {
        guard let byte = peek(), byte &- UInt8(ascii: "0") <= 9 else { return nil }
        position += 1
        return byte &- UInt8(ascii: "0")
    }

    func peek() -> UInt8? {
        position < bytes.count ? bytes[position] : nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipWhitespace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    /// The error at this place, with what stands here.
    func failure(_ expectation: String) -> JSONError {
        JSONError("\(expectation), found \(found)", at: position, in: bytes)
    }

    private var found: String {
        guard let byte = peek() else { return "the end of the text" }
        if (0x21...0x7E).contains(byte) { return "'\(Character(Unicode.Scalar(byte)))'" }
        let scalar = String(decoding: bytes[position...].prefix(4), as: UTF8.self).unicodeScalars.first
        return byte >= 0x80 ? "'\(scalar.map(String.init) ?? "")'" : "byte 0x\(Hexadecimal.encode([byte]))"
    }
}
