/// Why a request ended as it did, in Envoy's words; the `response_flags` label.
enum ResponseFlag: UInt8, Hashable, Sendable, CaseIterable {
    /// The upstream answered.
    case none
    /// No route matched.
    case noRoute
    /// The cluster has no endpoint to send to.
    case noHealthyUpstream
    /// No connection to the upstream could be made.
    case upstreamConnectionFailure
    /// The upstream closed or reset the connection before the response was complete.
    case upstreamConnectionTermination
    /// The upstream reset the stream, and kept the connection.
    case upstreamRemoteReset
    /// There were more connections to the upstream than it may have.
    case upstreamOverflow
    /// The upstream's response was not HTTP.
    case upstreamProtocolError
    /// The route's timeout passed first.
    case upstreamRequestTimeout
    /// Every attempt that the retry policy allows failed.
    case upstreamRetryLimitExceeded
    /// The downstream went away before its response was complete.
    case downstreamConnectionTermination
    /// The downstream's request was not HTTP.
    case downstreamProtocolError
    /// A fault of the configuration held the request up.
    case delayInjected
    /// A fault of the configuration answered.
    case faultInjected
    /// A fault of the configuration held the request up and then answered.
    case delayAndFaultInjected

    /// Envoy's abbreviation, `-` for none.
    var text: String {
        switch self {
        case .none: "-"
        case .noRoute: "NR"
        case .noHealthyUpstream: "UH"
        case .upstreamConnectionFailure: "UF"
        case .upstreamConnectionTermination: "UC"
        case .upstreamRemoteReset: "UR"
        case .upstreamOverflow: "UO"
        case .upstreamProtocolError: "UPE"
        case .upstreamRequestTimeout: "UT"
        case .upstreamRetryLimitExceeded: "URX"
        case .downstreamConnectionTermination: "DC"
        case .downstreamProtocolError: "DPE"
        case .delayInjected: "DI"
        case .faultInjected: "FI"
        case .delayAndFaultInjected: "DI,FI"
        }
    }
}
