package import JSONWire
package import MeshModel

/// Finds the routes that divide a service's traffic by weight.
///
/// Reads the objects as JSON and looks only at what it needs: a mesh may use fields that we do not know, and its
/// splits can be steered all the same.
package enum SplitReader {
    /// - Parameters:
    ///   - routes: `VirtualService` objects.
    ///   - rules: `DestinationRule` objects, which say what a subset's version is.
    /// - Returns: the splits, sorted by service, then by their place.
    package static func splits(routes: [JSONValue], rules: [JSONValue]) -> [TrafficSplit] {
        let versions = versions(of: rules)
        return routes.flatMap { splits(of: $0, versions) }.sorted {
            ($0.service, $0.owner, $0.routeIndex) < ($1.service, $1.owner, $1.routeIndex)
        }
    }

    /// The service that a host names when it stands in an object of `namespace`: `payment-service`,
    /// `payment-service.payments` and the full name are the same service. A host outside the mesh keeps its name.
    package static func service(host: String, in namespace: String) -> ServiceName {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        switch labels.count {
        case 1: return ServiceName(namespace: namespace, name: host)
        case 2: return ServiceName(namespace: labels[1], name: labels[0])
        case 3... where labels[2] == "svc": return ServiceName(namespace: labels[1], name: labels[0])
        default: return ServiceName(namespace: namespace, name: host)
        }
    }

    private struct SubsetKey: Hashable {
        let service: ServiceName
        let subset: String
    }

    private static func versions(of rules: [JSONValue]) -> [SubsetKey: String] {
        var result: [SubsetKey: String] = [:]
        for rule in rules {
            guard let host = rule.value(at: "/spec/host")?.string else { continue }
            let service = service(host: host, in: namespace(of: rule))
            for subset in rule.value(at: "/spec/subsets")?.array ?? [] {
                guard let name = subset["name"]?.string, let labels = subset["labels"] else { continue }
                let version = labels["version"] ?? labels["service.istio.io/canonical-revision"]
                result[SubsetKey(service: service, subset: name)] = version?.string
            }
        }
        return result
    }

    private static func splits(of route: JSONValue, _ versions: [SubsetKey: String]) -> [TrafficSplit] {
        let namespace = namespace(of: route)
        guard let metadata = route["metadata"], let name = metadata["name"]?.string else { return [] }
        var result: [TrafficSplit] = []
        for (index, entry) in (route.value(at: "/spec/http")?.array ?? []).enumerated() {
            let destinations = entry["route"]?.array ?? []
            let subsets = destinations.compactMap { $0["destination"]?["subset"]?.string }
            // Shares are told apart by their subsets; a route between hosts is no split of one service.
            guard subsets.count > 1, subsets.count == destinations.count, Set(subsets).count == subsets.count else {
                continue
            }
            let services = destinations.map { service(host: $0["destination"]?["host"]?.string ?? "", in: namespace) }
            guard let target = services.first, Set(services).count == 1 else { continue }
            let shares = zip(destinations, subsets).map { destination, subset in
                TrafficSplit.Share(
                    subset: subset, version: versions[SubsetKey(service: target, subset: subset)],
                    weight: max(0, destination["weight"]?.int ?? 0))
            }
            result.append(
                TrafficSplit(
                    service: target, owner: ServiceName(namespace: namespace, name: name), routeIndex: index,
                    shares: shares, resourceVersion: metadata["resourceVersion"]?.string ?? ""))
        }
        return result
    }

    private static func namespace(of object: JSONValue) -> String {
        object["metadata"]?["namespace"]?.string ?? "default"
    }
}
