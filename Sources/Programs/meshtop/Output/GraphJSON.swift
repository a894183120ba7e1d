import JSONWire
import MeshModel
import Quantities

/// The graph as JSON, schema `meshtop/graph/v1`: every number carries its unit in its key, and what is unknown is
/// absent, never 0.
enum GraphJSON {
    /// With `--find`, what was found says `"found": true`; with `--hide` the snapshot is what is left.
    static func document(_ snapshot: MeshSnapshot, _ found: Found = .nothing) -> JSONValue {
        var document: JSONObject = [
            "schema": "meshtop/graph/v1",
            "time": .string(snapshot.time.rfc3339),
            "windowSeconds": .number(rounded(snapshot.window.inSeconds)),
            "nodes": .array(snapshot.nodes.map { marked(node($0), found.marks($0.id)) }),
            "edges": .array(snapshot.edges.map { marked(edge($0), found.marks($0.id)) }),
            "boxes": .array(snapshot.boxes.map(box)),
            "targets": .array(snapshot.targets.map(target)),
            "notices": .array(snapshot.notices.map { .string($0) }),
        ]
        document["find"] = summary(of: found)
        return .object(document)
    }

    private static func marked(_ value: JSONValue, _ isFound: Bool?) -> JSONValue {
        guard let isFound, var object = value.object else { return value }
        object["found"] = .bool(isFound)
        return .object(object)
    }

    /// What was asked for in canonical spelling, how much of it there is, and what nobody could tell.
    private static func summary(of found: Found) -> JSONValue? {
        guard found.finding.isActive else { return nil }
        let result = found.result
        var object: JSONObject = [:]
        object["find"] = found.finding.find.map { .string($0.description) }
        object["hide"] = found.finding.hide.map { .string($0.description) }
        object["foundNodes"] = .integer(Int64(result.foundNodes.count))
        object["foundEdges"] = .integer(Int64(result.foundEdges.count))
        object["hiddenNodes"] = .integer(Int64(result.hiddenNodes.count))
        object["hiddenEdges"] = .integer(Int64(result.hiddenEdges.count))
        object["unknown"] = .array(
            result.unknownFacts.map {
                ["name": .string($0.name), "nodes": .integer(Int64($0.nodes)), "edges": .integer(Int64($0.edges))]
            })
        return .object(object)
    }

    static func node(_ node: MeshNode) -> JSONValue {
        var object: JSONObject = [
            "id": .string(node.id.text),
            "kind": .string(node.kind.rawValue),
            "namespace": .string(node.namespace),
        ]
        object["app"] = node.app.map { .string($0) }
        object["service"] = node.service.map { .string($0) }
        object["workload"] = node.workload.map { .string($0) }
        object["version"] = node.version.map { .string($0) }
        object["health"] = .string(node.health.rawValue)
        object["healthReason"] = node.healthCause.map { .string($0.description) }
        object["trouble"] = node.trouble.map { .string($0) }
        object["cluster"] = node.cluster.map { .string($0) }
        object["operation"] = node.operation.map { .string($0) }
        if !node.hosts.isEmpty { object["hosts"] = .array(node.hosts.map { .string($0) }) }
        // Kiali's words, there when they are true: isRoot, isOutside, isIdle…
        for mark in node.marks.names { object[mark] = true }
        if let inbound = node.inbound { add(inbound, to: &object) }
        object["outboundRequestsPerSecond"] = .number(rounded(node.outboundRate.value))
        return .object(object)
    }

    static func edge(_ edge: MeshEdge) -> JSONValue {
        var object: JSONObject = [
            "id": .string(edge.id.text),
            "source": .string(edge.source.text),
            "target": .string(edge.target.text),
            "protocol": .string(edge.protocol.rawValue),
            "reporter": .string(edge.reporter.rawValue),
            "health": .string(edge.health.rawValue),
        ]
        object["healthReason"] = edge.healthCause.map { .string($0.description) }
        add(edge.traffic, to: &object)
        object["mtlsRatio"] = edge.mtls.map { .number(rounded($0.value)) }
        addDetails(edge, to: &object)
        return .object(object)
    }

    static func add(_ traffic: TrafficSummary, to object: inout JSONObject) {
        object["requestsPerSecond"] = .number(rounded(traffic.rate.value))
        object["samples"] = .number(rounded(traffic.samples))
        object["errorRatio"] = traffic.errors.map { .number(rounded($0.value)) }
        object["clientErrorRatio"] = traffic.clientErrors.map { .number(rounded($0.value)) }
        if let latency = traffic.latency {
            object["p50Milliseconds"] = .number(rounded(latency.p50))
            object["p95Milliseconds"] = .number(rounded(latency.p95))
            object["p99Milliseconds"] = .number(rounded(latency.p99))
            object["p95LowerMilliseconds"] = latency.p95Bounds.map { .number(rounded($0.lower)) }
            // The last bucket has no end.
            if let upper = latency.p95Bounds?.upper, upper.isFinite {
                object["p95UpperMilliseconds"] = .number(rounded(upper))
            }
        }
        if let interval = traffic.errorInterval {
            object["errorRatioLower"] = .number(rounded(interval.lower))
            object["errorRatioUpper"] = .number(rounded(interval.upper))
            object["confidence"] = .string(traffic.confidence.rawValue)
        }
        object["bytesPerSecond"] = .number(rounded(traffic.throughput.value))
        object["retriesPerSecond"] = traffic.retries.map { .number(rounded($0.value)) }
        object["responses"] = .array(
            traffic.codes.map { ["code": .string($0.code), "requestsPerSecond": .number(rounded($0.rate.value))] })
    }

    static func target(_ target: ScrapeTarget) -> JSONValue {
        var object: JSONObject = ["address": .string(target.address)]
        switch target.state {
        case .pending: object["state"] = "pending"
        case .up: object["state"] = "up"
        case .down(let reason):
            object["state"] = "down"
            object["reason"] = .string(reason)
        }
        object["workload"] = target.workload.map { .string($0.workload) }
        object["namespace"] = target.workload.map { .string($0.namespace) }
        object["app"] = target.workload.map { .string($0.app) }
        object["version"] = target.workload.map { .string($0.version) }
        object["identityFrom"] = target.identity.map { .string($0.origin.rawValue) }
        object["formats"] = .array(target.formats.map { .string($0) })
        object["lastSuccess"] = target.lastSuccess.map { .string($0.rfc3339) }
        object["series"] = .integer(Int64(target.series))
        object["tookMilliseconds"] = target.reading.took.map { .number(rounded($0.milliseconds)) }
        object["clockAheadSeconds"] = target.reading.clockAhead.map { .number(rounded($0.inSeconds)) }
        if !target.reading.gaps.isEmpty {
            object["missingLabels"] = .array(
                target.reading.gaps.map { ["family": .string($0.family), "label": .string($0.label)] })
        }
        return .object(object)
    }

    /// Six decimals: more than any rate or ratio here can mean.
    static func rounded(_ value: Double) -> Double {
        guard value.isFinite, abs(value) < 1e12 else { return value.isFinite ? value : 0 }
        return (value * 1e6).rounded() / 1e6
    }
}

// The tables of the other commands, in the same words.
extension GraphJSON {
    /// `meshtop/edges/v1`: the edges, each with the names of its ends beside their ids.
    static func edges(_ edges: [MeshEdge], of snapshot: MeshSnapshot, _ found: Found = .nothing) -> JSONValue {
        let nodes = Dictionary(snapshot.nodes.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        var document: JSONObject = [
            "schema": "meshtop/edges/v1", "time": .string(snapshot.time.rfc3339),
            "windowSeconds": .number(rounded(snapshot.window.inSeconds)),
            "edges": .array(
                edges.map { edge in
                    var object = marked(Self.edge(edge), found.marks(edge.id)).object ?? [:]
                    object["sourceName"] = nodes[edge.source].map { .string($0.title) }
                    object["targetName"] = nodes[edge.target].map { .string($0.title) }
                    object["sourceWorkload"] = nodes[edge.source]?.workload.map { .string($0) }
                    object["targetWorkload"] = nodes[edge.target]?.workload.map { .string($0) }
                    return .object(object)
                }),
        ]
        document["find"] = summary(of: found)
        return .object(document)
    }

    /// `meshtop/services/v1` and `meshtop/workloads/v1`.
    static func nodes(_ nodes: [MeshNode], of snapshot: MeshSnapshot, name: String) -> JSONValue {
        [
            "schema": .string("meshtop/\(name)/v1"), "time": .string(snapshot.time.rfc3339),
            "windowSeconds": .number(rounded(snapshot.window.inSeconds)), "nodes": .array(nodes.map(node)),
        ]
    }

    /// `meshtop/weights/v1`.
    static func splits(_ splits: [TrafficSplit]) -> JSONValue {
        [
            "schema": "meshtop/weights/v1",
            "splits": .array(
                splits.map { split in
                    [
                        "namespace": .string(split.service.namespace), "service": .string(split.service.name),
                        "virtualService": .string(split.owner.description),
                        "resourceVersion": .string(split.resourceVersion),
                        "shares": .array(
                            split.shares.map { share in
                                var object: JSONObject = ["subset": .string(share.subset)]
                                object["version"] = share.version.map { .string($0) }
                                object["weight"] = .integer(Int64(share.weight))
                                return .object(object)
                            }),
                    ]
                }),
        ]
    }
}
