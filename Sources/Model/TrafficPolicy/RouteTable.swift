/// Routes made ready for matching: the virtual host by authority, then its first rule that holds.
///
/// Immutable and shareable. Matching allocates nothing: domains stand in a hash table over bytes, conditions are compared
/// byte by byte, and the answer is a reference to the rule.
///
/// A class, so that asking it for a match passes one reference instead of copying its parts.
package final class RouteTable: Sendable {
    package let hosts: [RouteHost]
    /// Every rule of every host, where ``RouteRule/index`` points.
    package let rules: [RouteRule]
    /// Every cluster that some rule names, where ``ClusterIndex`` points. A caller resolves each name once per table.
    package let clusterNames: [String]
    private let domains: DomainIndex

    /// Compiles virtual hosts. A domain that stands in two of them belongs to the first.
    package init(_ sources: [RouteHost.Source]) {
        var clusters = ClusterNames()
        var rules: [RouteRule] = []
        var hosts: [RouteHost] = []
        var domains = DomainIndex()
        for (position, source) in sources.enumerated() {
            let compiled = source.rules.map { rule in
                let compiled = RouteRule(rule, index: rules.count, clusters: &clusters)
                rules.append(compiled)
                return compiled
            }
            hosts.append(RouteHost(name: source.name, rules: compiled))
            for domain in source.domains { domains.insert(domain, host: position) }
        }
        self.hosts = hosts
        self.rules = rules
        self.domains = domains
        clusterNames = clusters.names
    }

    /// The rule for a request; nothing when no virtual host takes its authority, or none of the host's rules holds.
    package func match(_ request: some RequestFacts) -> RouteMatch? {
        guard let host = host(for: request.authority) else { return nil }
        return host.match(request)
    }

    /// The virtual host of an authority: the exact domain, then the longest `*suffix`, then the longest `prefix*`, then `*`.
    package func host(for authority: ArraySlice<UInt8>) -> RouteHost? {
        domains.host(for: authority).map { hosts[$0] }
    }
}

/// A cluster by its place in ``RouteTable/clusterNames``.
package struct ClusterIndex: Hashable, Sendable {
    package let rawValue: Int

    package init(_ rawValue: Int) {
        self.rawValue = rawValue
    }
}

/// A virtual host and the rule of it that took a request.
package struct RouteMatch: Sendable {
    package let host: RouteHost
    package let rule: RouteRule
}

/// Gives each cluster name its place, once.
struct ClusterNames {
    private(set) var names: [String] = []
    private var places: [String: ClusterIndex] = [:]

    mutating func index(of name: String) -> ClusterIndex {
        if let place = places[name] { return place }
        let place = ClusterIndex(names.count)
        names.append(name)
        places[name] = place
        return place
    }
}
