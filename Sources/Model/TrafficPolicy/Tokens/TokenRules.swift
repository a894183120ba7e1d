package import JWTWire

/// Who may issue tokens, and which a request must have.
///
/// The verdict on a request is Envoy's, step by step, but for one thing: where tokens may be missing, a request with more
/// than one is refused, since nobody could say whose it is.
package struct TokenRules: Sendable, Hashable {
    package let providers: [TokenProvider]

    package init(providers: [TokenProvider]) {
        self.providers = providers
    }

    /// A token that is good.
    package struct Accepted: Sendable, Hashable {
        package let provider: Int
        package let token: JSONWebToken
        package let place: TokenPlace
    }

    package enum Verdict: Sendable, Hashable {
        /// With what tokens; perhaps none.
        case accepted([Accepted])
        case refused(TokenFailure)
    }

    /// What a request asks of its surroundings while it is judged.
    package struct Means {
        /// The values at a place of the request, in order.
        package var values: (TokenPlace) -> [ArraySlice<UInt8>]
        /// The provider's keys' word on a token's signature; nothing when it is good.
        package var signatureFailure: (_ provider: Int, JSONWebToken) -> TokenFailure?
        /// Seconds since 1970.
        package var now: UInt64

        package init(
            now: UInt64, values: @escaping (TokenPlace) -> [ArraySlice<UInt8>],
            signatureFailure: @escaping (_ provider: Int, JSONWebToken) -> TokenFailure?
        ) {
            self.now = now
            self.values = values
            self.signatureFailure = signatureFailure
        }
    }

    package func verdict(_ requirement: TokenRequirement, _ means: Means) -> Verdict {
        if requirement.isOptional, tokenCount(of: requirement, means) > 1 { return .refused(.several) }
        var trial = TokenTrial(rules: self, means: means)
        if let failure = trial.failure(of: requirement) { return .refused(failure) }
        return .accepted(trial.accepted)
    }

    /// Headers that only this mesh may write, and not whoever sent the request.
    package var reservedHeaders: [String] {
        providers.flatMap { [$0.payloadHeader].compactMap(\.self) + $0.claimHeaders.map(\.header) }
    }

    /// The providers whose keys it takes to judge a request with these tokens.
    package func providersAsked(_ requirement: TokenRequirement, _ means: Means) -> [Int] {
        let named = requirement.providers ?? Set(providers.indices)
        return named.sorted().filter { index in
            providers[index].places.contains { !means.tokens(at: $0).isEmpty }
        }
    }

    /// How many different tokens there are; one that two providers look for is one.
    private func tokenCount(of requirement: TokenRequirement, _ means: Means) -> Int {
        var spots: Set<Spot> = []
        for index in requirement.providers ?? Set(providers.indices) {
            for place in providers[index].places {
                for (number, value) in means.values(place).enumerated() where place.token(in: value) != nil {
                    switch place {
                    case .header(let name, _): spots.insert(Spot(place: .header(name: name, prefix: []), number))
                    case .parameter, .cookie: spots.insert(Spot(place: place, number))
                    }
                }
            }
        }
        return spots.count
    }

    private struct Spot: Hashable {
        let place: TokenPlace
        let number: Int

        init(place: TokenPlace, _ number: Int) {
            self.place = place
            self.number = number
        }
    }
}

extension TokenRules.Means {
    func tokens(at place: TokenPlace) -> [ArraySlice<UInt8>] {
        values(place).compactMap(place.token(in:))
    }
}
