import Discovery
import JSONWire

/// The set as one JSON file, so that a proxy starts with its last good configuration when no control plane answers:
///
///     {"format": 1, "node": "sidecar~…", "versions": {"listeners": "…"}, "listeners": […], "clusters": […], …}
extension ResourceSet {
    private static let format = 1

    func stored(node: String) -> JSONValue {
        var versionTexts = JSONObject()
        for type in ResourceType.allCases {
            if let version = versions[type] { versionTexts[type.rawValue] = .string(version) }
        }
        return [
            "format": .integer(Int64(Self.format)),
            "node": .string(node),
            "versions": .object(versionTexts),
            "listeners": .array(listeners.map(\.json)),
            "clusters": .array(clusters.map(\.json)),
            "endpoints": .array(endpoints.map(\.json)),
            "routes": .array(routes.map(\.json)),
        ]
    }

    /// Reads what ``stored(node:)`` wrote. Another node's file, another format or a damaged one is refused.
    init(stored json: JSONValue, node: String) throws(ProxyError) {
        self.init()
        guard json["format"]?.int == Self.format else {
            throw .configuration("the stored configuration has another format")
        }
        guard json["node"]?.string == node else { throw .configuration("the stored configuration is another node's") }
        func list<Resource>(
            _ key: String, _ read: (JSONValue) throws(SchemaError) -> Resource
        ) throws(ProxyError) -> [Resource] {
            var resources: [Resource] = []
            for item in json[key]?.array ?? [] {
                do throws(SchemaError) { resources.append(try read(item)) } catch {
                    throw .configuration("\(key): \(error)")
                }
            }
            return resources
        }
        listeners = try list("listeners") { json throws(SchemaError) in try Listener(json: json) }
        clusters = try list("clusters") { json throws(SchemaError) in try Cluster(json: json) }
        endpoints = try list("endpoints") { json throws(SchemaError) in try ClusterLoadAssignment(json: json) }
        routes = try list("routes") { json throws(SchemaError) in try RouteConfiguration(json: json) }
        for type in ResourceType.allCases { versions[type] = json["versions"]?[type.rawValue]?.string }
    }
}
