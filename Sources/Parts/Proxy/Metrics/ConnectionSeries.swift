import ExpositionWire

/// Why a TCP connection ended as it did, or had trouble on its way, in Envoy's words; several may hold.
struct ConnectionFlags: OptionSet, Hashable, Sendable {
    let rawValue: UInt8

    /// The cluster has no endpoint to send to.
    static let noHealthyUpstream = ConnectionFlags(rawValue: 1 << 0)
    /// An upstream connection could not be made; another attempt may have been better.
    static let upstreamConnectionFailure = ConnectionFlags(rawValue: 1 << 1)
    /// There were more connections to the cluster than it may have.
    static let upstreamOverflow = ConnectionFlags(rawValue: 1 << 2)
    /// The cluster is not known.
    static let noRoute = ConnectionFlags(rawValue: 1 << 3)
    /// Every attempt that is allowed failed.
    static let upstreamRetryLimitExceeded = ConnectionFlags(rawValue: 1 << 4)

    /// Envoy's abbreviations in Envoy's order, `UF,URX`; `-` for none.
    var text: String {
        let names = ["UH", "UF", "UO", "NR", "URX"]
        let held = names.indices.filter { rawValue & (1 << UInt8($0)) != 0 }.map { names[$0] }
        return held.isEmpty ? "-" : held.joined(separator: ",")
    }
}

/// Everything that tells one series of Istio's TCP metrics from another, as small integers.
struct ConnectionSeries: Hashable, Sendable {
    var reporter: Reporter
    /// The workload at the other end, in the worker's table of peers.
    var peer: LabelID
    /// The service connected to, in the worker's table of services.
    var service: LabelID
    var flags: ConnectionFlags
    /// Whether the hop to the peer was mutual TLS.
    var isSecure: Bool

    /// The series' labels as exposition text, without braces. `local` is the workload that this proxy stands beside.
    func labelText(local: WorkloadLabels, peer: WorkloadLabels, service: ServiceLabels) -> String {
        let ends = EndLabels(reporter: reporter, isSecure: isSecure, local: local, peer: peer, service: service)
        return ExpositionWriter.labelText(
            ends.labels + [
                ("request_protocol", "tcp"), ("response_flags", flags.text),
                ("connection_security_policy", ends.securityPolicy),
            ])
    }
}
