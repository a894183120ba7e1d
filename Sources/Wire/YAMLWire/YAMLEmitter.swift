import ByteCursor
package import JSONWire

/// Writes block-style YAML as Istio's documentation does: two spaces a level, dashes in their key's column, members in
/// their order. What is written reads back as the same value, also in YAML 1.1 readers such as kubectl's.
package enum YAMLEmitter {
    package static func emit(_ value: JSONValue) -> String {
        var output: [UInt8] = []
        switch value {
        case .object(let object) where !object.isEmpty: write(object, indentation: 0, to: &output)
        case .array(let elements) where !elements.isEmpty: write(elements, indentation: 0, to: &output)
        default:
            output.append(text: YAMLScalar.inLine(value))
            output.append(UInt8(ascii: "\n"))
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Writes members, the first where the output ends, the others on lines of their own.
    private static func write(_ object: JSONObject, indentation: Int, to output: inout [UInt8]) {
        for (index, (key, value)) in object.enumerated() {
            if index > 0 { output.indent(indentation) }
            let name = YAMLScalar.inLine(.string(key))
            // A key of more than 1024 characters must be announced (YAML 1.2.2, section 7.4.3).
            let isAnnounced = name.utf8.count > 1000
            if isAnnounced {
                output.append(text: "? \(name)\n")
                output.indent(indentation)
            } else {
                output.append(text: name)
            }
            output.append(UInt8(ascii: ":"))
            switch value {
            case .object(let members) where !members.isEmpty:
                output.startLine(indentation + 2)
                write(members, indentation: indentation + 2, to: &output)
            case .array(let elements) where !elements.isEmpty:
                let column = isAnnounced ? indentation + 2 : indentation
                output.startLine(column)
                write(elements, indentation: column, to: &output)
            default: writeScalar(value, indentation: indentation + 2, to: &output)
            }
        }
    }

    private static func write(_ elements: [JSONValue], indentation: Int, to output: inout [UInt8]) {
        for (index, element) in elements.enumerated() {
            if index > 0 { output.indent(indentation) }
            output.append(UInt8(ascii: "-"))
            switch element {
            case .object(let members) where !members.isEmpty:
                output.append(UInt8(ascii: " "))
                write(members, indentation: indentation + 2, to: &output)
            case .array(let inner) where !inner.isEmpty:
                output.append(UInt8(ascii: " "))
                write(inner, indentation: indentation + 2, to: &output)
            default: writeScalar(element, indentation: indentation + 2, to: &output)
            }
        }
    }

    /// Writes a scalar or an empty collection behind its key or dash, and ends the line.
    private static func writeScalar(_ value: JSONValue, indentation: Int, to output: inout [UInt8]) {
        output.append(UInt8(ascii: " "))
        if case .string(let text) = value, let lines = YAMLScalar.literalLines(text) {
            output.append(text: lines.keepsLastBreak ? "|\n" : "|-\n")
            for line in lines.lines {
                if !line.isEmpty {
                    output.indent(indentation)
                    output.append(text: line)
                }
                output.append(UInt8(ascii: "\n"))
            }
        } else {
            output.append(text: YAMLScalar.inLine(value))
            output.append(UInt8(ascii: "\n"))
        }
    }
}

extension [UInt8] {
    fileprivate mutating func indent(_ columns: Int) {
        append(contentsOf: repeatElement(0x20, count: columns))
    }

    fileprivate mutating func startLine(_ indentation: Int) {
        append(0x0A)
        indent(indentation)
    }
}
