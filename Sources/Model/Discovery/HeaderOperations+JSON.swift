import JSONWire
import Patterns

extension HeaderOperations {
    /// The fields that routes and weighted clusters share.
    static let fieldNames = [
        "request_headers_to_add", "request_headers_to_remove", "response_headers_to_add", "response_headers_to_remove",
    ]

    init(_ fields: SchemaFields) throws(SchemaError) {
        self.init(
            requestAdditions: try fields["request_headers_to_add"]?.each(Self.addition) ?? [],
            requestRemovals: try fields["request_headers_to_remove"]?.strings() ?? [],
            responseAdditions: try fields["response_headers_to_add"]?.each(Self.addition) ?? [],
            responseRemovals: try fields["response_headers_to_remove"]?.strings() ?? [])
    }

    static func addition(_ reader: SchemaReader) throws(SchemaError) -> Addition {
        let fields = try reader.fields(["header", "append_action"], unsupported: ["append", "keep_empty_value"])
        let header = try fields.required("header").fields(["key", "value"], unsupported: ["raw_value"])
        return Addition(
            name: try header.required("key").nonEmptyString(), template: try FormatString(reading: header["value"]),
            appends: try fields["append_action"]?.choice([
                "APPEND_IF_EXISTS_OR_ADD": true, "OVERWRITE_IF_EXISTS_OR_ADD": false,
            ]) ?? true)
    }

    func write(into object: inout JSONObject) {
        func additions(_ additions: [Addition]) -> JSONValue? {
            .array(
                unlessEmpty: additions.map(\.json))
        }
        object["request_headers_to_add"] = additions(requestAdditions)
        object["request_headers_to_remove"] = .strings(unlessEmpty: requestRemovals)
        object["response_headers_to_add"] = additions(responseAdditions)
        object["response_headers_to_remove"] = .strings(unlessEmpty: responseRemovals)
    }
}

extension HeaderOperations.Addition {
    var json: JSONValue {
        .message([
            "header": ["key": .string(name), "value": .string(value.source)],
            "append_action": appends ? nil : "OVERWRITE_IF_EXISTS_OR_ADD",
        ])
    }
}

extension FormatString {
    /// Reads a value, which is empty where it is not said.
    init(reading reader: SchemaReader?) throws(SchemaError) {
        guard let reader else {
            self.init(literal: "")
            return
        }
        let text = try reader.string()
        do throws(PatternError) { try self.init(text) } catch { throw reader.error(error.description) }
    }
}
