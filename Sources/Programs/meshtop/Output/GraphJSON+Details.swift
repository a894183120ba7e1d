import JSONWire
import MeshModel
import Quantities

// What stands beside the numbers of an edge, and the boxes.
extension GraphJSON {
    /// - `isIdle`, when there was traffic before and none in the window.
    /// - `sent`, `received`: what each end counted by itself; with both, `lostRatio`, `attemptsPerRequest`,
    ///   `networkP95Milliseconds`, `networkRatio`.
    /// - `responseDetails`: code × flags × host.
    /// - `exemplars`: requests whose traces are known, newest first.
    /// - `sourcePrincipals`, `destPrincipals`: Kiali's `sourcePrincipal` and `destPrincipal`, of which there may be more
    ///   than one.
    static func addDetails(_ edge: MeshEdge, to object: inout JSONObject) {
        if edge.isIdle { object["isIdle"] = true }
        object["responseDetails"] = .array(
            edge.responses.map { response in
                [
                    "code": .string(response.code), "flags": .string(response.flags), "host": .string(response.host),
                    "requestsPerSecond": .number(rounded(response.rate.value)),
                ]
            })
        object["bytesSentPerSecond"] = .number(rounded(edge.bytes.sent))
        object["bytesReceivedPerSecond"] = .number(rounded(edge.bytes.received))
        if edge.protocol == .grpc {
            object["messagesSentPerSecond"] = .number(rounded(edge.messages.sent))
            object["messagesReceivedPerSecond"] = .number(rounded(edge.messages.received))
        }
        if !edge.exemplars.isEmpty {
            object["exemplars"] = .array(
                edge.exemplars.map { exemplar in
                    [
                        "traceId": .string(exemplar.traceID), "milliseconds": .number(rounded(exemplar.milliseconds)),
                        "time": .string(exemplar.time.rfc3339),
                    ]
                })
        }
        if !edge.sourcePrincipals.isEmpty {
            object["sourcePrincipals"] = .array(edge.sourcePrincipals.map { .string($0) })
        }
        if !edge.targetPrincipals.isEmpty {
            object["destPrincipals"] = .array(edge.targetPrincipals.map { .string($0) })
        }
        object["sent"] = edge.sent.map(reported)
        object["received"] = edge.received.map(reported)
        object["lostRatio"] = edge.lost.map { .number(rounded($0.value)) }
        object["attemptsPerRequest"] = edge.attemptsPerRequest.map { .number(rounded($0)) }
        object["networkP95Milliseconds"] = edge.networkP95.map { .number(rounded($0)) }
        object["networkRatio"] = edge.networkShare.map { .number(rounded($0.value)) }
    }

    private static func reported(_ traffic: ReportedTraffic) -> JSONValue {
        var object: JSONObject = [
            "requestsPerSecond": .number(rounded(traffic.rate.value)), "samples": .number(rounded(traffic.samples)),
            "bytesPerSecond": .number(rounded(traffic.throughput.value)),
        ]
        if traffic.neverArrived > 0 { object["neverArrived"] = .number(rounded(traffic.neverArrived)) }
        object["errorRatio"] = traffic.errors.map { .number(rounded($0.value)) }
        if let latency = traffic.latency {
            object["p50Milliseconds"] = .number(rounded(latency.p50))
            object["p95Milliseconds"] = .number(rounded(latency.p95))
            object["p99Milliseconds"] = .number(rounded(latency.p99))
        }
        return .object(object)
    }

    /// `isBox` is Kiali's word for the kind.
    static func box(_ box: MeshBox) -> JSONValue {
        var object: JSONObject = [
            "id": .string(box.id), "isBox": .string(box.kind.rawValue), "cluster": .string(box.cluster),
            "members": .array(box.members.map { .string($0.text) }), "health": .string(box.health.rawValue),
            "outboundRequestsPerSecond": .number(rounded(box.outboundRate.value)),
            "internalRequestsPerSecond": .number(rounded(box.internalRate.value)),
        ]
        object["namespace"] = box.namespace.map { .string($0) }
        object["app"] = box.app.map { .string($0) }
        if let inbound = box.inbound { add(inbound, to: &object) }
        return .object(object)
    }
}
