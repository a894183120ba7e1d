import JSONWire
package import Patterns

/// A path with `*` for one segment and `**` for any number: Envoy's `uri_template.v3.UriTemplateMatchConfig`, without
/// its named variables.
package struct PathTemplate: Hashable, Sendable {
    /// `/users/*/orders/**`
    package let text: String
    /// The same as an expression for the whole path.
    package let pattern: Pattern

    /// What may stand in a segment: RFC 3986's `pchar` without `*`, as Envoy has it.
    private static let literal = "a-zA-Z0-9-._~%!$&'()+,;:@="

    /// Nothing when Envoy would refuse the template.
    package init?(_ text: String) {
        guard text.hasPrefix("/") else { return nil }
        var expression = ""
        var hasEnded = false
        let segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        for (index, segment) in segments.enumerated() {
            expression += "/"
            switch segment {
            case "*", "**":
                guard !hasEnded else { return nil }
                hasEnded = segment == "**"
                expression += segment == "*" ? "[\(Self.literal)]+" : "[\(Self.literal)/]*"
            // Only a slash at the very end leaves one empty.
            case "": guard index == segments.count - 1 else { return nil }
            default:
                guard segment.utf8.allSatisfy(\.isTemplateByte) else { return nil }
                for character in segment {
                    if "$()+.".contains(character) { expression += "\\" }
                    expression.append(character)
                }
            }
        }
        guard let pattern = try? Pattern(expression) else { return nil }
        self.text = text
        self.pattern = pattern
    }

    package static func == (left: PathTemplate, right: PathTemplate) -> Bool { left.text == right.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension PathTemplate {
    private static let typeURL =
        "type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig"
    private static let name = "uri-template"

    /// Reads the `core.v3.TypedExtensionConfig` that names the matcher.
    init(extension reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["name", "typed_config"])
        let config = try fields.required("typed_config").anyFields(Self.typeURL, ["path_template"])
        let template = try config.required("path_template")
        let text = try template.string()
        guard let read = PathTemplate(text) else {
            throw template.error(
                "\"\(text)\" is not supported; write segments of plain text, \"*\", and one \"**\" after all others")
        }
        self = read
    }

    var extensionJSON: JSONValue {
        let config: JSONValue = ["path_template": .string(text)]
        return ["name": .string(Self.name), "typed_config": config.typed(Self.typeURL)]
    }
}

extension UInt8 {
    fileprivate var isTemplateByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~%!$&'()+,;:@=".utf8.contains(self)
        }
    }
}
