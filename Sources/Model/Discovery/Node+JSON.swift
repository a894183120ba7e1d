package import JSONWire

extension Node: DiscoveryMessage {
    /// Unlike everything else here, a node is read leniently: it describes its sender, and a real Envoy sends 77 kB of
    /// what it was built with.
    package init(_ reader: SchemaReader) throws(SchemaError) {
        var node = Node(id: "")
        for (name, field) in try reader.entries() {
            switch name {
            case "id": node.id = try field.string()
            case "cluster": node.cluster = try field.string()
            case "metadata": node.metadata = try NodeMetadata(field)
            default: break
            }
        }
        self = node
    }

    package var json: JSONValue {
        .message([
            "id": .string(id),
            "cluster": cluster.isEmpty ? nil : .string(cluster),
            "metadata": metadata == NodeMetadata() ? nil : metadata.json,
        ])
    }
}

extension NodeMetadata: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        self.init()
        for (name, field) in try reader.entries() where !field.value.isNull {
            switch name {
            case "NAME": self.name = try field.string()
            case "NAMESPACE": namespace = try field.string()
            case "WORKLOAD_NAME": workloadName = try field.string()
            case "LABELS": labels = try field.stringMap()
            case "SERVICE_ACCOUNT": serviceAccount = try field.string()
            case "APP_ADDRESS": appAddress = try field.string()
            case "CLUSTER_ID": clusterID = try field.string()
            case "INTERCEPTION_MODE": isIntercepted = try field.string() == "REDIRECT"
            default: others[name] = field.value
            }
        }
    }

    package var json: JSONValue {
        let known: [(String, String?)] = [
            ("NAME", name), ("NAMESPACE", namespace), ("WORKLOAD_NAME", workloadName),
            ("SERVICE_ACCOUNT", serviceAccount), ("APP_ADDRESS", appAddress), ("CLUSTER_ID", clusterID),
            ("INTERCEPTION_MODE", isIntercepted ? "REDIRECT" : nil),
        ]
        var members = known.compactMap { name, value in value.map { (name, JSONValue.string($0)) } }
        if !labels.isEmpty {
            let sorted = labels.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
            members.append(("LABELS", .object(JSONObject(sorted))))
        }
        members += others.map { ($0.key, $0.value) }
        return .object(JSONObject(members))
    }
}
