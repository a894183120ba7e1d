import JSONWire

/// A service that the mesh would not know by itself: Istio's `ServiceEntry` with fixed endpoints.
package struct ServiceEntry: Hashable, Sendable {
    package enum Location: String, Hashable, Sendable, CaseIterable {
        case external = "MESH_EXTERNAL"
        case `internal` = "MESH_INTERNAL"
    }

    package struct Port: Hashable, Sendable {
        package var number: UInt16
        package var name: String
        /// Where an endpoint listens, unless it names the port itself.
        package var targetPort: UInt16
        package var `protocol`: PortProtocol

        package init(number: UInt16, name: String, targetPort: UInt16, protocol: PortProtocol = .http) {
            self.number = number
            self.name = name
            self.targetPort = targetPort
            self.protocol = `protocol`
        }
    }

    package var hosts: [String]
    package var ports: [Port]
    package var location: Location
    package var endpoints: [WorkloadEntry]

    package init(hosts: [String], ports: [Port], location: Location = .external, endpoints: [WorkloadEntry]) {
        self.hosts = hosts
        self.ports = ports
        self.location = location
        self.endpoints = endpoints
    }
}

extension ServiceEntry {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["hosts", "ports", "location", "resolution", "endpoints"],
            unsupported: ["addresses", "workloadSelector", "exportTo", "subjectAltNames"])
        let hosts = try fields.required("hosts")
        self.hosts = try hosts.each { (host) throws(SchemaError) in
            let text = try host.nonEmptyString().lowercased()
            guard text.isDNSName else {
                throw host.error("\"\(text)\" is not the name of one host; wildcards are not supported")
            }
            return text
        }
        guard !self.hosts.isEmpty else { throw hosts.error("must name at least one host") }

        let ports = try fields.required("ports")
        self.ports = try ports.each(Port.init)
        guard !self.ports.isEmpty else { throw ports.error("must hold at least one port") }
        for (index, port) in self.ports.enumerated() {
            let others = self.ports[..<index]
            guard !others.contains(where: { $0.number == port.number }) else {
                throw SchemaError(
                    at: ports.pointer.appending(index).appending("number"), "port \(port.number) stands here twice")
            }
            guard !others.contains(where: { $0.name == port.name }) else {
                throw SchemaError(
                    at: ports.pointer.appending(index).appending("name"),
                    "port name \"\(port.name)\" stands here twice")
            }
        }

        location = try fields["location"]?.choice(of: Location.self) ?? .external
        let resolution = try fields.required("resolution")
        guard try resolution.string() == "STATIC" else {
            throw resolution.error("\(resolution.value.text) is not supported; only \"STATIC\" with endpoints")
        }
        let endpoints = try fields.required("endpoints")
        self.endpoints = try endpoints.each(WorkloadEntry.init)
        guard !self.endpoints.isEmpty else { throw endpoints.error("must hold at least one endpoint") }
    }
}

extension ServiceEntry.Port {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["number", "name", "protocol", "targetPort"])
        number = try fields.required("number").port()
        name = try fields.required("name").nonEmptyString()
        targetPort = try fields["targetPort"]?.port() ?? number
        let said = fields["protocol"]
        let selection =
            try said.map { (word) throws(SchemaError) in PortProtocol.selection(ofWord: try word.string()) }
            ?? PortProtocol.selection(ofPortName: name)
        switch selection {
        case .known(let found): `protocol` = found
        case .unknown where said == nil: `protocol` = .expected(at: number)
        case .unknown, .unsupported:
            throw (said ?? reader).error(
                "\((said ?? reader).value.text) is not supported; use \"HTTP\", \"HTTP2\", \"GRPC\", \"TCP\", \"TLS\", \"HTTPS\", \"REDIS\", "
                    + "\"MYSQL\" or \"MONGO\"")
        }
    }
}
