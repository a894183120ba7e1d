package import JSONWire

/// What filters before have left about a request: Envoy's `type.matcher.v3.MetadataMatcher`.
package struct MetadataMatcher: Hashable, Sendable {
    /// Envoy's `type.matcher.v3.ValueMatcher`, without numbers.
    package indirect enum Value: Hashable, Sendable {
        case null
        case bool(Bool)
        /// Whether there is anything; false never holds.
        case present(Bool)
        case text(StringMatcher)
        /// A list of which some element matches.
        case element(Value)
        case any([Value])
    }

    /// Whose metadata: `envoy.filters.http.jwt_authn`.
    package var filter: String
    /// From field to field; at least one.
    package var path: [String]
    package var value: Value
    package var isInverted: Bool

    package init(filter: String, path: [String], value: Value, inverted: Bool = false) {
        self.filter = filter
        self.path = path
        self.value = value
        isInverted = inverted
    }
}

extension MetadataMatcher: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["filter", "path", "value", "invert"])
        filter = try fields.required("filter").nonEmptyString()
        path = try fields.required("path").some { (segment) throws(SchemaError) in
            try segment.fields(["key"]).required("key").nonEmptyString()
        }
        value = try Value(fields.required("value"))
        isInverted = try fields["invert"]?.bool() ?? false
    }

    package var json: JSONValue {
        .message([
            "filter": .string(filter),
            "path": .array(path.map { ["key": .string($0)] }),
            "value": value.json,
            "invert": isInverted ? true : nil,
        ])
    }
}

extension MetadataMatcher.Value: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let (name, value) = try reader.onlyField(
            ["null_match", "string_match", "bool_match", "present_match", "list_match", "or_match"],
            unsupported: ["double_match"])
        switch name {
        case "null_match":
            _ = try value.fields([])
            self = .null
        case "string_match": self = .text(try StringMatcher(value))
        case "bool_match": self = .bool(try value.bool())
        case "present_match": self = .present(try value.bool())
        case "list_match": self = .element(try Self(value.fields(["one_of"]).required("one_of")))
        default: self = .any(try value.fields(["value_matchers"]).required("value_matchers").some(Self.init))
        }
    }

    package var json: JSONValue {
        switch self {
        case .null: ["null_match": [:]]
        case .bool(let flag): ["bool_match": .bool(flag)]
        case .present(let flag): ["present_match": .bool(flag)]
        case .text(let condition): ["string_match": condition.json]
        case .element(let value): ["list_match": ["one_of": value.json]]
        case .any(let values): ["or_match": ["value_matchers": .array(values.map(\.json))]]
        }
    }
}
