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
        var steps = try list.each(Step.init)
        guard case .last(let filter)? = steps.popLast() else {
            throw list.error("the last network filter must be \"\(Self.managerName)\" or \"\(Self.proxyName)\"")
        }
        self.filter = filter
        accessControls = steps.compactMap { if case .accessControl(let control) = $0 { control } else { nil } }
        guard accessControls.count == steps.count else {
            throw list.error("only the last network filter may be \"\(Self.managerName)\" or \"\(Self.proxyName)\"")
        }
        if !accessControls.isEmpty, case .http = filter {
            throw list.error("\"\(NetworkAccessControl.filterName)\" before HTTP is not supported; use that of HTTP")
        }
        tls = try fields["transport_socket"].flatMap(DownstreamTLSContext.init(transportSocket:))
    }

    /// One of the network filters.
    private enum Step {
        case accessControl(NetworkAccessControl)
        case last(Filter)

        init(_ reader: SchemaReader) throws(SchemaError) {
            let fields = try reader.fields(["name", "typed_config"], unsupported: ["config_discovery"])
            let config = try fields.required("typed_config")
            switch config.value["@type"]?.string {
            case TCPProxy.typeURL?: self = .last(.tcp(try TCPProxy(config)))
            case NetworkAccessControl.typeURL?: self = .accessControl(try NetworkAccessControl(config))
            default: self = .last(.http(try HTTPConnectionManager(config)))
            }
        }
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
        let controls = accessControls.map { control -> JSONValue in
            ["name": .string(NetworkAccessControl.filterName), "typed_config": control.typedJSON]
        }
        let filter: JSONValue =
            switch self.filter {
            case .http(let manager): ["name": .string(Self.managerName), "typed_config": manager.typedJSON]
            case .tcp(let proxy): ["name": .string(Self.proxyName), "typed_config": proxy.typedJSON]
            }
        return .message([
            "name": name.map { .string($0) },
            "filter_chain_match": looksIntoHandshake || transport != .any ? match : nil,
            "filters": .array(controls + [filter]),
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
