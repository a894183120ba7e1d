import Discovery
import HTTPTransport
import HTTPWire
import JSONWire
import JWTWire
import Quantities
import SystemIO
import TrafficPolicy

/// Verifies the tokens of requests. What is wrong is answered with Envoy's status and words; what is right becomes
/// ``Exchange/claims``, and headers where the configuration says so.
struct JWTFilter: RequestFilter {
    let rules: TokenRules
    /// By provider.
    let sources: [TokenKeySource]
    /// Its rules' indexes are those of `requirements`.
    let table: RouteTable
    let requirements: [TokenRequirement?]
    let bypassesCORSPreflight: Bool
    private let verified = VerifiedTokens()
    private let reservedHeaders: [String]
    private let hasRemoteKeys: Bool

    init(
        rules: TokenRules, sources: [TokenKeySource], table: RouteTable, requirements: [TokenRequirement?],
        bypassesCORSPreflight: Bool
    ) {
        self.rules = rules
        self.sources = sources
        self.table = table
        self.requirements = requirements
        self.bypassesCORSPreflight = bypassesCORSPreflight
        reservedHeaders = rules.reservedHeaders
        hasRemoteKeys = sources.contains { $0.remote != nil }
    }

    func inspect(_ exchange: Exchange) -> FilterVerdict {
        // Nobody but this filter may say what a token says, whether or not there is one.
        for name in reservedHeaders { exchange.head.remove(name) }
        if bypassesCORSPreflight, exchange.isCORSPreflight { return .pass }
        guard let rule = table.host(for: exchange.head.authority)?.match(exchange)?.rule,
            let requirement = requirements[rule.index]
        else { return .pass }
        let means = means(for: exchange)
        if hasRemoteKeys {
            let now = SystemClock.monotonic()
            let missing = rules.providersAsked(requirement, means).filter { !sources[$0].isSettled(now: now) }
            if !missing.isEmpty {
                fetch(missing[...], for: exchange, requirement, means)
                return .wait
            }
        }
        return judge(exchange, requirement, means) ? .pass : .answered
    }

    /// Fetches one provider's keys after the other, and then judges.
    private func fetch(
        _ providers: ArraySlice<Int>, for exchange: Exchange, _ requirement: TokenRequirement,
        _ means: TokenRules.Means
    ) {
        guard let provider = providers.first else {
            if judge(exchange, requirement, means) { exchange.filterPassed() }
            return
        }
        TokenKeyFetch.start(sources[provider], worker: exchange.worker) { [verified] hasNewKeys in
            if hasNewKeys { verified.removeAll() }
            guard !exchange.isFinished else { return }
            fetch(providers.dropFirst(), for: exchange, requirement, means)
        }
    }

    /// Whether the request may go on; otherwise it has been answered.
    private func judge(
        _ exchange: Exchange, _ requirement: TokenRequirement, _ means: TokenRules.Means
    ) -> Bool {
        switch rules.verdict(requirement, means) {
        case .refused(let failure):
            exchange.refuse(failure)
            return false
        case .accepted(let tokens):
            for accepted in tokens { take(accepted, exchange) }
            return true
        }
    }

    private func means(for exchange: Exchange) -> TokenRules.Means {
        TokenRules.Means(
            now: UInt64(clamping: SystemClock.wall().nanosecondsSinceEpoch / 1_000_000_000),
            values: { exchange.head.values(at: $0) },
            signatureFailure: { [verified, sources] provider, token in
                if verified.contains(token, provider: provider) { return nil }
                if let failure = sources[provider].failure(of: token) { return failure }
                verified.insert(token, provider: provider)
                return nil
            })
    }

    /// Gives the request what a good token says, and takes the token out unless it is to stay.
    private func take(_ accepted: TokenRules.Accepted, _ exchange: Exchange) {
        let provider = rules.providers[accepted.provider]
        if !provider.forwardsToken { exchange.head.removeToken(at: accepted.place) }
        for header in provider.headers(for: accepted.token) { exchange.head.add(header.name, header.value) }
        guard let name = provider.payloadName else { return }
        let claims = provider.normalizedClaims(of: accepted.token)
        var metadata = exchange.claims?.metadata ?? JSONObject()
        metadata[name] = .object(claims)
        exchange.claims = RequestClaims(
            issuer: accepted.token.issuer, subject: accepted.token.subject, claims: claims, metadata: metadata)
        // Where Envoy's filter leaves it, and rules of access look for it.
        exchange.filterMetadata["envoy.filters.http.jwt_authn"] = metadata
    }
}

extension RequestHead {
    fileprivate func values(at place: TokenPlace) -> [ArraySlice<UInt8>] {
        switch place {
        case .header(let name, _): fields(named: name)
        case .parameter(let name): QueryField.values(of: name, in: target)
        case .cookie(let name):
            fields(named: Array("cookie".utf8)).flatMap { TokenPlace.cookieValues(name, in: $0) }
        }
    }

    /// All values of a header; most requests have one or none, and are not searched twice.
    private func fields(named name: [UInt8]) -> [ArraySlice<UInt8>] {
        guard value(ofFieldNamed: name) != nil else { return [] }
        let wanted = String(decoding: name, as: UTF8.self)
        var values: [ArraySlice<UInt8>] = []
        forEachField { field, value in
            if field.lowercased() == wanted { values.append(Array(value.utf8)[...]) }
        }
        return values
    }

    fileprivate mutating func removeToken(at place: TokenPlace) {
        switch place {
        case .header(let name, _): remove(String(decoding: name, as: UTF8.self))
        case .parameter(let name): setTarget(QueryField.removing(name, from: target))
        // As in Envoy: the application may want the cookie's other half, the session.
        case .cookie: break
        }
    }
}

extension Exchange {
    /// The longest part of a target that is told back.
    private static let realmLimit = 256

    /// A browser's question whether it may send a request (Fetch §4.8); it never carries credentials.
    fileprivate var isCORSPreflight: Bool {
        head.methodBytes.elementsEqual("OPTIONS".utf8) && !(head.value(of: "origin") ?? []).isEmpty
            && !(head.value(of: "access-control-request-method") ?? []).isEmpty
    }

    /// Answers that the token is not good enough, as RFC 6750 §3 wants it.
    fileprivate func refuse(_ failure: TokenFailure) {
        let scheme = downstream.isTLS ? "https" : "http"
        let place = (head.authority + head.target.prefix(Self.realmLimit)).map { byte in
            // It stands between quotes.
            byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? UInt8(ascii: "_") : byte
        }
        var challenge = "Bearer realm=\"\(scheme)://\(String(decoding: place, as: UTF8.self))\""
        if failure != .missing { challenge += ", error=\"invalid_token\"" }
        filterFields.append((name: "www-authenticate", value: challenge))
        details = "jwt_authn_access_denied{\(String(failure.rawValue.map { $0 == " " ? "_" : $0 }))}"
        refuse(status: failure.status, Array(failure.rawValue.utf8))
    }
}
