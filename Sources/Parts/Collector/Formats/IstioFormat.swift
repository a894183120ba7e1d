package import ExpositionWire
package import MeshModel

/// Istio's standard metrics, from sidecars, gateways and waypoints. Ours are the same.
///
/// Names, labels and bounds: <https://istio.io/latest/docs/reference/config/metrics/>. Labels are read by Kiali's rules:
/// nothing when one is absent that Istio always writes (rule 1) or when they contradict each other (rules 3 and 5).
/// Absent and empty are one here, as they are in Prometheus.
///
/// Kiali drops series without canonical names; here `app` and `version` stand in for them, and the workload for both.
package struct IstioFormat: MetricFormat {
    package var name: String { "Istio" }

    package let families = [
        "istio_requests_total", "istio_request_duration_milliseconds_bucket", "istio_request_bytes_sum",
        "istio_response_bytes_sum", "istio_tcp_sent_bytes_total", "istio_tcp_received_bytes_total",
        "istio_request_messages_total", "istio_response_messages_total",
    ]

    package init() {}

    package func series(_ key: SeriesKey, of reporter: WorkloadIdentity?) -> TrafficSeries? {
        let number: TrafficSeries.Number
        switch key.name {
        case "istio_requests_total": number = .requests
        case "istio_request_duration_milliseconds_bucket":
            guard let bound = key["le"].flatMap(TrafficSeries.bound) else { return nil }
            number = .latencyBucket(upperBound: bound)
        case "istio_request_bytes_sum": number = .requestBytes
        case "istio_response_bytes_sum": number = .responseBytes
        // Istio names TCP's bytes from the destination's point of view: https://github.com/istio/istio/issues/32399
        case "istio_tcp_sent_bytes_total": number = .streamBytesReceived
        case "istio_tcp_received_bytes_total": number = .streamBytesSent
        case "istio_request_messages_total": number = .requestMessages
        case "istio_response_messages_total": number = .responseMessages
        default: return nil
        }
        let shape: Shape =
            switch number {
            case .streamBytesSent, .streamBytesReceived: .stream
            case .requestMessages, .responseMessages: .messages
            default: .requests
            }
        guard let flow = Self.flow(key, shape),
            let facts = Self.facts(key, shape, isGRPC: flow.protocol == .grpc)
        else { return nil }
        return TrafficSeries(number: number, traffic: Traffic(flow: flow, facts: facts))
    }

    package func gap(in key: SeriesKey) -> LabelGap? {
        var labels = [
            "reporter", "source_workload", "source_workload_namespace", "destination_workload",
            "destination_workload_namespace", "destination_service", "destination_service_name",
        ]
        if !key.name.hasSuffix("_messages_total") { labels.append("response_flags") }
        if key.name.hasPrefix("istio_request"), !key.name.hasSuffix("_messages_total") {
            labels += ["response_code", "request_protocol"]
        }
        return labels.first { key[$0] == nil }.map { LabelGap(family: key.name, label: $0) }
    }

    /// What a family counts, and so which labels it has.
    private enum Shape {
        case requests, messages, stream
    }

    private static func facts(_ key: SeriesKey, _ shape: Shape, isGRPC: Bool) -> TrafficFacts? {
        let reporter: Reporter
        switch key["reporter"] {
        // A waypoint speaks for the destination that it stands before.
        case "destination", "waypoint": reporter = .destination
        case "source": reporter = .source
        default: return nil
        }
        guard let flagText = key["response_flags"] ?? (shape == .messages ? "-" : nil) else { return nil }
        let flags = flagText == "-" ? [] : flagText.split(separator: ",").map(String.init)
        // A source cannot vouch for how its requests arrive; Istio has it say `unknown`.
        var facts = TrafficFacts(
            reporter: reporter, code: "-", result: .succeeded, passage: RequestPassage(flags: flags),
            isMutualTLS: reporter == .destination ? key["connection_security_policy"] == "mutual_tls" : nil,
            flags: flagText, sourcePrincipal: key["source_principal"],
            destinationPrincipal: key["destination_principal"])
        guard shape == .requests else { return facts }
        guard let response = key["response_code"] else { return nil }
        let grpcStatus = isGRPC ? key["grpc_response_status"] : nil
        // Rule 7: what a gRPC call came to is its status, unless HTTP failed under it.
        let isHTTPFailure = response.hasPrefix("4") || response.hasPrefix("5")
        facts.code = response == "0" ? "-" : isHTTPFailure ? response : grpcStatus ?? response
        facts.result = RequestResult(response: response, grpcStatus: grpcStatus, flags: flags)
        facts.operation = key["request_operation"].flatMap { isKnown($0) ? $0 : nil }
        return facts
    }

    private static let egressGateway = "istio-egressgateway.istio-system.svc.cluster.local"

    private static func flow(_ key: SeriesKey, _ shape: Shape) -> Flow? {
        guard let source = peer(key, "source"), var destination = peer(key, "destination") else { return nil }
        guard let service = key["destination_service"], var name = key["destination_service_name"] else { return nil }
        // Rule 3: a namespace, but nobody in it, or in a cluster that says it is none.
        if isKnown(source.namespace), source.isUnknown || isNowhere(key["source_cluster"]) { return nil }
        var namespace = key["destination_service_namespace"] ?? "unknown"
        var destinationCluster = key["destination_cluster"]
        if service == egressGateway, name == service {
            // Rule 4: an egress gateway that does not name itself.
            namespace = "istio-system"
            name = "istio-egressgateway"
            destination = Peer(namespace: "istio-system", workload: name, app: name, version: "latest")
            destinationCluster = source.cluster
        } else if !isKnown(destination.cluster), isKnown(source.cluster), isKnown(namespace) {
            destinationCluster = source.cluster
        }
        destination.cluster = destinationCluster ?? "unknown"
        // Rule 5: nobody, asked for by a bare address, or a service in a cluster that says it is none.
        if !isKnown(destination.workload), service == name, isAddress(service) { return nil }
        if isKnown(namespace), isNowhere(destinationCluster) { return nil }
        let `protocol`: TrafficProtocol
        switch shape {
        case .stream: `protocol` = .tcp
        case .messages: `protocol` = .grpc
        case .requests:
            // Requests may ride on HTTP only, TCP on itself only.
            guard let label = key["request_protocol"] else { return nil }
            `protocol` = label == "grpc" ? .grpc : .http
        }
        return Flow(
            source: source, destination: destination, service: service, serviceName: name, serviceNamespace: namespace,
            protocol: `protocol`)
    }

    /// Whether a cluster's label is there and says that nothing is known. Without a label nobody says so.
    private static func isNowhere(_ cluster: String?) -> Bool { cluster.map { !isKnown($0) } ?? false }

    private static func peer(_ key: SeriesKey, _ side: String) -> Peer? {
        guard let workload = key["\(side)_workload"], let namespace = key["\(side)_workload_namespace"] else {
            return nil
        }
        return Peer(
            namespace: namespace, workload: workload,
            app: key["\(side)_canonical_service"] ?? key["\(side)_app"] ?? "unknown",
            version: key["\(side)_canonical_revision"] ?? key["\(side)_version"] ?? "latest",
            cluster: key["\(side)_cluster"] ?? "unknown")
    }

    /// `10.2.3.4` with or without a port.
    private static func isAddress(_ text: String) -> Bool {
        let host = text.split(separator: ":", maxSplits: 1).first ?? ""
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
