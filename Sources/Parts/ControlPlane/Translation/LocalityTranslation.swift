import Discovery
import MeshConfig

/// What a caller's place makes of a cluster's endpoints, as Istio's pilot does it for each proxy.
///
/// With a distribution for the caller's place, endpoints share by its percents. Otherwise, where endpoints are judged
/// (outlier detection), the nearer come first: those of the same zone and subzone, of the zone, of the region, then the
/// regions that a failover names, then the rest.
struct LocalityTranslation {
    let caller: LocalityName
    let setting: DestinationRule.LocalitySetting?
    /// Whether endpoints are judged: without that, nothing would ever fail over.
    let judges: Bool

    private var isInForce: Bool { !caller.isEmpty && setting?.isEnabled ?? true }

    private var distribution: DestinationRule.LocalitySetting.Distribution? {
        guard isInForce else { return nil }
        return setting?.distributions.first { $0.from.contains(caller) }
    }

    /// Whether the cluster's localities have weights.
    var weighs: Bool { distribution != nil }

    /// The endpoints with their places, in their order.
    func placed(_ endpoints: [(endpoint: Endpoint, place: LocalityName)]) -> [Endpoint] {
        if let distribution { return distributed(endpoints, distribution) }
        let ranks = endpoints.map { isInForce && judges ? rank($0.place) : 0 }
        // Priorities leave no number out.
        let order = Set(ranks).sorted()
        return zip(endpoints, ranks).map { item, rank in
            var endpoint = item.endpoint
            endpoint.locality = Locality(item.place)
            endpoint.priority = order.firstIndex(of: rank) ?? 0
            return endpoint
        }
    }

    private func rank(_ place: LocalityName) -> Int {
        guard place.region == caller.region else {
            let failovers = setting?.failovers.filter { $0.from == caller.region } ?? []
            return failovers.isEmpty || failovers.contains { $0.to == place.region } ? 3 : 4
        }
        guard place.zone == caller.zone else { return 2 }
        return place.subZone == caller.subZone ? 0 : 1
    }

    /// A percent is shared by the localities that it is about, by how many endpoints each has; who is not named gets nothing.
    private func distributed(
        _ endpoints: [(endpoint: Endpoint, place: LocalityName)],
        _ distribution: DestinationRule.LocalitySetting.Distribution
    ) -> [Endpoint] {
        // The most exact name counts.
        let targets = distribution.to.sorted {
            ($1.key.description.count, $0.key.description) < ($0.key.description.count, $1.key.description)
        }
        func target(_ place: LocalityName) -> Int? { targets.firstIndex { $0.key.contains(place) } }
        let counts = Dictionary(grouping: endpoints.compactMap { target($0.place) }, by: { $0 }).mapValues(\.count)
        let counted = Dictionary(grouping: endpoints, by: \.place).mapValues(\.count)
        return endpoints.compactMap { item in
            guard let index = target(item.place), let all = counts[index], let own = counted[item.place] else {
                return nil
            }
            var endpoint = item.endpoint
            endpoint.locality = Locality(item.place)
            // In ten thousandths, so that a share of a percent is one, too.
            let weight = Int(targets[index].value) * 100 * own / all
            endpoint.localityWeight = UInt32(clamping: max(1, weight))
            return endpoint
        }
    }
}

extension Locality {
    /// Nothing for a place that is not said.
    fileprivate init?(_ name: LocalityName) {
        guard !name.isEmpty else { return nil }
        self.init(region: name.region, zone: name.zone, subZone: name.subZone)
    }
}
