import JSONWire
import Patterns

extension VirtualService.HTTPMatch {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "name", "uri", "ignoreUriCase", "scheme", "method", "authority", "headers", "withoutHeaders",
                "queryParams",
                "port", "sourceLabels", "sourceNamespace", "gateways", "statPrefix",
            ])
        self.init(
            name: try fields["name"]?.string(),
            uri: try fields["uri"].map(VirtualService.StringMatch.init),
            ignoreUriCase: try fields["ignoreUriCase"]?.bool() ?? false,
            scheme: try fields["scheme"].map(VirtualService.StringMatch.init),
            method: try fields["method"].map(VirtualService.StringMatch.init),
            authority: try fields["authority"].map(VirtualService.StringMatch.init),
            headers: try fields["headers"].map(Self.headers) ?? [:],
            withoutHeaders: try fields["withoutHeaders"].map(Self.headers) ?? [:],
            queryParams: try fields["queryParams"].map(Self.parameters) ?? [:],
            port: try fields["port"]?.port(),
            sourceLabels: try fields["sourceLabels"]?.stringMap() ?? [:],
            sourceNamespace: try fields["sourceNamespace"]?.nonEmptyString(),
            gateways: try fields["gateways"]?.strings() ?? [],
            statPrefix: try fields["statPrefix"]?.string())
        if let uri = fields["uri"], case .exact(let path)? = self.uri, !path.hasPrefix("/") {
            throw uri.error("\"\(path)\" never matches: a path begins with \"/\"")
        }
    }

    private static func headers(_ reader: SchemaReader) throws(SchemaError) -> [String: VirtualService.StringMatch?] {
        var headers: [String: VirtualService.StringMatch?] = [:]
        for (name, value) in try reader.entries() {
            guard name.isHeaderName else { throw value.error("\"\(name)\" is not a header name") }
            guard name == name.lowercased() else {
                throw value.error("header names are in lower case; write \"\(name.lowercased())\"")
            }
            headers.updateValue(try VirtualService.StringMatch.unlessPresence(value), forKey: name)
        }
        return headers
    }

    private static func parameters(_ reader: SchemaReader) throws(SchemaError) -> [String: VirtualService.StringMatch?]
    {
        var parameters: [String: VirtualService.StringMatch?] = [:]
        for (name, value) in try reader.entries() {
            parameters.updateValue(try VirtualService.StringMatch.unlessPresence(value), forKey: name)
        }
        return parameters
    }
}

extension VirtualService.StringMatch {
    /// Nothing where the field only has to be there: `{}`, null, and the `*` that Istio takes for a pattern there.
    static func unlessPresence(_ reader: SchemaReader) throws(SchemaError) -> VirtualService.StringMatch? {
        guard let object = reader.value.object, !object.isEmpty else {
            return reader.value.isNull || reader.value.object != nil ? nil : try VirtualService.StringMatch(reader)
        }
        if object.count == 1, object["regex"]?.string == "*" { return nil }
        return try VirtualService.StringMatch(reader)
    }

    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["exact", "prefix", "regex"])
        switch try fields.one(of: "exact", "prefix", "regex") {
        case ("exact", let text)?: self = .exact(try text.string())
        case ("prefix", let text)?: self = .prefix(try text.nonEmptyString())
        case (_, let text)?: self = .regex(try Pattern(text))
        case nil: throw fields.error("one of \"exact\", \"prefix\" and \"regex\" is required")
        }
    }
}

extension Pattern {
    /// Read when an object is applied, so that what RE2 refuses never reaches a proxy.
    init(_ reader: SchemaReader) throws(SchemaError) {
        let text = try reader.nonEmptyString()
        do throws(PatternError) {
            try self.init(text)
        } catch {
            throw reader.error(error.description)
        }
    }
}

extension Substitution {
    /// Istio's `RegexRewrite`.
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["match", "rewrite"])
        let pattern = try Pattern(fields.required("match"))
        let rewrite = try fields.required("rewrite")
        let text = try rewrite.string()
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw rewrite.error("holds a blank or a control character, which no path may")
        }
        do throws(PatternError) {
            try self.init(pattern, text)
        } catch {
            throw rewrite.error(error.description)
        }
    }
}
