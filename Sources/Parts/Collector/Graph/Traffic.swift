import ExpositionWire
package import MeshModel

/// One kind of traffic: who sends it to whom, and how it went.
package struct IstioTraffic: Hashable, Sendable {
    package var flow: IstioFlow
    package var facts: TrafficFacts

    /// Reads the labels by Kiali's rules. Nothing when a label is absent that Istio always writes (rule 1) or when they
    /// contradict each other (rules 3 and 5). Absent and empty are one here, as they are in Prometheus.
    ///
    /// Kiali drops series without canonical names; here `app` and `version` stand in for them, and the workload for both.
    init?(_ key: SeriesKey, isStream: Bool) {
        guard let flow = IstioFlow(key, isStream: isStream),
            let facts = TrafficFacts(key, isStream: isStream, isGRPC: flow.protocol == .grpc)
        else { return nil }
        self.flow = flow
        self.facts = facts
    }
}

/// What a number is counted as. Small, because every tick looks at it once for every series.
package struct TrafficFacts: Hashable, Sendable {
    package var reporter: Reporter
    /// `200`, or the status of a gRPC call; `-` when no response came, and for TCP.
    package var code: String
    package var result: RequestResult
    /// Whether a request came through, as its source saw it.
    package var passage: RequestPassage
    package var isMutualTLS: Bool

    fileprivate init?(_ key: SeriesKey, isStream: Bool, isGRPC: Bool) {
        switch key["reporter"] {
        // A waypoint speaks for the destination that it stands before.
        case "destination", "waypoint": reporter = .destination
        case "source": reporter = .source
        default: return nil
        }
        guard let flagText = key["response_flags"] else { return nil }
        let flags = flagText == "-" ? [] : flagText.split(separator: ",").map(String.init)
        passage = RequestPassage(flags: flags)
        isMutualTLS = key["connection_security_policy"] == "mutual_tls"
        guard !isStream else {
            code = "-"
            result = .succeeded
            return
        }
        guard let response = key["response_code"] else { return nil }
        let grpcStatus = isGRPC ? key["grpc_response_status"] : nil
        result = RequestResult(response: response, grpcStatus: grpcStatus, flags: flags)
        // Rule 7: what a gRPC call came to is its status, unless HTTP failed under it.
        let isHTTPFailure = response.hasPrefix("4") || response.hasPrefix("5")
        code = response == "0" ? "-" : isHTTPFailure ? response : grpcStatus ?? response
    }
}

/// What became of a request.
package enum RequestResult: Hashable, Sendable {
    case succeeded
    /// HTTP 4xx.
    case clientError
    /// HTTP 5xx.
    case serverError
    /// A gRPC status other than 0.
    case grpcError
    /// No response, and not because the client had gone.
    case noResponse
    /// The client gave up first, which is not held against anybody here.
    case clientGone

    /// - Parameter response: the HTTP status, `0` when there was none.
    init(response: String, grpcStatus: String?, flags: [String]) {
        if let grpcStatus, grpcStatus != "0" {
            self = .grpcError
            return
        }
        switch response.first {
        case "0": self = flags.contains("DC") ? .clientGone : .noResponse
        case "5": self = .serverError
        case "4": self = .clientError
        default: self = .succeeded
        }
    }
}

/// How far a request came, in the words of its source's response flags. What follows from it: ``FlowCounts``.
package enum RequestPassage: Hashable, Sendable {
    case arrived, neverArrived, brokeOff

    /// No healthy upstream, connection failure, overflow, no route, no cluster, fault injected, rate limited, denied.
    private static let flagsOfUnarrived: Set<String> = ["UH", "UF", "UO", "NR", "NC", "FI", "RL", "UAEX"]
    /// Timeout, connection broken there or here, stream idle, not HTTP.
    private static let flagsOfBroken: Set<String> = ["UT", "UC", "UR", "LR", "SI", "UPE"]

    init(flags: [String]) {
        if !Self.flagsOfUnarrived.isDisjoint(with: flags) {
            self = .neverArrived
        } else {
            self = Self.flagsOfBroken.isDisjoint(with: flags) ? .arrived : .brokeOff
        }
    }
}

/// Who sends what to whom: what both ends of the traffic write the same.
package struct IstioFlow: Hashable, Sendable {
    package var source: IstioPeer
    package var destination: IstioPeer
    /// The host that was asked for, `payment-service.payments.svc.cluster.local`.
    package var service: String
    package var serviceName: String
    package var serviceNamespace: String
    package var `protocol`: TrafficProtocol

    private static let egressGateway = "istio-egressgateway.istio-system.svc.cluster.local"

    fileprivate init?(_ key: SeriesKey, isStream: Bool) {
        guard let source = IstioPeer(key, "source"), let destination = IstioPeer(key, "destination") else { return nil }
        guard let service = key["destination_service"], let name = key["destination_service_name"] else { return nil }
        // Rule 3: a namespace, but nobody in it.
        if isKnown(source.namespace), source.isUnknown { return nil }
        self.source = source
        self.destination = destination
        self.service = service
        serviceName = name
        serviceNamespace = key["destination_service_namespace"] ?? "unknown"
        if service == Self.egressGateway, name == service {
            // Rule 4: an egress gateway that does not name itself.
            serviceNamespace = "istio-system"
            serviceName = "istio-egressgateway"
            self.destination = IstioPeer(
                namespace: "istio-system", workload: serviceName, app: serviceName, version: "latest")
        }
        // Rule 5: nobody, asked for by a bare address.
        if !isKnown(self.destination.workload), service == name, isAddress(service) { return nil }
        // Requests may ride on HTTP only, TCP on itself only.
        `protocol` = isStream ? .tcp : key["request_protocol"] == "grpc" ? .grpc : .http
        if !isStream, key["request_protocol"] == nil { return nil }
    }

    /// Whether there is nobody of the mesh behind the host, nor a service of the mesh of its name.
    var isExternal: Bool { destination.isUnknown && !service.contains(".svc.") && isKnown(service) }
}

/// One end of the traffic.
package struct IstioPeer: Hashable, Sendable {
    package var namespace: String
    package var workload: String
    package var app: String
    package var version: String
}

extension IstioPeer {
    fileprivate init?(_ key: SeriesKey, _ side: String) {
        guard let workload = key["\(side)_workload"], let namespace = key["\(side)_workload_namespace"] else {
            return nil
        }
        self.workload = workload
        self.namespace = namespace
        app = key["\(side)_canonical_service"] ?? key["\(side)_app"] ?? "unknown"
        version = key["\(side)_canonical_revision"] ?? key["\(side)_version"] ?? "latest"
    }

    var isUnknown: Bool { !isKnown(workload) && !isKnown(app) }
}

/// Istio writes `unknown` for what it does not know.
func isKnown(_ text: String) -> Bool { !text.isEmpty && text != "unknown" }

/// `10.2.3.4` with or without a port.
private func isAddress(_ text: String) -> Bool {
    let host = text.split(separator: ":", maxSplits: 1).first ?? ""
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
}
