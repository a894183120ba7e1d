package import Patterns

/// What a header, a part of the request line, or a query parameter must be.
package struct FieldCondition: Sendable, Hashable {
    /// Where the value comes from. Query parameters are told by where the condition stands, not by this.
    package enum Field: Sendable, Hashable {
        case header
        case method
        case authority
        case target
        case scheme
    }

    package enum Test: Sendable, Hashable {
        case present
        case absent
        case exact([UInt8], ignoringCase: Bool = false)
        case prefix([UInt8], ignoringCase: Bool = false)
        case suffix([UInt8], ignoringCase: Bool = false)
        case contains([UInt8], ignoringCase: Bool = false)
        /// The whole value, by RE2.
        case regex(Pattern)
    }

    package let field: Field
    /// In lower case for headers, as it is for query parameters.
    package let name: [UInt8]
    package let test: Test
    /// True turns the test around.
    package let isInverted: Bool
    /// True tests a field that is not there as if it were empty. Without it such a field fails every test of its value,
    /// an inverted one, too: Envoy's rule.
    package let treatsMissingAsEmpty: Bool

    /// A condition on a header; `:method`, `:authority`, `:path` and `:scheme` name what HTTP/1 has in the request line.
    package init(
        header name: String, _ test: Test, inverted: Bool = false, treatingMissingAsEmpty: Bool = false
    ) {
        let name = name.lowercased()
        field =
            switch name {
            case ":method": .method
            case ":authority", "host": .authority
            case ":path": .target
            case ":scheme": .scheme
            default: .header
            }
        self.name = Array(name.utf8)
        self.test = test.lowercasedWhereIgnored
        isInverted = inverted
        treatsMissingAsEmpty = treatingMissingAsEmpty
    }

    /// A condition on a query parameter.
    package init(queryParameter name: String, _ test: Test) {
        field = .target
        self.name = Array(name.utf8)
        self.test = test.lowercasedWhereIgnored
        isInverted = false
        treatsMissingAsEmpty = false
    }

    /// Whether the condition holds for a value; `nil` when the field is not there.
    package func holds(for value: ArraySlice<UInt8>?) -> Bool {
        switch test {
        case .present: return (value ?? missing != nil) != isInverted
        case .absent: return (value ?? missing == nil) != isInverted
        case .exact, .prefix, .suffix, .contains, .regex:
            guard let value = value ?? missing else { return false }
            return test.holds(for: value) != isInverted
        }
    }

    private var missing: ArraySlice<UInt8>? { treatsMissingAsEmpty ? [] : nil }
}

extension FieldCondition.Test {
    /// Texts in lower case where letter case is ignored, so that only the request's bytes need folding.
    package var lowercasedWhereIgnored: FieldCondition.Test {
        switch self {
        case .exact(let text, ignoringCase: true): .exact(text.map(\.lowercased), ignoringCase: true)
        case .prefix(let text, ignoringCase: true): .prefix(text.map(\.lowercased), ignoringCase: true)
        case .suffix(let text, ignoringCase: true): .suffix(text.map(\.lowercased), ignoringCase: true)
        case .contains(let text, ignoringCase: true): .contains(text.map(\.lowercased), ignoringCase: true)
        case .present, .absent, .exact, .prefix, .suffix, .contains, .regex: self
        }
    }
}
