import JSONWire

extension VirtualService {
    /// Where connections go: an entry of `tcp`, or of `tls` when it asks for server names.
    package struct ConnectionRoute: Hashable, Sendable {
        /// Any of these; empty takes everything.
        package var match: [ConnectionMatch]
        /// Never empty.
        package var destinations: [RouteDestination]

        package init(match: [ConnectionMatch] = [], destinations: [RouteDestination]) {
            self.match = match
            self.destinations = destinations
        }
    }

    /// Which connections: every condition that is set must hold.
    package struct ConnectionMatch: Hashable, Sendable {
        /// Names that a TLS client asks for, `*.name` for all under it; empty for an entry of `tcp`.
        package var sniHosts: [String]
        /// The port that was connected to.
        package var port: UInt16?
        /// Only for connections of workloads with these labels.
        package var sourceLabels: [String: String]
        package var sourceNamespace: String?
        /// Overrides the VirtualService's own, for this match.
        package var gateways: [String]

        package init(
            sniHosts: [String] = [], port: UInt16? = nil, sourceLabels: [String: String] = [:],
            sourceNamespace: String? = nil, gateways: [String] = []
        ) {
            self.sniHosts = sniHosts
            self.port = port
            self.sourceLabels = sourceLabels
            self.sourceNamespace = sourceNamespace
            self.gateways = gateways
        }
    }
}

extension VirtualService.ConnectionRoute {
    /// An entry of `tcp`.
    init(tcp reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["match", "route"])
        match =
            try fields["match"]?.each { (match) throws(SchemaError) in
                try VirtualService.ConnectionMatch(
                    match.fields(
                        VirtualService.ConnectionMatch.names, unsupported: VirtualService.ConnectionMatch.others))
            } ?? []
        destinations = try Self.destinations(fields.required("route"))
    }

    /// An entry of `tls`, of a VirtualService for `hosts`.
    init(tls reader: SchemaReader, hosts: [String]) throws(SchemaError) {
        let fields = try reader.fields(["match", "route"])
        let list = try fields.required("match")
        match = try list.each { (match) throws(SchemaError) in
            let fields = try match.fields(
                VirtualService.ConnectionMatch.names + ["sniHosts"],
                unsupported: VirtualService.ConnectionMatch.others)
            var result = try VirtualService.ConnectionMatch(fields)
            let names = try fields.required("sniHosts")
            result.sniHosts = try names.each { (name) throws(SchemaError) in try Self.serverName(name, of: hosts) }
            guard !result.sniHosts.isEmpty else { throw names.error("must name at least one host") }
            return result
        }
        guard !match.isEmpty else { throw list.error("must hold at least one match") }
        destinations = try Self.destinations(fields.required("route"))
    }

    private static func serverName(_ reader: SchemaReader, of hosts: [String]) throws(SchemaError) -> String {
        let name = try reader.nonEmptyString().lowercased()
        guard name != "*", name.isWildcardDNSName else {
            throw reader.error("\"\(name)\" is not a server name; use a DNS name, or \"*.\" and a DNS name")
        }
        let isCovered = hosts.contains { host in
            host == name || host == "*" || (host.hasPrefix("*.") && name.hasSuffix(host.dropFirst()))
        }
        guard isCovered else {
            throw reader.error("\"\(name)\" is none of the hosts, \(hosts.joined(separator: ", "))")
        }
        return name
    }

    private static func destinations(
        _ reader: SchemaReader
    ) throws(SchemaError) -> [VirtualService.RouteDestination] {
        for entry in try reader.items() { _ = try entry.fields(["destination", "weight"]) }
        return try VirtualService.RouteDestination.list(reader)
    }
}

extension VirtualService.ConnectionMatch {
    fileprivate static let names = ["port", "sourceLabels", "sourceNamespace", "gateways"]
    fileprivate static let others = ["destinationSubnets", "sourceSubnet"]

    fileprivate init(_ fields: SchemaFields) throws(SchemaError) {
        self.init(
            port: try fields["port"]?.port(), sourceLabels: try fields["sourceLabels"]?.stringMap() ?? [:],
            sourceNamespace: try fields["sourceNamespace"]?.nonEmptyString(),
            gateways: try fields["gateways"]?.strings() ?? [])
    }
}

extension VirtualService {
    /// Every destination with the tokens of its place in the object, in the order of the routes.
    var destinations: [(place: [String], entry: RouteDestination)] {
        let lists = [
            ("http", http.map(\.destinations)), ("tls", tls.map(\.destinations)), ("tcp", tcp.map(\.destinations)),
        ]
        return lists.flatMap { name, routes in
            routes.enumerated().flatMap { index, destinations in
                destinations.enumerated().map { position, entry in
                    (["spec", name, "\(index)", "route", "\(position)", "destination"], entry)
                }
            }
        }
    }
}
