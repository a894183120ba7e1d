package import JSONWire

extension DiscoveryRequest: DiscoveryMessage {
    /// Read leniently, as ``Node`` is: a newer proxy may say more than we know.
    package init(_ reader: SchemaReader) throws(SchemaError) {
        self.init(node: Node(id: ""))
        for (name, field) in try reader.entries() where !field.value.isNull {
            switch name {
            case "version_info", "versionInfo": versionInfo = try field.string()
            case "node": node = try Node(field)
            case "resource_names", "resourceNames": resourceNames = try field.strings()
            case "type_url", "typeUrl": typeURL = try field.string()
            case "response_nonce", "responseNonce": responseNonce = try field.string()
            case "error_detail", "errorDetail": errorDetail = field.value["message"]?.string ?? field.value.text
            default: break
            }
        }
    }

    package var json: JSONValue {
        .message([
            "version_info": versionInfo.isEmpty ? nil : .string(versionInfo),
            "node": node.json,
            "resource_names": .strings(unlessEmpty: resourceNames),
            "type_url": typeURL.isEmpty ? nil : .string(typeURL),
            "response_nonce": responseNonce.isEmpty ? nil : .string(responseNonce),
            "error_detail": errorDetail.map { ["message": .string($0)] },
        ])
    }
}

extension DiscoveryResponse: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["version_info", "type_url", "nonce", "resources", "canary", "control_plane"],
            unsupported: ["resource_errors"])
        versionInfo = try fields["version_info"]?.string() ?? ""
        typeURL = try fields["type_url"]?.string() ?? ""
        nonce = try fields["nonce"]?.string()
        resources = try fields["resources"]?.items().map(\.value) ?? []
    }

    package var json: JSONValue {
        .message([
            "version_info": .string(versionInfo),
            "resources": .array(resources),
            "type_url": .string(typeURL),
            "nonce": nonce.map { .string($0) },
        ])
    }

    /// The resources as values of one type; an error names the resource by its index.
    package func decoded<Resource: DiscoveryResource>(
        as type: Resource.Type = Resource.self
    ) throws(SchemaError) -> [Resource] {
        try SchemaReader(.array(resources), at: "/resources", spelling: .protobuf).each(Resource.init)
    }
}
