import JSONWire

/// One running instance: Istio's `WorkloadEntry`, also an endpoint of a ``ServiceEntry``.
package struct WorkloadEntry: Hashable, Sendable {
    /// An IP address.
    package var address: String
    /// By port name.
    package var ports: [String: UInt16]
    package var labels: [String: String]
    /// Empty is `default`.
    package var serviceAccount: String
    /// Where it runs; empty when that is not said.
    package var locality = LocalityName("")

    package init(
        address: String, ports: [String: UInt16] = [:], labels: [String: String] = [:],
        serviceAccount: String = "default"
    ) {
        self.address = address
        self.ports = ports
        self.labels = labels
        self.serviceAccount = serviceAccount
    }
}

extension WorkloadEntry {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["address", "ports", "labels", "serviceAccount", "locality"], unsupported: ["network", "weight"])
        let address = try fields.required("address")
        self.address = try address.nonEmptyString()
        guard self.address.isIPAddress else {
            throw address.error("\"\(self.address)\" is not an IP address; names and sockets are not supported")
        }
        ports = [:]
        for (name, port) in try fields["ports"]?.entries() ?? [] { ports[name] = try port.port() }
        labels = try fields["labels"]?.stringMap() ?? [:]
        if let place = fields["locality"] { locality = LocalityName(try place.string()) }
        serviceAccount = "default"
        if let account = fields["serviceAccount"] {
            serviceAccount = try account.nonEmptyString()
            // It becomes part of a certificate's URI, where `/` divides.
            guard serviceAccount.isDNSName else {
                throw account.error("\"\(serviceAccount)\" is not the name of a service account")
            }
        }
    }
}
