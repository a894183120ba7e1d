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
    /// The same, and how the last of them failed.
    case retryLimitAndConnectionFailure
    case retryLimitAndConnectionTermination
    case retryLimitAndProtocolError
    case retryLimitAndRequestTimeout
    /// The cluster's breaker for retries allowed no more, and how the last attempt failed.
    case overflowAndConnectionFailure
    case overflowAndConnectionTermination
    case overflowAndProtocolError
    case overflowAndRequestTimeout
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
    /// There was no token for the request.
    case rateLimited
    /// Nothing moved for too long.
    case streamIdleTimeout
    /// A service that was asked about the request refused it, or could not be asked.
    case unauthorizedExternally
    /// The process had no memory left for it.
    case overloadManager

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
        case .retryLimitAndConnectionFailure: "URX,UF"
        case .retryLimitAndConnectionTermination: "URX,UC"
        case .retryLimitAndProtocolError: "URX,UPE"
        case .retryLimitAndRequestTimeout: "URX,UT"
        case .overflowAndConnectionFailure: "UO,UF"
        case .overflowAndConnectionTermination: "UO,UC"
        case .overflowAndProtocolError: "UO,UPE"
        case .overflowAndRequestTimeout: "UO,UT"
        case .downstreamConnectionTermination: "DC"
        case .downstreamProtocolError: "DPE"
        case .delayInjected: "DI"
        case .faultInjected: "FI"
        case .delayAndFaultInjected: "DI,FI"
        case .rateLimited: "RL"
        case .streamIdleTimeout: "SI"
        case .unauthorizedExternally: "UAEX"
        case .overloadManager: "OM"
        }
    }

    /// The flag of a last attempt that failed so, where no more was allowed for its own reason: Envoy names both, that
    /// reason first.
    func afterRetries(isOverflow: Bool) -> ResponseFlag {
        switch self {
        case .none: isOverflow ? .upstreamOverflow : .upstreamRetryLimitExceeded
        case .upstreamConnectionFailure:
            isOverflow ? .overflowAndConnectionFailure : .retryLimitAndConnectionFailure
        case .upstreamConnectionTermination:
            isOverflow ? .overflowAndConnectionTermination : .retryLimitAndConnectionTermination
        case .upstreamProtocolError: isOverflow ? .overflowAndProtocolError : .retryLimitAndProtocolError
        case .upstreamRequestTimeout: isOverflow ? .overflowAndRequestTimeout : .retryLimitAndRequestTimeout
        default: self
        }
    }
}
