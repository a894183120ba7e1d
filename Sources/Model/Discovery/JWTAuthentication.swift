/// Verifies tokens: Envoy's `jwt_authn.v3.JwtAuthentication`.
package struct JWTAuthentication: Hashable, Sendable {
    /// Where a provider's keys come from.
    package enum Keys: Hashable, Sendable {
        case local(DataSource)
        case remote(RemoteKeys)
    }

    /// Keys that the proxy fetches by itself, through a cluster: `RemoteJwks`.
    package struct RemoteKeys: Hashable, Sendable {
        package var uri: String
        package var cluster: String
        /// For the whole exchange.
        package var timeout: Duration
        /// How long keys are used; Envoy's default is 10 minutes.
        package var cacheDuration: Duration?

        package init(uri: String, cluster: String, timeout: Duration, cacheDuration: Duration? = nil) {
            self.uri = uri
            self.cluster = cluster
            self.timeout = timeout
            self.cacheDuration = cacheDuration
        }
    }

    package struct HeaderPlace: Hashable, Sendable {
        package var name: String
        /// What stands before the token, its blank included: `Bearer `.
        package var prefix: String

        package init(name: String, prefix: String = "") {
            self.name = name
            self.prefix = prefix
        }
    }

    package struct ClaimHeader: Hashable, Sendable {
        package var header: String
        package var claim: String

        package init(header: String, claim: String) {
            self.header = header
            self.claim = claim
        }
    }

    /// Envoy's `JwtProvider`.
    package struct Provider: Hashable, Sendable {
        /// Empty for any.
        package var issuer: String
        package var audiences: [String]
        package var keys: Keys
        package var forwardsToken: Bool
        package var headers: [HeaderPlace]
        package var parameters: [String]
        package var cookies: [String]
        package var payloadHeader: String?
        package var padsPayloadHeader: Bool
        package var claimHeaders: [ClaimHeader]
        package var payloadInMetadata: String?
        package var spaceDelimitedClaims: [String]
        /// Seconds; Envoy's default is 60.
        package var clockSkew: Int?

        package init(
            issuer: String = "", audiences: [String] = [], keys: Keys, forwardsToken: Bool = false,
            headers: [HeaderPlace] = [], parameters: [String] = [], cookies: [String] = [],
            payloadHeader: String? = nil, padsPayloadHeader: Bool = false, claimHeaders: [ClaimHeader] = [],
            payloadInMetadata: String? = nil, spaceDelimitedClaims: [String] = [], clockSkew: Int? = nil
        ) {
            self.issuer = issuer
            self.audiences = audiences
            self.keys = keys
            self.forwardsToken = forwardsToken
            self.headers = headers
            self.parameters = parameters
            self.cookies = cookies
            self.payloadHeader = payloadHeader
            self.padsPayloadHeader = padsPayloadHeader
            self.claimHeaders = claimHeaders
            self.payloadInMetadata = payloadInMetadata
            self.spaceDelimitedClaims = spaceDelimitedClaims
            self.clockSkew = clockSkew
        }
    }

    /// Envoy's `JwtRequirement`.
    package indirect enum Requirement: Hashable, Sendable {
        case provider(String)
        case providerAndAudiences(String, [String])
        case any([Requirement])
        case all([Requirement])
        case allowMissing
        case allowMissingOrFailed
        case none
    }

    /// Which requests need what; the first that matches counts.
    package struct Rule: Hashable, Sendable {
        package var match: Route.Match
        /// Nothing for no tokens at all.
        package var requirement: Requirement?

        package init(match: Route.Match = Route.Match(), requirement: Requirement?) {
            self.match = match
            self.requirement = requirement
        }
    }

    package var providers: [String: Provider]
    package var rules: [Rule]
    /// Whether CORS preflight requests, which never have a token, pass.
    package var bypassesCORSPreflight: Bool

    package init(providers: [String: Provider], rules: [Rule], bypassesCORSPreflight: Bool = false) {
        self.providers = providers
        self.rules = rules
        self.bypassesCORSPreflight = bypassesCORSPreflight
    }
}
