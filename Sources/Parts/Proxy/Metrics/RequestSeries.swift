import ExpositionWire

/// Which end of a request counts it.
enum Reporter: UInt8, Hashable, Sendable {
    case source, destination
}

/// Everything that tells one series of `istio_requests_total` from another, as small integers.
struct RequestSeries: Hashable, Sendable {
    var reporter: Reporter
    /// The workload at the other end, in the worker's table of peers.
    var peer: LabelID
    /// The service asked for, in the worker's table of services.
    var service: LabelID
    /// The status sent downstream; 0 when the downstream left before there was one.
    var code: UInt16
    var flag: ResponseFlag
    /// `nil` unless the request was gRPC and the response said.
    var grpcStatus: UInt8?
    var isGRPC: Bool
    /// Whether the connection to the peer was mutual TLS.
    var isSecure: Bool

    init(
        reporter: Reporter, peer: LabelID, service: LabelID, code: UInt16, flag: ResponseFlag = .none,
        isGRPC: Bool = false, grpcStatus: UInt8? = nil, isSecure: Bool
    ) {
        self.reporter = reporter
        self.peer = peer
        self.service = service
        self.code = code
        self.flag = flag
        self.isGRPC = isGRPC
        self.grpcStatus = grpcStatus
        self.isSecure = isSecure
    }

    /// The same facts in two words: what is compared and hashed.
    private var packed: (UInt64, UInt64) {
        let peers = UInt64(peer.rawValue) << 32 | UInt64(service.rawValue)
        let facts =
            UInt64(code) | UInt64(flag.rawValue) << 16 | UInt64(reporter.rawValue) << 24 | (isSecure ? 1 : 0) << 32
            | (isGRPC ? 1 : 0) << 33 | (grpcStatus.map { UInt64($0) + 1 } ?? 0) << 34
        return (peers, facts)
    }

    static func == (left: RequestSeries, right: RequestSeries) -> Bool { left.packed == right.packed }

    func hash(into hasher: inout Hasher) {
        let (peers, facts) = packed
        hasher.combine(peers)
        hasher.combine(facts)
    }
}

extension RequestSeries {
    /// The series' labels as exposition text, without braces. `local` is the workload that this proxy stands beside.
    func labelText(local: WorkloadLabels, peer: WorkloadLabels, service: ServiceLabels) -> String {
        let ends = EndLabels(reporter: reporter, isSecure: isSecure, local: local, peer: peer, service: service)
        let labels =
            ends.labels + [
                ("request_protocol", isGRPC ? "grpc" : "http"),
                ("response_code", String(code)),
                ("grpc_response_status", grpcStatus.map { String($0) } ?? ""),
                ("response_flags", flag.text),
                ("connection_security_policy", ends.securityPolicy),
            ]
        return ExpositionWriter.labelText(labels)
    }
}
