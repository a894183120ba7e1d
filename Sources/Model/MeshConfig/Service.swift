import JSONWire

/// A stable name for workloads: Kubernetes' `Service`, type `ClusterIP`, with a selector.
package struct Service: Hashable, Sendable {
    package struct Port: Hashable, Sendable {
        /// Where a workload listens.
        package enum Target: Hashable, Sendable {
            case number(UInt16)
            /// The name of one of the workload's ports.
            case name(String)
            /// Not said: the workload's port of the same name, else the same number.
            case same
        }

        package var number: UInt16
        package var name: String
        package var target: Target
        package var `protocol`: PortProtocol

        package init(number: UInt16, name: String, target: Target, protocol: PortProtocol = .http) {
            self.number = number
            self.name = name
            self.target = target
            self.protocol = `protocol`
        }
    }

    /// Which workloads of the namespace: all of these labels.
    package var selector: [String: String]
    package var ports: [Port]

    package init(selector: [String: String], ports: [Port]) {
        self.selector = selector
        self.ports = ports
    }
}

extension Service {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["selector", "ports", "type"],
            unsupported: [
                "clusterIP", "clusterIPs", "externalIPs", "sessionAffinity", "loadBalancerIP", "externalName",
                "loadBalancerSourceRanges", "externalTrafficPolicy", "healthCheckNodePort", "publishNotReadyAddresses",
                "sessionAffinityConfig", "ipFamilies", "ipFamilyPolicy", "allocateLoadBalancerNodePorts",
                "loadBalancerClass", "internalTrafficPolicy", "trafficDistribution",
            ])
        if let type = fields["type"], try type.string() != "ClusterIP" {
            throw type.error("\(type.value.text) is not supported; only \"ClusterIP\"")
        }
        let selector = try fields.required("selector")
        self.selector = try selector.stringMap()
        guard !self.selector.isEmpty else { throw selector.error("must hold at least one label") }
        let ports = try fields.required("ports")
        self.ports = try ports.each(Port.init)
        guard !self.ports.isEmpty else { throw ports.error("must hold at least one port") }
        var names: Set<String> = []
        var numbers: Set<UInt16> = []
        for (index, port) in self.ports.enumerated() {
            let place = ports.pointer.appending(index)
            guard numbers.insert(port.number).inserted else {
                throw SchemaError(at: place.appending("port"), "port \(port.number) stands here twice")
            }
            guard names.insert(port.name).inserted else {
                throw SchemaError(
                    at: place.appending("name"),
                    port.name.isEmpty
                        ? "is required when there are several ports" : "port name \"\(port.name)\" stands here twice")
            }
        }
    }
}

extension Service.Port {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["name", "port", "targetPort", "protocol", "appProtocol"], unsupported: ["nodePort"])
        number = try fields.required("port").port()
        name = try fields["name"]?.string() ?? ""
        `protocol` = try Self.protocol(fields, name: name, number: number)
        if let field = fields["targetPort"] {
            target = field.value.string == nil ? .number(try field.port()) : .name(try field.nonEmptyString())
        } else {
            target = .same
        }
    }

    /// Istio reads the protocol from `appProtocol`, else from the port's name before the first hyphen.
    private static func `protocol`(
        _ fields: SchemaFields, name: String, number: UInt16
    ) throws(SchemaError) -> PortProtocol {
        if let transport = fields["protocol"], try transport.string() != "TCP" {
            throw transport.error("\(transport.value.text) is not supported; only \"TCP\"")
        }
        if let application = fields["appProtocol"] {
            guard case .known(let found) = PortProtocol.selection(ofWord: try application.string()) else {
                throw application.error(
                    "\(application.value.text) is not supported; use \"http\", \"http2\", \"grpc\", \"tcp\", \"tls\", \"redis\", \"mysql\", "
                        + "\"mongo\" or \"postgres\"")
            }
            return found
        }
        switch PortProtocol.selection(ofPortName: name) {
        case .known(let found): return found
        case .unknown: return .expected(at: number)
        case .unsupported(let word):
            throw fields["name"]?.error(
                "\"\(name)\" says that the port speaks \(word), which is not supported; name it \"http\" or \"tcp\"")
                ?? fields.error("speaks \(word), which is not supported")
        }
    }
}
