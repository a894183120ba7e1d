package import JSONWire

/// A message of Envoy's API in protobuf's JSON mapping.
///
/// Decoding is strict: a field that this package does not act on is refused by its full path, never passed over.
/// Encoding writes `snake_case` names, which Envoy and protobuf's own parsers take, and leaves defaults out.
package protocol DiscoveryMessage: Hashable, Sendable {
    init(_ reader: SchemaReader) throws(SchemaError)
    var json: JSONValue { get }
}

extension DiscoveryMessage {
    /// Reads the message that stands at `pointer` of a larger text.
    package init(json: JSONValue, at pointer: JSONPointer = .root) throws(SchemaError) {
        try self.init(SchemaReader(json, at: pointer, spelling: .protobuf))
    }
}

/// A message that discovery serves by itself.
package protocol DiscoveryResource: DiscoveryMessage {
    static var typeURL: String { get }
    /// What the resource is asked for by.
    var resourceName: String { get }
}

extension DiscoveryResource {
    /// The message with its `@type` in front, as it stands in a ``DiscoveryResponse``.
    package var resource: JSONValue { json.typed(Self.typeURL) }
}

extension JSONValue {
    /// The object with an `@type` in front: protobuf's `Any`.
    func typed(_ typeURL: String) -> JSONValue {
        var members: [(String, JSONValue)] = [("@type", .string(typeURL))]
        members += (object ?? JSONObject()).map { ($0.key, $0.value) }
        return .object(JSONObject(members))
    }

    /// Nothing instead of an empty array, so that it is left out.
    static func array(unlessEmpty values: [JSONValue]) -> JSONValue? { values.isEmpty ? nil : .array(values) }

    /// Nothing instead of an empty array, so that it is left out.
    static func strings(unlessEmpty values: [String]) -> JSONValue? {
        array(unlessEmpty: values.map { .string($0) })
    }

    /// An object of the members that are there.
    static func message(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(JSONObject(members.compactMap { name, value in value.map { (name, $0) } }))
    }
}

extension SchemaReader {
    /// The fields of a message packed into an `Any`, whose type must be the one expected.
    func anyFields(
        _ typeURL: String, _ supported: [String], unsupported: [String] = []
    ) throws(SchemaError) -> SchemaFields {
        guard let type = value["@type"] else {
            throw SchemaError(at: pointer.appending("@type"), "is required; expected \"\(typeURL)\"")
        }
        guard type.string == typeURL else {
            throw SchemaError(
                at: pointer.appending("@type"), "\(type.text) is not supported here; expected \"\(typeURL)\"")
        }
        return try fields(["@type"] + supported, unsupported: unsupported)
    }

    /// The fields of a resource, whose `@type` may be left out where the context names the type.
    func resourceFields(
        _ typeURL: String, _ supported: [String], unsupported: [String] = []
    ) throws(SchemaError) -> SchemaFields {
        value["@type"] == nil
            ? try fields(supported, unsupported: unsupported)
            : try anyFields(typeURL, supported, unsupported: unsupported)
    }

    /// Refuses anything but the one value that we act upon, for fields that only restate it.
    func mustBe(_ wanted: JSONValue, because reason: String) throws(SchemaError) {
        guard value == wanted else {
            throw error("\(value.text) is not supported; only \(wanted.text): \(reason)")
        }
    }
}
