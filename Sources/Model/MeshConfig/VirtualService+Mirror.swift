import JSONWire

extension VirtualService {
    /// Who else gets a copy of a rule's requests: Istio's `mirror` and `mirrors`.
    package struct Mirror: Hashable, Sendable {
        package var destination: Destination
        /// 0…100, of the rule's requests. Nothing said means all.
        package var percentage: Double
        /// Where the destination stands in the rule, which may say it in two ways.
        package var place: [String]

        package init(_ destination: Destination, percentage: Double = 100, place: [String] = ["mirror"]) {
            self.destination = destination
            self.percentage = percentage
            self.place = place
        }
    }
}

extension VirtualService.Mirror {
    /// The names of a rule's fields that this reads.
    static let fieldNames = ["mirror", "mirrors", "mirrorPercentage", "mirrorPercent", "mirror_percent"]

    /// Both ways to say it; `mirror` stands for what `mirrors` with one entry says.
    static func all(_ fields: SchemaFields) throws(SchemaError) -> [VirtualService.Mirror] {
        if let (name, value) = try fields.one(of: "mirror", "mirrors"), name == "mirrors" {
            for name in fields.present("mirrorPercentage", "mirrorPercent", "mirror_percent") {
                throw fields[name]?.error("belongs to \"mirror\"; write \"percentage\" into each of \"mirrors\"")
                    ?? fields.error(name)
            }
            return try several(value)
        }
        guard let mirror = fields["mirror"] else {
            for name in fields.present("mirrorPercentage", "mirrorPercent", "mirror_percent") {
                throw fields[name]?.error("has no effect without \"mirror\"; remove it") ?? fields.error(name)
            }
            return []
        }
        let destination = try VirtualService.Destination(mirror)
        // The older ways to write it; the newest goes before.
        let old = try (fields["mirrorPercent"] ?? fields["mirror_percent"])?.integer(in: 0...100)
        let percentage = try fields["mirrorPercentage"]?.percentage()
        return [VirtualService.Mirror(destination, percentage: percentage ?? old.map { Double($0) } ?? 100)]
    }

    private static func several(_ reader: SchemaReader) throws(SchemaError) -> [VirtualService.Mirror] {
        var mirrors: [VirtualService.Mirror] = []
        for entry in try reader.items() {
            let fields = try entry.fields(["destination", "percentage"])
            mirrors.append(
                VirtualService.Mirror(
                    try VirtualService.Destination(fields.required("destination")),
                    percentage: try fields["percentage"]?.percentage() ?? 100,
                    place: ["mirrors", "\(mirrors.count)", "destination"]))
        }
        return mirrors
    }
}

extension VirtualService {
    /// Where copies of requests go, and where that is said.
    var mirrorDestinations: [(place: [String], destination: Destination)] {
        http.enumerated().flatMap { index, route in
            route.mirrors.map { (["spec", "http", "\(index)"] + $0.place, $0.destination) }
        }
    }
}
