package import JSONWire
import Patterns

extension AccessLog: DiscoveryMessage {
    private static let name = "envoy.access_loggers.file"
    private static let typeURL = "type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["name", "filter", "typed_config"])
        let config = try fields.required("typed_config")
        if config.value["@type"]?.string == Self.streamTypeURL {
            path = "/dev/stdout"
            let stream = try config.anyFields(Self.streamTypeURL, ["log_format"])
            format = try stream["log_format"].map(Self.format) ?? .text(Self.envoyDefault)
        } else {
            let file = try config.anyFields(
                Self.typeURL, ["path", "log_format", "format", "json_format", "typed_json_format"])
            path = try file.required("path").nonEmptyString()
            switch try file.one(of: "log_format", "format", "json_format", "typed_json_format") {
            case ("log_format", let value)?: format = try Self.format(value)
            case ("format", let value)?: format = .text(try FormatString(reading: value))
            case (_, let value)?: format = .json(try Self.fields(value))
            case nil: format = .text(Self.envoyDefault)
            }
        }
        filter = try fields["filter"].map { (value) throws(SchemaError) in try AccessLogFilter(value) }
    }

    private static let streamTypeURL =
        "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog"

    private static func format(_ reader: SchemaReader) throws(SchemaError) -> Format {
        let fields = try reader.fields(
            ["text_format", "text_format_source", "json_format", "omit_empty_values"],
            unsupported: ["content_type", "formatters", "json_format_options"])
        if try fields["omit_empty_values"]?.bool() ?? false {
            throw fields.error("\"omit_empty_values\" is not supported")
        }
        switch try fields.one(of: "text_format", "text_format_source", "json_format") {
        case ("text_format", let value)?: return .text(try FormatString(reading: value))
        case ("text_format_source", let value)?:
            let source = try value.fields(
                ["inline_string"], unsupported: ["filename", "inline_bytes", "environment_variable"])
            return .text(try FormatString(reading: source.required("inline_string")))
        case (_, let value)?: return .json(try Self.fields(value))
        case nil: throw fields.error("one of \"text_format_source\" and \"json_format\" is required")
        }
    }

    private static func fields(_ reader: SchemaReader) throws(SchemaError) -> [String: FormatString] {
        var fields: [String: FormatString] = [:]
        for (key, value) in try reader.entries() { fields[key] = try FormatString(reading: value) }
        guard !fields.isEmpty else { throw reader.error("must hold at least one field") }
        return fields
    }

    package var json: JSONValue {
        let format: JSONValue =
            switch format {
            case .text(let text): ["text_format_source": ["inline_string": .string(text.source)]]
            case .json(let fields):
                [
                    "json_format": .object(
                        JSONObject(fields.sorted { $0.key < $1.key }.map { ($0, .string($1.source)) }))
                ]
            }
        let file: JSONValue = ["path": .string(path), "log_format": format]
        return .message([
            "name": .string(Self.name), "filter": filter?.json, "typed_config": file.typed(Self.typeURL),
        ])
    }
}

extension AccessLogFilter: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "status_code_filter", "duration_filter", "not_health_check_filter", "runtime_filter", "and_filter",
                "or_filter", "header_filter", "response_flag_filter", "grpc_status_filter",
            ], unsupported: ["traceable_filter", "extension_filter", "metadata_filter", "log_type_filter"])
        let one = try fields.one(
            of: "status_code_filter", "duration_filter", "not_health_check_filter", "runtime_filter", "and_filter",
            "or_filter", "header_filter", "response_flag_filter", "grpc_status_filter")
        guard let (name, value) = one else { throw reader.error("says nothing of what is logged") }
        switch name {
        case "status_code_filter":
            let (comparison, number) = try Self.comparison(value)
            self = .status(comparison, number)
        case "duration_filter":
            let (comparison, number) = try Self.comparison(value)
            self = .duration(comparison, number)
        case "not_health_check_filter":
            _ = try value.fields([])
            self = .notHealthCheck
        case "runtime_filter":
            let fields = try value.fields(["runtime_key", "percent_sampled", "use_independent_randomness"])
            self = .share(try fields["percent_sampled"].map(FractionalPercent.init) ?? .none)
        case "and_filter": self = .all(try Self.filters(value))
        case "or_filter": self = .any(try Self.filters(value))
        case "header_filter": self = .header(try Route.HeaderMatcher(value.fields(["header"]).required("header")))
        case "response_flag_filter": self = .flags(try value.fields(["flags"])["flags"]?.strings() ?? [])
        default:
            let fields = try value.fields(["statuses", "exclude"])
            let statuses = try fields["statuses"]?.each { (entry) throws(SchemaError) in
                try Self.grpcStatus(entry)
            }
            self = .grpcStatus(statuses ?? [], excluded: try fields["exclude"]?.bool() ?? false)
        }
    }

    private static func comparison(_ reader: SchemaReader) throws(SchemaError) -> (Comparison, Int) {
        let fields = try reader.fields(["comparison"]).required("comparison").fields(["op", "value"])
        let value = try fields.required("value").fields(["default_value", "runtime_key"])
        return (
            try fields["op"]?.choice(of: Comparison.self) ?? .equal,
            try value["default_value"]?.integer(in: 0...Int(UInt32.max)) ?? 0
        )
    }

    private static func filters(_ reader: SchemaReader) throws(SchemaError) -> [AccessLogFilter] {
        let list = try reader.fields(["filters"]).required("filters")
        let filters = try list.each { (entry) throws(SchemaError) in try AccessLogFilter(entry) }
        guard filters.count >= 2 else { throw list.error("must hold at least two filters") }
        return filters
    }

    /// By number or by name, as protobuf's JSON has enumerations.
    private static func grpcStatus(_ reader: SchemaReader) throws(SchemaError) -> Int {
        if reader.value.string != nil, let place = grpcNames.firstIndex(of: try reader.string()) { return place }
        return try reader.integer(in: 0...16)
    }

    private static let grpcNames = [
        "OK", "CANCELED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
        "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
        "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ]

    package var json: JSONValue {
        func comparison(_ comparison: Comparison, _ value: Int) -> JSONValue {
            [
                "comparison": [
                    "op": .string(comparison.rawValue),
                    "value": ["default_value": .integer(Int64(value)), "runtime_key": "access_log"],
                ]
            ]
        }
        return switch self {
        case .status(let how, let value): ["status_code_filter": comparison(how, value)]
        case .duration(let how, let value): ["duration_filter": comparison(how, value)]
        case .notHealthCheck: ["not_health_check_filter": [:]]
        case .share(let share):
            ["runtime_filter": ["runtime_key": "access_log", "percent_sampled": share.json]]
        case .all(let filters): ["and_filter": ["filters": .array(filters.map(\.json))]]
        case .any(let filters): ["or_filter": ["filters": .array(filters.map(\.json))]]
        case .header(let matcher): ["header_filter": ["header": matcher.json]]
        case .flags(let flags): ["response_flag_filter": ["flags": .array(flags.map { .string($0) })]]
        case .grpcStatus(let statuses, let excluded):
            [
                "grpc_status_filter": .message([
                    "statuses": .array(statuses.map { .string(Self.grpcNames[$0]) }),
                    "exclude": excluded ? true : nil,
                ])
            ]
        }
    }
}
