import JSONWire

/// Whether clients may go on in another protocol (RFC 9110 §7.8): Envoy's `upgrade_configs`, of a connection manager or a
/// route.
package struct UpgradeRule: Hashable, Sendable {
    /// What the client's `Upgrade` must be, in whatever case; `CONNECT` is for that method.
    package var type: String
    package var isAllowed: Bool

    package init(_ type: String, isAllowed: Bool = true) {
        self.type = type
        self.isAllowed = isAllowed
    }

    /// What Istio allows everywhere.
    package static let webSocket = UpgradeRule("websocket")

    /// Reads one of a connection manager: `HttpConnectionManager.UpgradeConfig`.
    init(ofManager reader: SchemaReader) throws(SchemaError) {
        try self.init(reader, unsupported: ["filters"])
    }

    /// Reads one of a route: `RouteAction.UpgradeConfig`.
    init(ofRoute reader: SchemaReader) throws(SchemaError) {
        try self.init(reader, unsupported: ["connect_config"])
    }

    private init(_ reader: SchemaReader, unsupported: [String]) throws(SchemaError) {
        let fields = try reader.fields(["upgrade_type", "enabled"], unsupported: unsupported)
        type = try fields.required("upgrade_type").nonEmptyString()
        isAllowed = try fields["enabled"]?.bool() ?? true
    }

    var json: JSONValue {
        .message(["upgrade_type": .string(type), "enabled": isAllowed ? nil : false])
    }
}
