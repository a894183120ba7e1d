import Quantities
import TraceModel

/// A finished request's span as the worker leaves it: bytes and shared strings, put into words by the telemetry thread.
struct SpanRecord: Sendable {
    var ids: ActiveTrace
    var kind: Span.Kind
    /// `payment-service.payments.svc.cluster.local:80/*`, as Istio names its spans.
    var name: String
    var start: WallTime
    var duration: Duration
    var method: [UInt8]
    var target: [UInt8]
    var authority: [UInt8]
    var requestID: [UInt8]
    var code: UInt16
    var flag: ResponseFlag
    var requestBytes: UInt64
    var responseBytes: UInt64
    var upstreamCluster: String
    var upstreamAddress: String
    var downstreamAddress: String
    var peer: WorkloadLabels

    /// The span in OpenTelemetry's terms; `service` is this workload's own `service.name`.
    func span(service: String, local: WorkloadLabels) -> Span {
        var attributes: [Span.Attribute] = []
        func add(_ key: String, _ value: String) {
            if !value.isEmpty { attributes.append(Span.Attribute(key: key, value: value)) }
        }
        func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
        // Envoy's tag names, which every Istio dashboard and Kiali know.
        add("http.method", text(method))
        add("http.url", "http://\(text(authority))\(text(target))")
        add("http.status_code", String(code))
        add("response_flags", flag.text)
        add("request_size", String(requestBytes))
        add("response_size", String(responseBytes))
        add("guid:x-request-id", text(requestID))
        add("component", "proxy")
        add("upstream_cluster", upstreamCluster)
        add("upstream_address", upstreamAddress)
        add("peer.address", downstreamAddress)
        add("node_id", "\(local.workload).\(local.namespace)")
        add("istio.canonical_service", local.app)
        add("istio.canonical_revision", local.version)
        add("istio.namespace", local.namespace)
        if peer.workload != WorkloadLabels.unknownText {
            add("peer.service", "\(peer.app).\(peer.namespace)")
            add("peer.workload", peer.workload)
        }
        let failed = code >= 500 || code == 0 || (kind == .client && code >= 400)
        return Span(
            trace: ids.trace, id: ids.span, parent: ids.parent, name: name, kind: kind, service: service, start: start,
            duration: duration, status: failed ? .error : .unset, attributes: attributes)
    }
}
