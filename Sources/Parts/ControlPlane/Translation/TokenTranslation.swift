import Discovery
import MeshConfig

extension MeshConfiguration {
    /// What verifies the tokens of requests to a workload, in Istio's own form; nothing when no policy asks for it.
    ///
    /// A token may be missing, and then the request has no identity; one that is there must be good. With several issuers
    /// each of them alone may take a token that stands where all of them look.
    ///
    /// - Parameter keys: the key set at a place, as text; nothing while it has not come.
    func tokenFilter(for workload: MeshWorkload, keys: (KeyLocation) -> String?) -> HTTPFilter? {
        let rules = tokenRules(for: workload)
        guard !rules.isEmpty else { return nil }
        let names = rules.indices.map { "origins-\($0)" }
        let providers = rules.map { JWTAuthentication.Provider($0, keys: keys) }
        let optional = names.map { JWTAuthentication.Requirement.any([.provider($0), .allowMissing]) }
        let requirement =
            optional.count == 1 ? optional[0] : .any(names.map { .provider($0) } + [.all(optional)])
        return .jwt(
            JWTAuthentication(
                providers: Dictionary(uniqueKeysWithValues: zip(names, providers)),
                rules: [JWTAuthentication.Rule(requirement: requirement)], bypassesCORSPreflight: true))
    }
}

extension JWTAuthentication.Provider {
    /// Under what name authorization finds the claims; Istio's.
    private static let payloadName = "payload"
    /// What RFC 8693 §4.2 and custom have as lists of words.
    private static let usualSpacedClaims = ["permission", "scope"]
    /// What stands in for keys that have not come: no token is good by it. A set without keys would be refused, and with
    /// it the whole listener. The number is a digest (SHA-256 of "meshtop has no key of this issuer yet"), so nobody has
    /// its private half.
    private static let noKeys =
        #"{"keys":[{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","kid":"not fetched yet","#
        + #""x":"7teSD2DWLysICQ4c389muElftmLqFevS9fnWUcyEi88"}]}"#

    fileprivate init(_ rule: JWTRule, keys: (KeyLocation) -> String?) {
        let text =
            switch rule.keys {
            case .inline(let text): text
            case .location(let location): keys(location) ?? Self.noKeys
            }
        self.init(
            issuer: rule.issuer, audiences: rule.audiences, keys: .local(.inline(text)),
            forwardsToken: rule.forwardsOriginalToken,
            headers: rule.fromHeaders.map {
                JWTAuthentication.HeaderPlace(name: $0.name.lowercased(), prefix: $0.prefix)
            },
            parameters: rule.fromParams, cookies: rule.fromCookies, payloadHeader: rule.outputPayloadToHeader,
            claimHeaders: rule.outputClaimToHeaders.map {
                JWTAuthentication.ClaimHeader(header: $0.header, claim: $0.claim)
            },
            payloadInMetadata: Self.payloadName,
            spaceDelimitedClaims: Set(rule.spaceDelimitedClaims + Self.usualSpacedClaims).sorted())
    }
}
