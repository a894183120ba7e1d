import JWTWire

/// One request's way through its requirement. What a step accepts and takes out of the request, later steps do not see.
struct TokenTrial {
    let rules: TokenRules
    let means: TokenRules.Means
    private(set) var accepted: [TokenRules.Accepted] = []
    /// Where tokens were taken out. Cookies stay, as in Envoy.
    private var emptied: Set<TokenPlace> = []

    init(rules: TokenRules, means: TokenRules.Means) {
        self.rules = rules
        self.means = means
    }

    /// Why the request does not meet the requirement; nothing when it does.
    mutating func failure(of requirement: TokenRequirement) -> TokenFailure? {
        switch requirement {
        case .provider(let index, let audiences): return failure(of: index, audiences)
        case .any(let list): return failure(ofAny: list)
        case .all(let list):
            for item in list {
                if let failure = failure(of: item) { return failure }
            }
            return nil
        case .missingAllowed:
            let failure = failureOfEveryone(stopsAtFailure: true)
            return failure == .missing ? nil : failure
        case .failureAllowed:
            _ = failureOfEveryone(stopsAtFailure: false)
            return nil
        case .nothing: return nil
        }
    }

    /// The first that is met decides. When none is, what says most is told: that a token is bad rather than that it is
    /// somebody else's, and that rather than that there is none.
    private mutating func failure(ofAny list: [TokenRequirement]) -> TokenFailure? {
        let others = list.filter { $0 != .missingAllowed && $0 != .failureAllowed }
        guard !list.isEmpty else { return .missing }
        guard !others.isEmpty else {
            return failure(of: list.contains(.failureAllowed) ? .failureAllowed : .missingAllowed)
        }
        var told = TokenFailure.missing
        for item in others {
            guard let failure = failure(of: item) else { return nil }
            if (failure != .missing && failure != .unknownIssuer) || told == .missing { told = failure }
        }
        if list.contains(.failureAllowed) { return nil }
        return told == .missing && list.contains(.missingAllowed) ? nil : told
    }

    /// All tokens at the provider's places must be good.
    private mutating func failure(of index: Int, _ audiences: [String]?) -> TokenFailure? {
        let found = tokens(at: rules.providers[index].places)
        guard !found.isEmpty else { return .missing }
        // From the last on, as Envoy takes them.
        for (place, text) in found.reversed() {
            if let failure = failure(ofToken: text, at: place, provider: index, audiences) { return failure }
        }
        return nil
    }

    /// All tokens anywhere, each judged by the provider that its issuer says.
    private mutating func failureOfEveryone(stopsAtFailure: Bool) -> TokenFailure? {
        var places: [TokenPlace] = []
        for place in rules.providers.flatMap(\.places) where !places.contains(place) { places.append(place) }
        let found = tokens(at: places)
        guard !found.isEmpty else { return .missing }
        var last: TokenFailure?
        for (place, text) in found.reversed() {
            do throws(TokenFailure) {
                let token = try JSONWebToken(text)
                guard let index = provider(of: token, at: place) else { throw .unknownIssuer }
                try judge(token, at: place, provider: index, nil)
            } catch {
                last = error
                if stopsAtFailure { return error }
            }
        }
        return last
    }

    /// The provider of a token's issuer, or one for any issuer, that looks at this place.
    private func provider(of token: JSONWebToken, at place: TokenPlace) -> Int? {
        let candidates = rules.providers.indices.filter { rules.providers[$0].places.contains(place) }
        return candidates.first { !token.issuer.isEmpty && rules.providers[$0].issuer == token.issuer }
            ?? candidates.first { rules.providers[$0].issuer.isEmpty }
    }

    private mutating func failure(
        ofToken text: ArraySlice<UInt8>, at place: TokenPlace, provider index: Int, _ audiences: [String]?
    ) -> TokenFailure? {
        do throws(TokenFailure) {
            try judge(try JSONWebToken(text), at: place, provider: index, audiences)
            return nil
        } catch {
            return error
        }
    }

    private mutating func judge(
        _ token: JSONWebToken, at place: TokenPlace, provider index: Int, _ audiences: [String]?
    ) throws(TokenFailure) {
        let provider = rules.providers[index]
        if let failure = provider.failure(of: token, audiences: audiences, now: means.now) { throw failure }
        if let failure = means.signatureFailure(index, token) { throw failure }
        accepted.append(TokenRules.Accepted(provider: index, token: token, place: place))
        if !provider.forwardsToken { emptied.insert(place.whole) }
    }

    private func tokens(at places: [TokenPlace]) -> [(TokenPlace, ArraySlice<UInt8>)] {
        places.filter { !emptied.contains($0.whole) }.flatMap { place in
            means.tokens(at: place).map { (place, $0) }
        }
    }
}

extension TokenPlace {
    /// What goes when a token is taken out here: all of a header.
    fileprivate var whole: TokenPlace {
        if case .header(let name, _) = self { .header(name: name, prefix: []) } else { self }
    }
}
