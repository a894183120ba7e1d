package import JSONWire
import Patterns

extension Route: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["name", "match", "route", "redirect", "direct_response", "stat_prefix", FilterOverrides.fieldName]
                + HeaderOperations.fieldNames,
            unsupported: [
                "filter_action", "non_forwarding_action", "metadata", "decorator", "tracing",
                "per_request_buffer_limit_bytes",
            ])
        name = try fields["name"]?.string()
        match = try Match(fields.required("match"))
        headers = try HeaderOperations(fields)
        filters = try FilterOverrides(fields)
        statPrefix = try fields["stat_prefix"]?.string()
        switch try fields.one(of: "route", "redirect", "direct_response") {
        case ("route", let action)?: self.action = .forward(try Forward(action))
        case ("redirect", let action)?: self.action = .redirect(try Redirect(action))
        case (_, let action)?: self.action = .direct(try DirectResponse(action))
        case nil: throw fields.error("one of \"route\", \"redirect\" and \"direct_response\" is required")
        }
    }

    package var json: JSONValue {
        var object = JSONObject()
        object["name"] = name.map { .string($0) }
        object["match"] = match.json
        switch action {
        case .forward(let forward): object["route"] = forward.json
        case .redirect(let redirect): object["redirect"] = redirect.json
        case .direct(let response): object["direct_response"] = response.json
        }
        headers.write(into: &object)
        filters.write(into: &object)
        object["stat_prefix"] = statPrefix.map { .string($0) }
        return .object(object)
    }
}

extension Route.Match: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "prefix", "path", "path_separated_prefix", "safe_regex", "case_sensitive", "headers",
                "query_parameters",
            ],
            unsupported: [
                "connect_matcher", "path_match_policy", "runtime_fraction", "grpc", "tls_context",
                "dynamic_metadata", "filter_state", "cookies",
            ])
        switch try fields.one(of: "prefix", "path", "path_separated_prefix", "safe_regex") {
        case ("prefix", let text)?: path = .prefix(try text.string())
        case ("path", let text)?: path = .exact(try text.string())
        case ("safe_regex", let matcher)?: path = .regex(try Pattern(matcher))
        case (_, let text)?:
            let segments = try text.string()
            guard segments.hasPrefix("/"), !segments.hasSuffix("/") else {
                throw text.error("must begin with \"/\" and not end with one")
            }
            path = .segments(segments)
        case nil:
            throw fields.error("one of \"prefix\", \"path\", \"path_separated_prefix\" and \"safe_regex\" is required")
        }
        caseSensitive = try fields["case_sensitive"]?.bool() ?? true
        headers = try fields["headers"]?.each(Route.HeaderMatcher.init) ?? []
        queryParameters = try fields["query_parameters"]?.each(Route.QueryParameterMatcher.init) ?? []
    }

    package var json: JSONValue {
        let (key, value): (String, JSONValue) =
            switch path {
            case .prefix(let text): ("prefix", .string(text))
            case .exact(let text): ("path", .string(text))
            case .segments(let text): ("path_separated_prefix", .string(text))
            case .regex(let pattern): ("safe_regex", pattern.json)
            }
        return .message([
            key: value,
            "case_sensitive": caseSensitive ? nil : false,
            "headers": .array(unlessEmpty: headers.map(\.json)),
            "query_parameters": .array(unlessEmpty: queryParameters.map(\.json)),
        ])
    }
}

extension Route.HeaderMatcher: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["name", "present_match", "string_match", "invert_match", "treat_missing_header_as_empty"],
            unsupported: [
                "range_match", "exact_match", "prefix_match", "suffix_match",
                "contains_match", "safe_regex_match",
            ])
        name = try fields.required("name").nonEmptyString()
        condition = try Route.StringCondition(fields, present: "present_match", text: "string_match")
        inverted = try fields["invert_match"]?.bool() ?? false
        treatsMissingAsEmpty = try fields["treat_missing_header_as_empty"]?.bool() ?? false
    }

    package var json: JSONValue {
        let (key, value) = condition.json(present: "present_match", text: "string_match")
        return .message([
            "name": .string(name), key: value, "invert_match": inverted ? true : nil,
            "treat_missing_header_as_empty": treatsMissingAsEmpty ? true : nil,
        ])
    }
}

extension Route.QueryParameterMatcher: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["name", "present_match", "string_match"])
        name = try fields.required("name").nonEmptyString()
        condition = try Route.StringCondition(fields, present: "present_match", text: "string_match")
    }

    package var json: JSONValue {
        let (key, value) = condition.json(present: "present_match", text: "string_match")
        return .message(["name": .string(name), key: value])
    }
}

extension Route.StringCondition {
    fileprivate init(_ fields: SchemaFields, present: String, text: String) throws(SchemaError) {
        switch try fields.one(of: present, text) {
        case (present, let flag)?: self = try flag.bool() ? .present : .absent
        case (_, let matcher)?: self = try Self(matcher: matcher)
        // Envoy reads a matcher without a condition as "present".
        case nil: self = .present
        }
    }

    /// Reads Envoy's `type.matcher.v3.StringMatcher`.
    init(matcher reader: SchemaReader) throws(SchemaError) {
        switch try StringMatcher(reader) {
        case .exact(let text, let ignoringCase): self = .exact(text, ignoringCase: ignoringCase)
        case .prefix(let text, let ignoringCase): self = .prefix(text, ignoringCase: ignoringCase)
        case .suffix(let text, let ignoringCase): self = .suffix(text, ignoringCase: ignoringCase)
        case .contains(let text, let ignoringCase): self = .contains(text, ignoringCase: ignoringCase)
        case .regex(let pattern): self = .regex(pattern)
        }
    }

    /// As Envoy's `type.matcher.v3.StringMatcher`, which has no words for presence.
    var matcher: JSONValue { json(present: "", text: "").value }

    fileprivate func json(present: String, text: String) -> (key: String, value: JSONValue) {
        func matcher(_ kind: String, _ value: String, _ ignoringCase: Bool) -> (String, JSONValue) {
            (text, .message([kind: .string(value), "ignore_case": ignoringCase ? true : nil]))
        }
        return switch self {
        case .present: (present, true)
        case .absent: (present, false)
        case .exact(let value, let ignoringCase): matcher("exact", value, ignoringCase)
        case .prefix(let value, let ignoringCase): matcher("prefix", value, ignoringCase)
        case .suffix(let value, let ignoringCase): matcher("suffix", value, ignoringCase)
        case .contains(let value, let ignoringCase): matcher("contains", value, ignoringCase)
        case .regex(let pattern): (text, ["safe_regex": pattern.json])
        }
    }
}
