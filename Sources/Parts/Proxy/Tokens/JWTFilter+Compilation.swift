import Discovery
import TrafficPolicy

/// Token verification as discovery words it becomes what requests are held against.
extension JWTFilter {
    init(_ authentication: JWTAuthentication) {
        let providers = authentication.providers.sorted { $0.key < $1.key }
        let places = Dictionary(
            providers.enumerated().map { ($0.element.key, $0.offset) }, uniquingKeysWith: { first, _ in first })
        // Rules match as routes do; what such a route would do is never asked.
        let host = VirtualHost(
            name: "tokens", domains: ["*"],
            routes: authentication.rules.map {
                Route(match: $0.match, action: .direct(Route.DirectResponse(status: 200)))
            })
        self.init(
            rules: TokenRules(providers: providers.map { TokenProvider($0.key, $0.value) }),
            sources: providers.map { provider in
                TokenKeySource(provider.value.keys) { source in
                    (try? SnapshotBuilder.read(source)).map { Array($0.utf8) }
                }
            },
            table: RouteTable(RouteConfiguration(name: "tokens", virtualHosts: [host])),
            requirements: authentication.rules.map { rule in
                rule.requirement.map { TokenRequirement($0, places) }
            },
            bypassesCORSPreflight: authentication.bypassesCORSPreflight)
    }
}

extension TokenProvider {
    fileprivate init(_ name: String, _ provider: JWTAuthentication.Provider) {
        var places: [TokenPlace] = []
        places += provider.headers.map {
            .header(name: Array($0.name.lowercased().utf8), prefix: Array($0.prefix.utf8))
        }
        places += provider.parameters.map { .parameter(Array($0.utf8)) }
        places += provider.cookies.map { .cookie(Array($0.utf8)) }
        self.init(
            name: name, issuer: provider.issuer, audiences: provider.audiences,
            places: places.isEmpty ? TokenPlace.usual : places, forwardsToken: provider.forwardsToken,
            payloadHeader: provider.payloadHeader, padsPayloadHeader: provider.padsPayloadHeader,
            claimHeaders: provider.claimHeaders.map { ClaimHeader(header: $0.header, claim: $0.claim) },
            payloadName: provider.payloadInMetadata, spacedClaims: provider.spaceDelimitedClaims,
            clockSkew: provider.clockSkew.map { UInt64(clamping: $0) } ?? 60)
    }
}

extension TokenRequirement {
    /// - Parameter places: where each provider stands; discovery has checked that those named exist.
    fileprivate init(_ requirement: JWTAuthentication.Requirement, _ places: [String: Int]) {
        switch requirement {
        case .provider(let name): self = places[name].map { .provider($0, audiences: nil) } ?? .any([])
        case .providerAndAudiences(let name, let audiences):
            // Without audiences of its own the provider's count.
            self = places[name].map { .provider($0, audiences: audiences.isEmpty ? nil : audiences) } ?? .any([])
        case .any(let list): self = .any(list.map { TokenRequirement($0, places) })
        case .all(let list): self = .all(list.map { TokenRequirement($0, places) })
        case .allowMissing: self = .missingAllowed
        case .allowMissingOrFailed: self = .failureAllowed
        case .none: self = .nothing
        }
    }
}
