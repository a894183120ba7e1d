import Discovery
package import JSONWire
import Quantities

/// `/debug/syncz` in istiod's words, with what meshtop adds: who is connected, and the revision in force.
package enum SyncReport {
    package static func json(_ proxies: [ProxyStatus]) -> JSONValue {
        .array(proxies.map(json))
    }

    private static func json(_ proxy: ProxyStatus) -> JSONValue {
        let identifier = proxy.node.identifier
        var entry: JSONObject = [
            "cluster_id": .string(proxy.node.metadata.clusterID ?? "Kubernetes"),
            "proxy": .string(identifier.map { "\($0.name).\($0.namespace)" } ?? proxy.node.id),
            "proxy_type": .string(identifier?.kind.rawValue ?? "unknown"), "proxy_id": .string(proxy.node.id),
        ]
        for type in ResourceType.allCases {
            // istiod speaks of one cluster, one listener.
            let name = type.rawValue.dropLast()
            let part = proxy.parts[type]
            entry["\(name)_sent"] = .string(part?.sent ?? "")
            entry["\(name)_acked"] = .string(part?.acknowledged ?? "")
            entry["\(name)_status"] = .string((part?.sync ?? .notSent).rawValue)
        }
        entry["connected"] = .bool(proxy.isConnected)
        entry["revision_in_force"] = proxy.revisionInForce.map { .integer($0.number) }
        entry["refusal"] = proxy.refusal.map { .string($0) }
        entry["namespace"] = (identifier?.namespace).map { .string($0) }
        entry["address"] = (identifier?.ip).map { .string($0) }
        entry["connected_seconds"] = .number(proxy.connectedFor.inSeconds)
        entry["last_refusal"] = proxy.lastRefusal.map {
            ["message": .string($0.text), "seconds_ago": .number($0.ago.inSeconds)]
        }
        return .object(entry)
    }
}
