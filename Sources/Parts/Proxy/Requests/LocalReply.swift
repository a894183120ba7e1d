/// What the proxy answers by itself, with Envoy's words: clients and tests know them.
struct LocalReply: Sendable {
    var status: Int
    var flag: ResponseFlag
    var body: StaticString
    /// Why, in the words of Envoy's response code details.
    var details: StaticString

    /// The text as the client reads it.
    ///
    /// - Parameter isRetried: whether this was not the first attempt, which is told where there was no answer.
    func text(isRetried: Bool) -> [UInt8] {
        let text = body.withUTF8Buffer { Array($0) }
        guard isRetried, let place = text.firstRange(of: "reset reason: ".utf8) else { return text }
        return Array(text[..<place.lowerBound]) + "retried and the latest ".utf8 + text[place.lowerBound...]
    }

    static let noRoute = LocalReply(status: 404, flag: .noRoute, body: "", details: "route_not_found")
    /// For who may not go on in another protocol.
    static let upgradeRefused = LocalReply(status: 403, flag: .none, body: "", details: "upgrade_failed")
    /// What a fault of the configuration answers.
    static func faultInjected(status: Int, flag: ResponseFlag) -> LocalReply {
        LocalReply(status: status, flag: flag, body: "fault filter abort", details: "fault_filter_abort")
    }
    /// For what comes when memory has run out.
    static let overloaded = LocalReply(
        status: 503, flag: .overloadManager, body: "envoy overloaded", details: "overload")
    /// For a path that cannot be normalized.
    static let badPath = LocalReply(status: 400, flag: .none, body: "", details: "path_normalization_failed")
    static let accessDenied = LocalReply(
        status: 403, flag: .none, body: "RBAC: access denied", details: "rbac_access_denied_matched_policy")
    static let noHealthyUpstream = LocalReply(
        status: 503, flag: .noHealthyUpstream, body: "no healthy upstream", details: "no_healthy_upstream")
    static let connectionFailure = LocalReply(
        status: 503, flag: .upstreamConnectionFailure,
        body: """
            upstream connect error or disconnect/reset before headers. reset reason: remote connection failure
            """, details: "upstream_reset_before_response_started{remote_connection_failure}")
    static let connectionTimeout = LocalReply(
        status: 503, flag: .upstreamConnectionFailure,
        body: """
            upstream connect error or disconnect/reset before headers. reset reason: connection timeout
            """, details: "upstream_reset_before_response_started{connection_timeout}")
    static let overflow = LocalReply(
        status: 503, flag: .upstreamOverflow,
        body: "upstream connect error or disconnect/reset before headers. reset reason: overflow",
        details: "upstream_reset_before_response_started{overflow}")
    static let connectionTermination = LocalReply(
        status: 503, flag: .upstreamConnectionTermination,
        body: """
            upstream connect error or disconnect/reset before headers. reset reason: connection termination
            """, details: "upstream_reset_before_response_started{connection_termination}")
    static let remoteReset = LocalReply(
        status: 503, flag: .upstreamRemoteReset,
        body: "upstream connect error or disconnect/reset before headers. reset reason: remote reset",
        details: "upstream_reset_before_response_started{remote_reset}")
    static let remoteRefused = LocalReply(
        status: 503, flag: .upstreamRemoteReset,
        body: """
            upstream connect error or disconnect/reset before headers. reset reason: remote refused stream reset
            """, details: "upstream_reset_before_response_started{remote_refused_stream_reset}")
    static let protocolError = LocalReply(
        status: 502, flag: .upstreamProtocolError,
        body: """
            upstream connect error or disconnect/reset before headers. reset reason: protocol error
            """, details: "upstream_reset_before_response_started{protocol_error}")
    static let requestTimeout = LocalReply(
        status: 504, flag: .upstreamRequestTimeout, body: "upstream request timeout", details: "response_timeout")
    /// The same, of one attempt.
    static let perTryTimeout = LocalReply(
        status: 504, flag: .upstreamRequestTimeout, body: "upstream request timeout",
        details: "upstream_per_try_timeout")

    /// Why a response broke off that had begun.
    var detailsAfterHead: String {
        let before = "upstream_reset_before_response_started"
        let text = details.description
        guard text.hasPrefix(before) else { return text }
        return "upstream_reset_after_response_started" + text.dropFirst(before.count)
    }

    /// The answer where no more retries were allowed.
    func afterRetries(isOverflow: Bool) -> LocalReply {
        var reply = self
        reply.flag = flag.afterRetries(isOverflow: isOverflow)
        return reply
    }
}
