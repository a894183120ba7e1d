package import JSONWire

/// A part of the request that chooses its endpoint: Envoy's `route.v3.RouteAction.HashPolicy`.
package struct HashPolicy: Hashable, Sendable {
    package enum Source: Hashable, Sendable {
        case header(String)
        /// With a lifetime the cookie is set where it is missing.
        case cookie(name: String, path: String, lifetime: Duration?)
        case queryParameter(String)
        case sourceAddress
    }

    package var source: Source
    package var isTerminal: Bool

    package init(_ source: Source, isTerminal: Bool = false) {
        self.source = source
        self.isTerminal = isTerminal
    }
}

extension HashPolicy: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["header", "cookie", "connection_properties", "query_parameter", "terminal"],
            unsupported: ["filter_state"])
        isTerminal = try fields["terminal"]?.bool() ?? false
        switch try fields.one(of: "header", "cookie", "connection_properties", "query_parameter") {
        case ("header", let header)?:
            let header = try header.fields(["header_name"], unsupported: ["regex_rewrite"])
            source = .header(try header.required("header_name").nonEmptyString().lowercased())
        case ("cookie", let cookie)?:
            let cookie = try cookie.fields(["name", "ttl", "path"], unsupported: ["attributes"])
            source = .cookie(
                name: try cookie.required("name").nonEmptyString(), path: try cookie["path"]?.string() ?? "",
                lifetime: try cookie["ttl"]?.duration())
        case ("connection_properties", let properties)?:
            try properties.fields(["source_ip"]).required("source_ip").mustBe(
                true, because: "a connection has no other property")
            source = .sourceAddress
        case (_, let parameter)?:
            source = .queryParameter(try parameter.fields(["name"]).required("name").nonEmptyString())
        case nil: throw reader.error("what to hash is required")
        }
    }

    package var json: JSONValue {
        var object = JSONObject()
        switch source {
        case .header(let name): object["header"] = ["header_name": .string(name)]
        case .cookie(let name, let path, let lifetime):
            object["cookie"] = .message([
                "name": .string(name), "ttl": lifetime.map { .duration($0) },
                "path": path.isEmpty ? nil : .string(path),
            ])
        case .queryParameter(let name): object["query_parameter"] = ["name": .string(name)]
        case .sourceAddress: object["connection_properties"] = ["source_ip": true]
        }
        object["terminal"] = isTerminal ? true : nil
        return .object(object)
    }
}
