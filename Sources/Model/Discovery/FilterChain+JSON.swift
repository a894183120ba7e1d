package import JSONWire

extension FilterChain: DiscoveryMessage {
    private static let managerName = "envoy.filters.network.http_connection_manager"
    private static let proxyName = "envoy.filters.network.tcp_proxy"

    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["name", "filter_chain_match", "filters", "transport_socket"],
            unsupported: ["use_proxy_proto", "metadata", "transport_socket_connect_timeout", "on_demand_configuration"])
        name = try fields["name"]?.string()
        let match = try fields["filter_chain_match"]?.fields(
            ["transport_protocol", "server_names", "application_protocols"],
            unsupported: [
                "destination_port", "prefix_ranges", "address_suffix", "suffix_len", "direct_source_prefix_ranges",
                "source_type", "source_prefix_ranges", "source_ports",
            ])
        transport = try match?["transport_protocol"]?.choice(of: Transport.self) ?? .any
        serverNames = try match?["server_names"]?.each(Self.serverName) ?? []
        applicationProtocols = try match?["application_protocols"]?.strings() ?? []

        let list = try fields.required("filters")
        let filters = try list.each(Self.filter)
        guard filters.count == 1, let filter = filters.first else {
            throw list.error("expected exactly one network filter, \"\(Self.managerName)\" or \"\(Self.proxyName)\"")
        }
        self.filter = filter
        tls = try fields["transport_socket"].flatMap(DownstreamTLSContext.init(transportSocket:))
    }

    private static func filter(_ reader: SchemaReader) throws(SchemaError) -> Filter {
        let fields = try reader.fields(["name", "typed_config"], unsupported: ["config_discovery"])
        let config = try fields.required("typed_config")
        return config.value["@type"]?.string == TCPProxy.typeURL
            ? .tcp(try TCPProxy(config)) : .http(try HTTPConnectionManager(config))
    }

    /// A wildcard stands for whole labels, and only in front.
    private static func serverName(_ reader: SchemaReader) throws(SchemaError) -> String {
        let name = try reader.nonEmptyString()
        let fixed = name.hasPrefix("*.") ? name.dropFirst(2) : name[...]
        guard !fixed.isEmpty, !fixed.contains("*") else {
            throw reader.error("\"\(name)\" is no server name; use a name, or \"*.\" and a name")
        }
        return name
    }

    package var json: JSONValue {
        let match = JSONValue.message([
            "transport_protocol": transport == .any ? nil : .string(transport.rawValue),
            "server_names": .strings(unlessEmpty: serverNames),
            "application_protocols": .strings(unlessEmpty: applicationProtocols),
        ])
        let filter: JSONValue =
            switch self.filter {
            case .http(let manager): ["name": .string(Self.managerName), "typed_config": manager.typedJSON]
            case .tcp(let proxy): ["name": .string(Self.proxyName), "typed_config": proxy.typedJSON]
            }
        return .message([
            "name": name.map { .string($0) },
            "filter_chain_match": looksIntoHandshake || transport != .any ? match : nil,
            "filters": [filter],
            "transport_socket": tls?.transportSocket,
        ])
    }
}

extension FilterChain {
    /// One way in which a connection matches; no two chains of a listener may share one.
    struct Match: Hashable {
        var serverName: String
        var transport: Transport
        var applicationProtocol: String
    }

    /// Every combination of what the chain names; an empty text stands for "any".
    var matches: [Match] {
        (serverNames.isEmpty ? [""] : serverNames.map { $0.lowercased() }).flatMap { name in
            (applicationProtocols.isEmpty ? [""] : applicationProtocols).map { text in
                Match(serverName: name, transport: transport, applicationProtocol: text)
            }
        }
    }

    /// Whether a client's TLS handshake tells if the chain takes it.
    var looksIntoHandshake: Bool { !serverNames.isEmpty || !applicationProtocols.isEmpty }
}
