import JSONWire
import SystemIO
import YAMLWire

/// A row with its place in the table, which gives it its domain, its ports and its clusters.
struct PlacedCase: Sendable {
    var topic: String
    var source: ComparisonCase
    var index: Int

    var name: String { "\(topic): \(source.name)" }
    var identifier: String { "c\(index)" }

    static let sharedPort: UInt16 = 8000
    var port: UInt16 { source.hasOwnListener ? 8001 + UInt16(index) : Self.sharedPort }

    func address(ofUpstream upstream: Int, endpoint: Int) -> (ip: String, port: UInt16) {
        ("127.0.\(10 + upstream).\(1 + endpoint)", 20_000 + UInt16(index))
    }

    func addresses(ofUpstream upstream: Int) -> [SocketAddress] {
        (0..<source.upstreams[upstream].endpointCount).compactMap {
            let (ip, port) = address(ofUpstream: upstream, endpoint: $0)
            return SocketAddress(ip: ip, port: port)
        }
    }

    /// A text of the row with this place's names in it.
    func filled(_ text: String) -> String {
        var text = text.replacing("$host", with: "\(identifier).test").replacing("$port", with: String(port))
            .replacing("$upstreamport", with: String(address(ofUpstream: 0, endpoint: 0).port))
        for upstream in source.upstreams { text = text.replacing("$\(upstream.name)", with: cluster(upstream)) }
        return text
    }

    func cluster(_ upstream: ComparedUpstream) -> String { "\(identifier)-\(upstream.name)" }
}

/// The resources of all rows as one bootstrap, which both proxies read.
enum ComparisonResources {
    static func bootstrap(_ rows: [PlacedCase], listeningOn address: String) throws -> JSONValue {
        var listeners: [JSONValue] = []
        let sharing = rows.filter { !$0.source.hasOwnListener }
        if !sharing.isEmpty {
            listeners.append(
                listener(
                    "shared", address, PlacedCase.sharedPort,
                    chain(try manager(try sharing.map(virtualHost), fields: nil, filters: nil))))
        }
        for row in rows where row.source.hasOwnListener {
            if let text = row.source.listener {
                var whole = try yaml(row.filled(text), of: row)
                whole["name"] = .string(row.identifier)
                whole["address"] = socket(address, row.port)
                listeners.append(.object(whole))
            } else {
                let manager = try manager(
                    [virtualHost(row)], fields: row.source.manager.map { try yaml(row.filled($0), of: row) },
                    filters: row.source.filters.map { try list(row.filled($0), of: row) })
                listeners.append(listener(row.identifier, address, row.port, chain(manager)))
            }
        }
        return [
            "node": ["id": "compared", "cluster": "compared"],
            "static_resources": [
                "listeners": .array(listeners), "clusters": .array(try rows.flatMap(clusters)),
            ],
        ]
    }

    // MARK: Listeners

    private static func listener(_ name: String, _ address: String, _ port: UInt16, _ chain: JSONValue) -> JSONValue {
        ["name": .string(name), "address": socket(address, port), "filter_chains": [chain]]
    }

    private static func chain(_ manager: JSONValue) -> JSONValue {
        ["filters": [["name": "envoy.filters.network.http_connection_manager", "typed_config": manager]]]
    }

    private static func manager(_ hosts: [JSONValue], fields: JSONObject?, filters: [JSONValue]?) throws -> JSONValue {
        var manager: JSONObject = [
            "@type":
                "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "compared", "route_config": ["name": "routes", "virtual_hosts": .array(hosts)],
            "http_filters": .array((filters ?? []) + [router]),
        ]
        for (name, value) in fields ?? [:] { manager[name] = value }
        return .object(manager)
    }

    private static let router: JSONValue = [
        "name": "envoy.filters.http.router",
        "typed_config": ["@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"],
    ]

    private static func virtualHost(_ row: PlacedCase) throws -> JSONValue {
        var host = try yaml(row.filled(row.source.host), of: row)
        host["name"] = .string(row.identifier)
        host["domains"] = .array(row.source.domains.map { .string(row.filled($0)) })
        host["routes"] = .array(try list(row.filled(row.source.routes), of: row))
        return .object(host)
    }

    // MARK: Clusters

    private static func clusters(_ row: PlacedCase) throws -> [JSONValue] {
        try row.source.upstreams.enumerated().map { index, upstream in
            let name = row.cluster(upstream)
            let endpoints = (0..<upstream.endpointCount).map { endpoint -> JSONValue in
                let place = row.address(ofUpstream: index, endpoint: endpoint)
                return ["endpoint": ["address": socket(place.ip, place.port)]]
            }
            var cluster: JSONObject = [
                "name": .string(name), "type": "STATIC", "connect_timeout": "1s",
                "load_assignment": [
                    "cluster_name": .string(name), "endpoints": [["lb_endpoints": .array(endpoints)]],
                ],
            ]
            if upstream.isHTTP2 { cluster["typed_extension_protocol_options"] = http2 }
            for (name, value) in try yaml(row.filled(upstream.fields), of: row) { cluster[name] = value }
            return .object(cluster)
        }
    }

    private static let http2: JSONValue = [
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": [
            "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config": ["http2_protocol_options": [:]],
        ]
    ]

    private static func socket(_ ip: String, _ port: UInt16) -> JSONValue {
        ["socket_address": ["address": .string(ip), "port_value": .integer(Int64(port))]]
    }

    // MARK: Text

    private static func yaml(_ text: String, of row: PlacedCase) throws -> JSONObject {
        guard let value = try YAMLParser.parse(Array(text.utf8), file: row.name).first?.value else { return [:] }
        guard let object = value.object else { throw MeshTestFailure("\(row.name): expected a mapping: \(text)") }
        return object
    }

    private static func list(_ text: String, of row: PlacedCase) throws -> [JSONValue] {
        guard let value = try YAMLParser.parse(Array(text.utf8), file: row.name).first?.value else { return [] }
        guard let list = value.array else { throw MeshTestFailure("\(row.name): expected a list: \(text)") }
        return list
    }
}
