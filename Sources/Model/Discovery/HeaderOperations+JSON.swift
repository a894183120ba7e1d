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

    private static func addition(_ reader: SchemaReader) throws(SchemaError) -> Addition {
        let fields = try reader.fields(["header", "append_action"], unsupported: ["append", "keep_empty_value"])
        let header = try fields.required("header").fields(["key", "value"], unsupported: ["raw_value"])
        let text = try header["value"]?.string() ?? ""
        let template: HeaderTemplate
        do throws(PatternError) { template = try HeaderTemplate(text) } catch {
            throw (header["value"] ?? reader).error(error.description)
        }
        return Addition(
            name: try header.required("key").nonEmptyString(), template: template,
            appends: try fields["append_action"]?.choice([
                "APPEND_IF_EXISTS_OR_ADD": true, "OVERWRITE_IF_EXISTS_OR_ADD": false,
            ]) ?? true)
    }

    func write(into object: inout JSONObject) {
        func additions(_ additions: [Addition]) -> JSONValue? {
            .array(
                unlessEmpty: additions.map {
                    .message([
                        "header": ["key": .string($0.name), "value": .string($0.value.source)],
                        "append_action": $0.appends ? nil : "OVERWRITE_IF_EXISTS_OR_ADD",
                    ])
                })
        }
        object["request_headers_to_add"] = additions(requestAdditions)
        object["request_headers_to_remove"] = .strings(unlessEmpty: requestRemovals)
        object["response_headers_to_add"] = additions(responseAdditions)
        object["response_headers_to_remove"] = .strings(unlessEmpty: responseRemovals)
    }
}
