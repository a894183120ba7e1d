import JSONWire

/// A place, `region/zone/subzone`, of which later parts may be missing: how Istio writes where workloads run.
package struct LocalityName: Hashable, Sendable, CustomStringConvertible {
    package let region: String
    package let zone: String
    package let subZone: String

    /// - Parameter text: empty, or one to three parts; `*` stands for any from there on.
    package init(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        func part(_ index: Int) -> String { index < parts.count && parts[index] != "*" ? parts[index] : "" }
        region = part(0)
        zone = part(1)
        subZone = part(2)
    }

    package var description: String {
        [region, zone, subZone].prefix { !$0.isEmpty }.joined(separator: "/")
    }

    package var isEmpty: Bool { region.isEmpty }

    /// Whether `other` lies within this place.
    package func contains(_ other: LocalityName) -> Bool {
        (region.isEmpty || region == other.region) && (zone.isEmpty || zone == other.zone)
            && (subZone.isEmpty || subZone == other.subZone)
    }
}

extension DestinationRule {
    /// Where requests go by where their callers run: Istio's `LocalityLoadBalancerSetting`.
    package struct LocalitySetting: Hashable, Sendable {
        /// Callers of one place, and the percent of their requests that go to each.
        package struct Distribution: Hashable, Sendable {
            package var from: LocalityName
            package var to: [LocalityName: UInt32]
        }

        /// Callers of one region go on to another.
        package struct Failover: Hashable, Sendable {
            package var from: String
            package var to: String
        }

        package var isEnabled = true
        package var distributions: [Distribution] = []
        package var failovers: [Failover] = []

        package init() {}
    }
}

extension DestinationRule.LocalitySetting {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["enabled", "distribute", "failover"], unsupported: ["failoverPriority"])
        isEnabled = try fields["enabled"]?.bool() ?? true
        if fields["distribute"] != nil, let failover = fields["failover"] {
            throw failover.error("\"distribute\" and \"failover\" exclude each other; keep one")
        }
        for entry in try fields["distribute"]?.items() ?? [] {
            let fields = try entry.fields(["from", "to"])
            let from = LocalityName(try fields.required("from").nonEmptyString())
            let to = try fields.required("to")
            var shares: [LocalityName: UInt32] = [:]
            for (place, percent) in try to.entries() {
                shares[LocalityName(place)] = UInt32(try percent.integer(in: 1...100))
            }
            guard shares.values.reduce(0, +) == 100 else { throw to.error("the percentages must add up to 100") }
            distributions.append(Distribution(from: from, to: shares))
        }
        for entry in try fields["failover"]?.items() ?? [] {
            let fields = try entry.fields(["from", "to"])
            let failover = Failover(
                from: try fields.required("from").nonEmptyString(), to: try fields.required("to").nonEmptyString())
            guard failover.from != failover.to else { throw entry.error("a region does not fail over to itself") }
            guard ![failover.from, failover.to].contains(where: { $0.contains("/") }) else {
                throw entry.error("regions fail over to regions; write them without zones")
            }
            failovers.append(failover)
        }
    }
}
