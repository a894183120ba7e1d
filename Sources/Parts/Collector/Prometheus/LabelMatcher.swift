/// A condition on a label, as PromQL has it in braces: `mesh_id="m"`.
package struct LabelMatcher: Hashable, Sendable, CustomStringConvertible {
    package enum Operator: String, Hashable, Sendable {
        case equal = "="
        case notEqual = "!="
        case matches = "=~"
        case doesNotMatch = "!~"
    }

    package var name: String
    package var `operator`: Operator
    package var value: String

    package init(name: String, operator: Operator = .equal, value: String) {
        self.name = name
        self.operator = `operator`
        self.value = value
    }

    /// Reads what a person writes between the braces, `mesh_id="m", cluster=~"a|b"`; nothing when it is something else, or
    /// longer than a thousand bytes.
    package static func list(_ text: String) -> [LabelMatcher]? {
        guard text.utf8.count <= 1000 else { return nil }
        var reader = Reader(rest: text.unicodeScalars[...])
        return reader.list()
    }

    /// As PromQL writes it. <https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals>
    package var description: String {
        var text = "\(name)\(`operator`.rawValue)\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += "\\\\"
            case "\"": text += "\\\""
            case "\n": text += "\\n"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}

private struct Reader {
    var rest: Substring.UnicodeScalarView

    mutating func list() -> [LabelMatcher]? {
        var matchers: [LabelMatcher] = []
        repeat {
            guard let matcher = matcher() else { return nil }
            matchers.append(matcher)
        } while take(",")
        return rest.isEmpty ? matchers : nil
    }

    private mutating func matcher() -> LabelMatcher? {
        skipBlanks()
        let name = rest.prefix { $0 == "_" || $0.isASCII && $0.properties.isAlphabetic || ("0"..."9").contains($0) }
        guard let first = name.first, !("0"..."9").contains(first) else { return nil }
        rest = rest[name.endIndex...]
        let symbol: LabelMatcher.Operator
        if take("=") {
            symbol = takeNext("~") ? .matches : .equal
        } else if take("!") {
            if takeNext("=") { symbol = .notEqual } else if takeNext("~") { symbol = .doesNotMatch } else { return nil }
        } else {
            return nil
        }
        guard let value = quoted() else { return nil }
        return LabelMatcher(name: String(name), operator: symbol, value: value)
    }

    private mutating func quoted() -> String? {
        guard take("\"") else { return nil }
        var value = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"":
                skipBlanks()
                return String(value)
            case "\\":
                switch rest.popFirst() {
                case "n": value.append("\n")
                case "\\": value.append("\\")
                case "\"": value.append("\"")
                default: return nil
                }
            default: value.append(scalar)
            }
        }
        return nil
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        skipBlanks()
        return takeNext(scalar)
    }

    private mutating func takeNext(_ scalar: Unicode.Scalar) -> Bool {
        guard rest.first == scalar else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func skipBlanks() {
        while rest.first == " " { rest.removeFirst() }
    }
}
