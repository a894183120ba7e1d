import JWTWire

/// Somebody who issues tokens, and what is done with one of theirs.
package struct TokenProvider: Sendable, Hashable {
    /// A claim that becomes a header of the request.
    package struct ClaimHeader: Sendable, Hashable {
        package var header: String
        /// The path of the claim: `sub`, `realm.name`.
        package var claim: String

        package init(header: String, claim: String) {
            self.header = header
            self.claim = claim
        }
    }

    package var name: String
    /// What `iss` must be; empty for anything.
    package var issuer: String
    /// Of which a token must name one; empty when it need not.
    package var audiences: [String]
    package var places: [TokenPlace]
    /// Whether the token stays in the request.
    package var forwardsToken: Bool
    /// The header that gets the payload, as the token spells it.
    package var payloadHeader: String?
    package var padsPayloadHeader: Bool
    package var claimHeaders: [ClaimHeader]
    /// By what the payload is known to filters that come later; nothing when they do not get it.
    package var payloadName: String?
    /// Claims that later filters get as lists of their words.
    package var spacedClaims: [String]
    /// Seconds by which clocks may differ.
    package var clockSkew: UInt64

    package init(
        name: String, issuer: String = "", audiences: [String] = [], places: [TokenPlace] = TokenPlace.usual,
        forwardsToken: Bool = false, payloadHeader: String? = nil, padsPayloadHeader: Bool = false,
        claimHeaders: [ClaimHeader] = [], payloadName: String? = nil, spacedClaims: [String] = [],
        clockSkew: UInt64 = 60
    ) {
        self.name = name
        self.issuer = issuer
        self.audiences = audiences.map(Self.bare)
        self.places = places
        self.forwardsToken = forwardsToken
        self.payloadHeader = payloadHeader
        self.padsPayloadHeader = padsPayloadHeader
        self.claimHeaders = claimHeaders
        self.payloadName = payloadName
        self.spacedClaims = spacedClaims
        self.clockSkew = clockSkew
    }

    /// What is wrong with what a token says, apart from its signature, at a time in seconds since 1970.
    func failure(of token: JSONWebToken, audiences other: [String]?, now: UInt64) -> TokenFailure? {
        if !issuer.isEmpty, token.issuer != issuer { return .unknownIssuer }
        if let failure = token.failure(at: now, skew: clockSkew) { return failure }
        let wanted = other.map { $0.map(Self.bare) } ?? audiences
        guard !wanted.isEmpty else { return nil }
        return token.audiences.contains { wanted.contains(Self.bare($0)) } ? nil : .audienceNotAllowed
    }

    /// An audience without `http://` or `https://` and one slash at its end: Envoy compares them so.
    private static func bare(_ audience: String) -> String {
        var text = audience[...]
        for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
            text = text.dropFirst(scheme.count)
            break
        }
        if text.last == "/" { text = text.dropLast() }
        return String(text)
    }
}
