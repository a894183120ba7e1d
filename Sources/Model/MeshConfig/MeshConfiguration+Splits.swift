package import MeshModel

extension MeshConfiguration {
    /// Every route that divides requests between subsets of one service, in the order of the objects.
    package var splits: [TrafficSplit] {
        virtualServices.flatMap { item in
            item.spec.http.enumerated().compactMap { index, route in split(route, at: index, of: item) }
        }
    }

    private func split(
        _ route: VirtualService.HTTPRoute, at index: Int, of item: Item<VirtualService>
    ) -> TrafficSplit? {
        let destinations = route.destinations
        guard destinations.count > 1, let first = destinations.first else { return nil }
        let host = fullHost(first.destination.host, in: item.namespace)
        guard let service = service(host: host) else { return nil }
        var shares: [TrafficSplit.Share] = []
        for entry in destinations {
            // A split between different services, or without subsets, is not a canary that a person moves by version.
            guard fullHost(entry.destination.host, in: item.namespace) == host,
                let subset = entry.destination.subset
            else { return nil }
            let rule = destinationRule(host: host)?.spec.subsets.first { $0.name == subset }
            shares.append(
                TrafficSplit.Share(subset: subset, version: rule?.labels["version"], weight: entry.weight ?? 0))
        }
        return TrafficSplit(
            service: ServiceName(namespace: service.namespace, name: service.name),
            owner: ServiceName(namespace: item.key.namespace, name: item.key.name), routeIndex: index, shares: shares,
            resourceVersion: item.object.metadata.resourceVersion ?? "")
    }
}
