import JSONWire
import Quantities
import SystemIO

/// What really happened in the shop: every call made and every request served, counted where it happened. The truth
/// that the mesh's own telemetry is held against.
final class Ledger {
    struct Edge: Hashable {
        var from: String
        var to: String
    }

    struct Served: Hashable {
        var service: String
        var version: String
    }

    struct Count {
        var requests = 0
        var failed = 0
    }

    private var calls: [Edge: Count] = [:]
    private var served: [Served: Count] = [:]
    private(set) var shoppers = Count()
    private(set) var shoppersTurnedAway = 0

    func recordCall(from: String, to: String, failed: Bool) {
        calls[Edge(from: from, to: to), default: Count()].add(failed: failed)
    }

    func recordServed(service: String, version: String, failed: Bool) {
        served[Served(service: service, version: version), default: Count()].add(failed: failed)
    }

    func recordShopper(failed: Bool) {
        shoppers.add(failed: failed)
    }

    /// A shopper who was not let in because too many were inside: the load stays bounded when the mesh is stuck.
    func recordTurnedAway() {
        shoppersTurnedAway += 1
    }

    /// Totals since the start.
    func report(now: MonotonicTime) -> JSONValue {
        [
            "monotonicNanoseconds": .integer(Int64(clamping: now.nanoseconds)),
            "shoppers": [
                "requests": .integer(Int64(shoppers.requests)), "failed": .integer(Int64(shoppers.failed)),
                "turnedAway": .integer(Int64(shoppersTurnedAway)),
            ],
            "calls": .array(
                calls.sorted { ($0.key.from, $0.key.to) < ($1.key.from, $1.key.to) }.map { edge, count in
                    [
                        "from": .string(edge.from), "to": .string(edge.to),
                        "requests": .integer(Int64(count.requests)), "failed": .integer(Int64(count.failed)),
                    ]
                }),
            "served": .array(
                served.sorted { ($0.key.service, $0.key.version) < ($1.key.service, $1.key.version) }.map {
                    service, count in
                    [
                        "service": .string(service.service), "version": .string(service.version),
                        "requests": .integer(Int64(count.requests)), "failed": .integer(Int64(count.failed)),
                    ]
                }),
        ]
    }
}

extension Ledger.Count {
    fileprivate mutating func add(failed isFailure: Bool) {
        requests += 1
        failed += isFailure ? 1 : 0
    }
}
