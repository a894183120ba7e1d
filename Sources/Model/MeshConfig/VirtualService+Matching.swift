import JSONWire

extension VirtualService.HTTPMatch {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "name", "uri", "ignoreUriCase", "method", "authority", "headers", "withoutHeaders", "queryParams",
                "port",
                "sourceLabels", "sourceNamespace", "gateways",
            ], unsupported: ["scheme", "statPrefix"])
        self.init(
            name: try fields["name"]?.string(),
            uri: try fields["uri"].map(VirtualService.StringMatch.init),
            ignoreUriCase: try fields["ignoreUriCase"]?.bool() ?? false,
            method: try fields["method"].map(VirtualService.StringMatch.init),
            authority: try fields["authority"].map(VirtualService.StringMatch.init),
            headers: try fields["headers"].map(Self.headers) ?? [:],
            withoutHeaders: try fields["withoutHeaders"].map(Self.headers) ?? [:],
            queryParams: try fields["queryParams"].map(Self.parameters) ?? [:],
            port: try fields["port"]?.port(),
            sourceLabels: try fields["sourceLabels"]?.stringMap() ?? [:],
            sourceNamespace: try fields["sourceNamespace"]?.nonEmptyString(),
            gateways: try fields["gateways"]?.strings() ?? [])
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
            // `{}` and null: the header is there, whatever it holds.
            let isPresence = value.value.isNull || value.value.object?.isEmpty == true
            headers.updateValue(isPresence ? nil : try VirtualService.StringMatch(value), forKey: name)
        }
        return headers
    }

    private static func parameters(_ reader: SchemaReader) throws(SchemaError) -> [String: VirtualService.StringMatch] {
        var parameters: [String: VirtualService.StringMatch] = [:]
        for (name, value) in try reader.entries() { parameters[name] = try VirtualService.StringMatch(value) }
        return parameters
    }
}

extension VirtualService.StringMatch {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["exact", "prefix"], unsupported: ["regex"])
        switch try fields.one(of: "exact", "prefix") {
        case ("exact", let text)?: self = .exact(try text.string())
        case (_, let text)?: self = .prefix(try text.nonEmptyString())
        case nil: throw fields.error("either \"exact\" or \"prefix\" is required")
        }
    }
}
