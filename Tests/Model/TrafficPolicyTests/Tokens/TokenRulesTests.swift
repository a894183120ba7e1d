import JSONWire
import JWTWire
import TestSupport
import Testing
import TrafficPolicy

/// Requests as lists of headers, a target and cookies; tokens whose signature is good when their subject is not `forged`.
@Suite("Token rules") struct TokenRulesTests {
    private static let signer = TokenSigner(.hs256)

    private static func token(_ claims: String) -> String { signer.token(claims) }

    private static let one = token(#"{"iss": "one"}"#)
    private static let two = token(#"{"iss": "two"}"#)
    private static let forged = token(#"{"iss": "one", "sub": "forged"}"#)
    private static let expired = token(#"{"iss": "one", "exp": 100}"#)

    private struct Request {
        var headers: [(String, String)] = []
        var target = "/"
        var cookie = ""

        init(_ headers: (String, String)..., target: String = "/", cookie: String = "") {
            self.headers = headers
            self.target = target
            self.cookie = cookie
        }

        static func bearing(_ token: String) -> Request { Request(("authorization", "Bearer \(token)")) }

        var means: TokenRules.Means {
            TokenRules.Means(
                now: 1_000,
                values: { place in
                    switch place {
                    case .header(let name, _):
                        headers.filter { $0.0 == String(decoding: name, as: UTF8.self) }.map { Array($0.1.utf8)[...] }
                    case .parameter(let name): QueryField.values(of: name, in: Array(target.utf8)[...])
                    case .cookie(let name): TokenPlace.cookieValues(name, in: Array(cookie.utf8)[...])
                    }
                },
                signatureFailure: { _, token in token.subject == "forged" ? .signature : nil })
        }
    }

    private static let rules = TokenRules(providers: [
        TokenProvider(name: "one", issuer: "one"), TokenProvider(name: "two", issuer: "two"),
    ])
    /// As Istio writes one issuer, and two.
    private static let optional = TokenRequirement.any([.provider(0, audiences: nil), .missingAllowed])
    private static let both = TokenRequirement.any([
        .provider(0, audiences: nil), .provider(1, audiences: nil),
        .all([optional, .any([.provider(1, audiences: nil), .missingAllowed])]),
    ])

    private static func failure(
        _ requirement: TokenRequirement, _ request: Request, rules: TokenRules = rules
    ) -> TokenFailure? {
        if case .refused(let failure) = rules.verdict(requirement, request.means) { return failure }
        return nil
    }

    private static func accepted(
        _ requirement: TokenRequirement, _ request: Request, rules: TokenRules = rules
    ) -> [Int]? {
        if case .accepted(let tokens) = rules.verdict(requirement, request.means) { return tokens.map(\.provider) }
        return nil
    }

    @Test func `where tokens may be missing, none is fine and a bad one is not`() {
        #expect(Self.accepted(Self.optional, Request()) == [])
        #expect(Self.accepted(Self.optional, .bearing(Self.one)) == [0])
        #expect(Self.failure(Self.optional, .bearing(Self.forged)) == .signature)
        #expect(Self.failure(Self.optional, .bearing(Self.expired)) == .expired)
        #expect(Self.failure(Self.optional, .bearing(Self.two)) == .unknownIssuer)
        #expect(Self.failure(Self.optional, .bearing("x")) == .form)
        #expect(Self.failure(Self.optional, Request(("authorization", "Bearer "))) == .form)
    }

    @Test func `other credentials are no token`() {
        #expect(Self.accepted(Self.optional, Request(("authorization", "Basic YTpi"))) == [])
        #expect(Self.accepted(Self.optional, Request(("authorization", "bearer \(Self.forged)"))) == [])
    }

    @Test func `a token that is needed must be there`() {
        let needed = TokenRequirement.provider(0, audiences: nil)

        #expect(Self.failure(needed, Request()) == .missing)
        #expect(Self.accepted(needed, .bearing(Self.one)) == [0])
    }

    @Test func `with two issuers either's token is good`() {
        #expect(Self.accepted(Self.both, Request()) == [])
        #expect(Self.accepted(Self.both, .bearing(Self.one)) == [0])
        #expect(Self.accepted(Self.both, .bearing(Self.two)) == [1])
        #expect(Self.failure(Self.both, .bearing(Self.token(#"{"iss": "three"}"#))) == .unknownIssuer)
        // That it has expired says more than that it is not the other's.
        #expect(Self.failure(Self.both, .bearing(Self.expired)) == .expired)
    }

    @Test(arguments: [
        Request(("authorization", "Bearer \(one)"), ("authorization", "Bearer \(one)")),
        Request(("authorization", "Bearer \(one)"), target: "/?access_token=\(one)"),
        Request(target: "/?access_token=\(one)&a=b&access_token=\(forged)"),
    ])
    private func `two tokens are refused where none is needed`(request: Request) {
        #expect(Self.failure(Self.optional, request) == .several)
        #expect(Self.failure(Self.both, request) == .several)
    }

    @Test func `one token that two issuers look for is one`() {
        let plain = TokenPlace.header(name: Array("authorization".utf8), prefix: [])
        let rules = TokenRules(providers: [
            TokenProvider(name: "one", issuer: "one"), TokenProvider(name: "two", issuer: "two", places: [plain]),
        ])

        #expect(Self.accepted(Self.both, .bearing(Self.one), rules: rules) == [0])
    }

    @Test func `two tokens that are both needed are fine`() {
        let rules = TokenRules(providers: [
            TokenProvider(name: "one", issuer: "one"),
            TokenProvider(name: "two", issuer: "two", places: [.cookie(Array("session".utf8))]),
        ])
        let needed = TokenRequirement.all([.provider(0, audiences: nil), .provider(1, audiences: nil)])
        let request = Request(("authorization", "Bearer \(Self.one)"), cookie: "a=b; session=\(Self.two)")

        #expect(Self.accepted(needed, request, rules: rules) == [0, 1])
        #expect(Self.failure(needed, .bearing(Self.one), rules: rules) == .missing)
    }

    @Test func `a token taken out is not there for the next`() {
        let rules = TokenRules(providers: [TokenProvider(name: "one"), TokenProvider(name: "any")])
        let needed = TokenRequirement.all([.provider(0, audiences: nil), .provider(1, audiences: nil)])
        #expect(Self.failure(needed, .bearing(Self.one), rules: rules) == .missing)

        let forwarding = TokenRules(providers: [
            TokenProvider(name: "one", forwardsToken: true), TokenProvider(name: "any"),
        ])
        #expect(Self.accepted(needed, .bearing(Self.one), rules: forwarding) == [0, 1])
    }

    @Test func `a failure may be allowed`() {
        let whatever = TokenRequirement.failureAllowed
        #expect(Self.accepted(whatever, Request()) == [])
        #expect(Self.accepted(whatever, .bearing(Self.forged)) == [])
        #expect(Self.accepted(whatever, .bearing(Self.two)) == [1])
        #expect(Self.accepted(.any([.provider(0, audiences: nil), whatever]), .bearing(Self.forged)) == [])
        #expect(Self.failure(.missingAllowed, .bearing(Self.forged)) == .signature)
        #expect(Self.accepted(.missingAllowed, Request()) == [])
        #expect(Self.accepted(.nothing, .bearing("x")) == [])
        #expect(Self.failure(.any([]), Request()) == .missing)
    }

    @Test(
        arguments: [
            ([], "{}", nil), ([], #"{"aud": "a"}"#, nil),
            (["a"], "{}", TokenFailure.audienceNotAllowed), (["a"], #"{"aud": "b"}"#, .audienceNotAllowed),
            (["a", "b"], #"{"aud": ["c", "b"]}"#, nil),
            (["https://shop.example/"], #"{"aud": "shop.example"}"#, nil),
            (["shop.example"], #"{"aud": "http://shop.example/"}"#, nil),
            (["shop.example"], #"{"aud": "http://shop.example/a"}"#, .audienceNotAllowed),
        ] as [([String], String, TokenFailure?)])
    func `one audience must be wanted`(wanted: [String], claims: String, expected: TokenFailure?) {
        let rules = TokenRules(providers: [TokenProvider(name: "any", audiences: wanted)])
        let request = Request.bearing(Self.token(claims))

        #expect(Self.failure(.provider(0, audiences: nil), request, rules: rules) == expected)
        let other = TokenRules(providers: [TokenProvider(name: "any", audiences: ["nobody"])])
        guard !wanted.isEmpty else { return }
        #expect(Self.failure(.provider(0, audiences: wanted), request, rules: other) == expected)
    }

    @Test func `what a token says becomes headers`() throws {
        let provider = TokenProvider(
            name: "one", payloadHeader: "x-payload", padsPayloadHeader: true,
            claimHeaders: [
                ("x-text", "a.text"), ("x-whole", "whole"), ("x-part", "part"), ("x-minus", "minus"),
                ("x-flag", "flag"),
                ("x-list", "list"), ("x-none", "none"), ("x-empty", "empty"),
            ].map { TokenProvider.ClaimHeader(header: $0.0, claim: $0.1) },
            spacedClaims: ["scope", "list", "missing"])
        let claims =
            #"{"a": {"text": "t"}, "whole": 7, "part": 1.5, "minus": -2, "flag": true, "list": [1], "empty": "", "#
            + #""scope": "read  write"}"#
        let token = try JSONWebToken(Self.token(claims).utf8)

        let headers = provider.headers(for: token)

        #expect(headers.map(\.name) == ["x-payload", "x-text", "x-whole", "x-part", "x-minus", "x-flag", "x-list"])
        #expect(headers.dropFirst().map(\.value) == ["t", "7", "1.500000", "-2.000000", "true", "WzFd"])
        #expect(headers[0].value.utf8.count % 4 == 0)
        let normalized = provider.normalizedClaims(of: token)
        #expect(normalized["scope"] == ["read", "write"])
        #expect(normalized["list"] == [1])
        #expect(TokenRules(providers: [provider]).reservedHeaders.count == 9)
    }

    @Test(arguments: [
        ("/a?access_token=x", "/a"), ("/a?access_token=x&b=c", "/a?b=c"), ("/a?b=c&access_token=x#f", "/a?b=c#f"),
        ("/a?b=c&access%5Ftoken=x&access_token", "/a?b=c"), ("/a?b", "/a?b"), ("/a", "/a"), ("/a?", "/a?"),
        ("/a?access_token=x#f?g", "/a#f?g"), ("/a#?access_token=x", "/a#?access_token=x"),
    ])
    func `a token leaves the query and nothing else does`(target: String, expected: String) {
        let left = QueryField.removing(Array("access_token".utf8), from: Array(target.utf8)[...])
        #expect(String(decoding: left, as: UTF8.self) == expected)
    }
}
