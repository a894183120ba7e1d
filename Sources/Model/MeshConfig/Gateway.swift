import JSONWire

/// Where requests enter the mesh: Istio's `Gateway`, its servers of HTTP and HTTPS.
package struct Gateway: Hashable, Sendable {
    package struct Server: Hashable, Sendable {
        package var port: UInt16
        package var name: String
        /// DNS names, `*.name` or `*`, without the namespace that may stand before them.
        package var hosts: [String]
        package var security: Security

        package init(port: UInt16, name: String, hosts: [String], security: Security = .plain) {
            self.security = security
            self.port = port
            self.name = name
            self.hosts = hosts
        }
    }

    /// Which workloads play the gateway: all of these labels. Empty selects every workload.
    package var selector: [String: String]
    package var servers: [Server]

    package init(selector: [String: String], servers: [Server]) {
        self.selector = selector
        self.servers = servers
    }
}

extension Gateway {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["selector", "servers"])
        selector = try fields["selector"]?.stringMap() ?? [:]
        let servers = try fields.required("servers")
        self.servers = try servers.each(Server.init)
        guard !self.servers.isEmpty else { throw servers.error("must hold at least one server") }
        var names: Set<String> = []
        for (index, server) in self.servers.enumerated() where !names.insert(server.name).inserted {
            throw SchemaError(
                at: servers.pointer.appending(index).appending("port").appending("name"),
                "port name \"\(server.name)\" is used twice; rename one")
        }
    }
}

extension Gateway.Server {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["port", "hosts", "name", "tls"], unsupported: ["bind", "defaultEndpoint"])
        let port = try fields.required("port").fields(
            ["number", "name", "protocol"], unsupported: ["targetPort"])
        self.port = try port.required("number").port()
        name = try port.required("name").nonEmptyString()
        security = try Gateway.Security(port.required("protocol"), tls: fields["tls"])
        let hosts = try fields.required("hosts")
        self.hosts = try hosts.each { (host) throws(SchemaError) in
            let text = try host.nonEmptyString().lowercased()
            guard !text.contains("/") else {
                throw host.error("\"\(text)\": a namespace before the host is not supported; write the host alone")
            }
            guard text.isWildcardDNSName else {
                throw host.error("\"\(text)\" is not a host; use a DNS name, \"*.\" and a DNS name, or \"*\"")
            }
            return text
        }
        guard !self.hosts.isEmpty else { throw hosts.error("must name at least one host, or \"*\"") }
    }

    /// Whether a host of a VirtualService may be served here.
    package func accepts(_ host: String) -> Bool {
        hosts.contains { wanted in
            wanted == "*" || wanted == host || (wanted.hasPrefix("*.") && host.hasSuffix(wanted.dropFirst()))
                || (host.hasPrefix("*.") && wanted.hasSuffix(host.dropFirst()))
        }
    }
}
