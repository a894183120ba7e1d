/// What the proxy answers by itself, with Envoy's words: clients and tests know them.
struct LocalReply: Sendable {
    var status: Int
    var flag: ResponseFlag
    var body: StaticString

    /// The text as the client reads it.
    ///
    /// - Parameter isRetried: whether this was not the first attempt, which is told where there was no answer.
    func text(isRetried: Bool) -> [UInt8] {
        let text = body.withUTF8Buffer { Array($0) }
        guard isRetried, let place = text.firstRange(of: "reset reason: ".utf8) else { return text }
        return Array(text[..<place.lowerBound]) + "retried and the latest ".utf8 + text[place.lowerBound...]
    }

    static let noRoute = LocalReply(status: 404, flag: .noRoute, body: "")
    /// For who may not go on in another protocol.
    static let upgradeRefused = LocalReply(status: 403, flag: .none, body: "")
    /// What a fault of the configuration answers.
    static func faultInjected(status: Int, flag: ResponseFlag) -> LocalReply {
        LocalReply(status: status, flag: flag, body: "fault filter abort")
    }
    /// For a path that cannot be normalized.
    static let badPath = LocalReply(status: 400, flag: .none, body: "")
    static let accessDenied = LocalReply(status: 403, flag: .none, body: "RBAC: access denied")
    static let noHealthyUpstream = LocalReply(status: 503, flag: .noHealthyUpstream, body: "no healthy upstream")
    static let connectionFailure = LocalReply(
        status: 503, flag: .upstreamConnectionFailure,
        body: """
            upstream connect error or disconnect/reset before headers. reset reason: remote connection failure
            """)
    static let connectionTimeout = LocalReply(
        status: 503, flag: .upstreamConnectionFailure,
        body: """
            upstream connect error or disconnect/reset before headers. reset reason: connection timeout
            """)
    static let overflow = LocalReply(
        status: 503, flag: .upstreamOverflow,
        body: "upstream connect error or disconnect/reset before headers. reset reason: overflow")
    static let connectionTermination = LocalReply(
        status: 503, flag: .upstreamConnectionTermination,
        body: """
            upstream connect error or disconnect/reset before headers. reset reason: connection termination
            """)
    static let remoteReset = LocalReply(
        status: 503, flag: .upstreamRemoteReset,
        body: "upstream connect error or disconnect/reset before headers. reset reason: remote reset")
    static let remoteRefused = LocalReply(
        status: 503, flag: .upstreamRemoteReset,
        body: """
            upstream connect error or disconnect/reset before headers. reset reason: remote refused stream reset
            """)
    static let protocolError = LocalReply(
        status: 502, flag: .upstreamProtocolError,
        body: """
            upstream connect error or disconnect/reset before headers. reset reason: protocol error
            """)
    static let requestTimeout = LocalReply(
        status: 504, flag: .upstreamRequestTimeout, body: "upstream request timeout")

    /// The answer where no more retries were allowed.
    func afterRetries(isOverflow: Bool) -> LocalReply {
        var reply = self
        reply.flag = flag.afterRetries(isOverflow: isOverflow)
        return reply
    }
}
