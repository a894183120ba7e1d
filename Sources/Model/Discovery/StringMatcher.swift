package import JSONWire
package import Patterns

/// What a text must be: Envoy's `type.matcher.v3.StringMatcher`.
package enum StringMatcher: Hashable, Sendable {
    case exact(String, ignoringCase: Bool = false)
    case prefix(String, ignoringCase: Bool = false)
    case suffix(String, ignoringCase: Bool = false)
    case contains(String, ignoringCase: Bool = false)
    /// The whole text, by RE2.
    case regex(Pattern)
}

extension StringMatcher: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["exact", "prefix", "suffix", "contains", "safe_regex", "ignore_case"], unsupported: ["custom"])
        let ignoringCase = try fields["ignore_case"]?.bool() ?? false
        switch try fields.one(of: "exact", "prefix", "suffix", "contains", "safe_regex") {
        case ("exact", let text)?: self = .exact(try text.string(), ignoringCase: ignoringCase)
        case ("prefix", let text)?: self = .prefix(try text.nonEmptyString(), ignoringCase: ignoringCase)
        case ("suffix", let text)?: self = .suffix(try text.nonEmptyString(), ignoringCase: ignoringCase)
        case ("contains", let text)?: self = .contains(try text.nonEmptyString(), ignoringCase: ignoringCase)
        // Envoy: ignore_case has no effect on a regex.
        case (_, let matcher)?: self = .regex(try Pattern(matcher))
        case nil:
            throw fields.error(
                "one of \"exact\", \"prefix\", \"suffix\", \"contains\" and \"safe_regex\" is required")
        }
    }

    package var json: JSONValue {
        func matcher(_ kind: String, _ value: String, _ ignoringCase: Bool) -> JSONValue {
            .message([kind: .string(value), "ignore_case": ignoringCase ? true : nil])
        }
        return switch self {
        case .exact(let value, let ignoringCase): matcher("exact", value, ignoringCase)
        case .prefix(let value, let ignoringCase): matcher("prefix", value, ignoringCase)
        case .suffix(let value, let ignoringCase): matcher("suffix", value, ignoringCase)
        case .contains(let value, let ignoringCase): matcher("contains", value, ignoringCase)
        case .regex(let pattern): ["safe_regex": pattern.json]
        }
    }
}
