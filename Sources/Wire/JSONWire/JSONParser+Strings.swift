import ByteCursor

extension JSONParser {
    /// Reads a string from its opening quotes on.
    mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "\\"), bytes[end] >= 0x20
        {
            end += 1
        }
        position = end
        // Most strings have no escapes and are taken as they stand.
        if peek() == UInt8(ascii: "\"") {
            position += 1
            return try decoded(bytes[start..<end], at: start)
        }
        var unescaped = Array(bytes[start..<end])
        while true {
            switch peek() {
            case UInt8(ascii: "\""):
                position += 1
                return try decoded(unescaped[...], at: start)
            case UInt8(ascii: "\\"):
                try escape(into: &unescaped)
            case let byte? where byte >= 0x20:
                unescaped.append(byte)
                position += 1
            case nil: throw failure("expected '\"' at the string's end")
            default: throw failure("expected an escape for a control character")
            }
        }
    }

    private func decoded(_ text: ArraySlice<UInt8>, at start: Int) throws(JSONError) -> String {
        guard let string = String(validating: text, as: UTF8.self) else {
            throw JSONError("the string is not valid UTF-8", at: start, in: bytes)
        }
        return string
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        position += 1
        switch peek() {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(bytes[position])
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            position += 1
            text.append(text: String(try escapedScalar()))
            return
        default: throw failure("expected one of \" \\ / b f n r t u after '\\'")
        }
        position += 1
    }

    /// What follows `\u`: one code unit, or two when they are a surrogate pair.
    private mutating func escapedScalar() throws(JSONError) -> Character {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return Character(scalar) }
        guard first < 0xDC00, bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else {
            return "\u{FFFD}"
        }
        let afterFirst = position
        position += 2
        let second = try codeUnit()
        guard (0xDC00...0xDFFF).contains(second) else {
            // The second escape is no partner of the first; it is read again for itself.
            position = afterFirst
            return "\u{FFFD}"
        }
        let scalar = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
        return Unicode.Scalar(scalar).map(Character.init) ?? "\u{FFFD}"
    }

    private mutating func codeUnit() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Hexadecimal.value(of: byte) else {
                throw failure("expected four hexadecimal digits after '\\u'")
            }
            unit = unit << 4 | UInt16(digit)
            position += 1
        }
        return unit
    }
}
