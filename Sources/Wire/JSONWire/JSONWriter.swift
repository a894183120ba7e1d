import ByteCursor

extension JSONValue {
    /// The JSON text: on one line without spaces, or for people with two spaces a level. Members keep their order.
    package func serialized(pretty: Bool = false) -> [UInt8] {
        var output: [UInt8] = []
        if pretty { write(to: &output, indentation: 0) } else { write(to: &output) }
        return output
    }

    /// The compact JSON text as a string.
    package var text: String { String(decoding: serialized(), as: UTF8.self) }

    /// Appends the compact JSON text.
    package func write(to output: inout [UInt8]) {
        switch self {
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                element.write(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let object):
            output.append(UInt8(ascii: "{"))
            var isFirst = true
            for (key, value) in object {
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                output.append(jsonString: key)
                output.append(UInt8(ascii: ":"))
                value.write(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        case .null, .bool, .integer, .number, .string: writeScalar(to: &output)
        }
    }

    private func write(to output: inout [UInt8], indentation: Int) {
        switch self {
        case .array(let elements) where !elements.isEmpty:
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                output.startLine(indentation + 1)
                element.write(to: &output, indentation: indentation + 1)
            }
            output.startLine(indentation)
            output.append(UInt8(ascii: "]"))
        case .object(let object) where !object.isEmpty:
            output.append(UInt8(ascii: "{"))
            var isFirst = true
            for (key, value) in object {
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                output.startLine(indentation + 1)
                output.append(jsonString: key)
                output.append(ascii: ": ")
                value.write(to: &output, indentation: indentation + 1)
            }
            output.startLine(indentation)
            output.append(UInt8(ascii: "}"))
        case .null, .bool, .integer, .number, .string, .array, .object: write(to: &output)
        }
    }

    private func writeScalar(to output: inout [UInt8]) {
        switch self {
        case .bool(let value): output.append(ascii: value ? "true" : "false")
        case .integer(let value): output.append(decimal: value)
        case .number(let value) where value.isFinite:
            // The shortest digits that read back as the same number; Swift's spelling of them is JSON's.
            output.append(text: value.description)
        case .string(let value): output.append(jsonString: value)
        case .null, .number, .array, .object: output.append(ascii: "null")
        }
    }
}

extension [UInt8] {
    /// Appends `text` in quotes, escaping what RFC 8259 section 7 says must be escaped and nothing else.
    package mutating func append(jsonString text: String) {
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append(ascii: "\\\"")
            case UInt8(ascii: "\\"): append(ascii: "\\\\")
            case 0x20...: append(byte)
            case 0x08: append(ascii: "\\b")
            case 0x09: append(ascii: "\\t")
            case 0x0A: append(ascii: "\\n")
            case 0x0C: append(ascii: "\\f")
            case 0x0D: append(ascii: "\\r")
            default:
                append(ascii: "\\u00")
                append(Hexadecimal.digit(byte >> 4))
                append(Hexadecimal.digit(byte))
            }
        }
        append(UInt8(ascii: "\""))
    }

    fileprivate mutating func startLine(_ indentation: Int) {
        append(0x0A)
        append(contentsOf: repeatElement(0x20, count: indentation * 2))
    }
}
