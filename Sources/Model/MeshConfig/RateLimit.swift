import JSONWire
import Quantities

/// How many requests may pass, said in an annotation. Istio has no field for it: there it takes an EnvoyFilter.
///
/// `meshtop.io/local-rate-limit: 100/1s burst 200` lets a hundred requests a second pass and two hundred at once; without
/// `burst` as many at once as in an interval.
///
/// - On a WorkloadEntry, or on a Service for the workloads behind it, it limits what reaches the application through one
///   proxy, in all its ports together.
/// - On a VirtualService it limits what one proxy sends by each of its rules, each for itself, and with the name of a
///   rule at the end, `meshtop.io/local-rate-limit.NAME`, that rule alone.
package struct RateLimit: Hashable, Sendable {
    package static let annotation = "meshtop.io/local-rate-limit"

    /// In each ``interval``; at least 1.
    package var requests: Int
    /// At least 50 ms, Envoy's limit.
    package var interval: Duration
    /// At once; at least 1.
    package var burst: Int

    package init(requests: Int, interval: Duration, burst: Int? = nil) {
        self.requests = requests
        self.interval = interval
        self.burst = burst ?? requests
    }
}

extension RateLimit {
    /// The limits that an object's annotations name, by what stands behind the annotation's name: `""`, or a rule.
    ///
    /// - Throws: what of them is no limit, at its place.
    static func all(of metadata: ObjectMetadata, kind: ResourceKind) throws(SchemaError) -> [String: RateLimit] {
        var limits: [String: RateLimit] = [:]
        for (name, text) in metadata.annotations where name.hasPrefix(annotation) {
            let place: JSONPointer = "/metadata/annotations"
            let reader = SchemaReader(.string(text), at: place.appending(name))
            let rest = name.dropFirst(annotation.count)
            guard rest.isEmpty || rest.first == "." else { continue }
            guard [.service, .workloadEntry, .virtualService].contains(kind) else {
                throw reader.error(
                    "a \(kind.rawValue) has no requests to limit; annotate the Service, or a WorkloadEntry")
            }
            guard rest.isEmpty || kind == .virtualService else {
                throw reader.error("a \(kind.rawValue) has no rules; leave \"\(rest)\" out")
            }
            limits[String(rest.dropFirst())] = try RateLimit(reader)
        }
        return limits
    }

    /// `REQUESTS/INTERVAL`, and ` burst REQUESTS`.
    private init(_ reader: SchemaReader) throws(SchemaError) {
        let text = try reader.string()
        let words = text.split(separator: " ")
        let parts = words.first?.split(separator: "/", maxSplits: 1) ?? []
        guard parts.count == 2, let requests = Int(parts[0]),
            words.count == 1 || words.count == 3 && words[1] == "burst"
        else { throw reader.error("\"\(text)\" is not a limit; write \"100/1s\" or \"100/1s burst 200\"") }
        let range = 1...Int(UInt32.max)
        let burst = words.count == 3 ? Int(words[2]) : requests
        guard range.contains(requests), let burst, range.contains(burst) else {
            throw reader.error("\"\(text)\": expected numbers of requests between 1 and \(UInt32.max)")
        }
        let interval = try SchemaReader(.string(String(parts[1])), at: reader.pointer).duration()
        guard interval >= .milliseconds(50) else {
            throw reader.error("\"\(text)\": the interval is shorter than 50ms")
        }
        self.init(requests: requests, interval: interval, burst: burst)
    }
}

extension ConfigObject {
    /// The limit for the whole object, or for its rule of this name; checked when the object was read.
    package func rateLimit(rule: String? = nil) -> RateLimit? {
        guard metadata.annotations.keys.contains(where: { $0.hasPrefix(RateLimit.annotation) }),
            let limits = try? RateLimit.all(of: metadata, kind: kind)
        else { return nil }
        return rule.flatMap { limits[$0] } ?? limits[""]
    }
}

extension MeshConfiguration {
    /// How many requests may reach a workload: by its own object, else by the first service that leads to it.
    package func rateLimit(of workload: MeshWorkload) -> RateLimit? {
        let owners = [workload.key] + services.filter { $0.leads(to: workload) }.map(\.key)
        for owner in owners {
            if let limit = objects.first(where: { $0.key == owner })?.rateLimit() { return limit }
        }
        return nil
    }
}

extension MeshService {
    fileprivate func leads(to workload: MeshWorkload) -> Bool {
        ports.contains { $0.endpoints.contains { $0.workload?.key == workload.key } }
    }
}
