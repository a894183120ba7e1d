import Discovery
import HTTPTransport
import JSONWire
import JWTWire
import SystemIO
import TestSupport
import Testing

@testable import Proxy

/// Token verification as a control plane words it, and what it does to requests.
@Suite("Token verification") struct JWTFilterTests {
    private static let issuer = "https://issuer.example"
    private static let signer = TokenSigner(.es256)
    private static let forever = #""exp": 99999999999"#

    private static func provider(_ more: String = "") throws -> JSONValue {
        let keys = JSONValue.string(signer.keySet(#""kid": "k""#)).text
        return try JSONValue(
            parsing: #"""
                {"issuer": "\#(issuer)", "local_jwks": {"inline_string": \#(keys)}, "payload_in_metadata": "payload"
                \#(more.isEmpty ? "" : ", \(more)")}
                """#)
    }

    /// As Istio writes one issuer.
    private static func filter(_ provider: JSONValue, requires: JSONValue? = nil) throws -> HTTPFilter {
        let requires =
            requires ?? ["requires_any": ["requirements": [["provider_name": "origins-0"], ["allow_missing": [:]]]]]
        return .jwt(
            try JWTAuthentication(json: [
                "@type": "type.googleapis.com/envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
                "providers": ["origins-0": provider],
                "rules": [
                    ["match": ["prefix": "/open"]], ["match": ["prefix": "/"], "requires": requires],
                ],
                "bypass_cors_preflight": true,
            ]))
    }

    private func chain(_ more: String = "", requires: JSONValue? = nil) throws -> TestChain {
        let chain = try TestChain()
        try chain.applyDestination(filters: [try Self.filter(try Self.provider(more), requires: requires)])
        return chain
    }

    private static func good(_ claims: String = "") -> String {
        signer.token(#"{"iss": "\#(issuer)", "sub": "alice", \#(forever)\#(claims)}"#)
    }

    @Test func `a request without a token passes`() throws {
        let chain = try chain()

        #expect(try chain.send().status == 200)
    }

    @Test func `a good token passes and is taken out`() throws {
        let chain = try chain()

        let response = try chain.send("GET", "/a?b=c", headers: [("authorization", "Bearer \(Self.good())")])

        #expect(response.status == 200)
        let seen = try #require(chain.seen.first)
        #expect(seen.headers["authorization"] == nil)
        #expect(seen.target == "/a?b=c")
    }

    @Test func `a token in the query is taken out of it`() throws {
        let chain = try chain()

        #expect(try chain.send("GET", "/a?x=y&access_token=\(Self.good())&b=c").status == 200)

        #expect(chain.seen.first?.target == "/a?x=y&b=c")
    }

    @Test func `a token may stay, and may come in a cookie`() throws {
        let chain = try chain(#""forward": true, "from_cookies": ["session"], "from_headers": [{"name": "x-token"}]"#)

        #expect(try chain.send("GET", "/", headers: [("cookie", "a=b; session=\(Self.good())")]).status == 200)
        #expect(try chain.send("GET", "/", headers: [("x-token", Self.good())]).status == 200)
        #expect(try chain.send("GET", "/", headers: [("cookie", "session=x")]).status == 401)
        // That place is not looked at.
        #expect(try chain.send("GET", "/", headers: [("authorization", "Bearer x")]).status == 200)

        #expect(chain.seen[0].headers["cookie"]?.hasPrefix("a=b; session=ey") == true)
        #expect(chain.seen[1].headers["x-token"] != nil)
    }

    @Test(arguments: [
        ("x", 401, TokenFailure.form),
        ("e30.e30.e30", 401, .algorithmMissing),
        (signer.token("{}", header: #"{"alg": "none"}"#), 401, .algorithmUnknown),
        (signer.token(#"{"iss": "other"}"#), 401, .unknownIssuer),
        (signer.token(#"{"iss": "\#(issuer)", "exp": 1}"#), 401, .expired),
        (signer.token(#"{"iss": "\#(issuer)", "nbf": 99999999999}"#), 401, .notYetValid),
        (signer.token(#"{"iss": "\#(issuer)", "aud": "others"}"#), 403, .audienceNotAllowed),
        (TokenSigner(.es384).token(#"{"iss": "\#(issuer)", "aud": "us"}"#), 401, .signature),
        (
            signer.token(#"{"iss": "\#(issuer)", "aud": "us"}"#, header: #"{"alg": "ES256", "kid": "other"}"#), 401,
            .noMatchingKey
        ),
    ])
    func `a bad token is answered with what is wrong`(token: String, status: Int, failure: TokenFailure) throws {
        let chain = try chain(#""audiences": ["us"]"#)

        let response = try chain.send("GET", "/a?b=c", headers: [("authorization", "Bearer \(token)")])

        #expect(response.status == status)
        #expect(response.text == failure.rawValue)
        #expect(
            response.headers["www-authenticate"] == #"Bearer realm="https://catalog/a?b=c", error="invalid_token""#)
        #expect(response.headers["content-type"] == "text/plain")
        #expect(chain.seen.isEmpty)
        #expect(chain.requests(chain.destination, #"response_code="\#(status)""#, #"response_flags="-""#) == 1)
    }

    @Test func `a token that is needed and missing is asked for`() throws {
        let chain = try chain(requires: ["provider_name": "origins-0"])

        let response = try chain.send("GET", "/a")

        #expect(response.status == 401)
        #expect(response.text == "Jwt is missing")
        #expect(response.headers["www-authenticate"] == #"Bearer realm="https://catalog/a""#)
        // The first rule that matches counts, and it asks for nothing.
        #expect(try chain.send("GET", "/open").status == 200)
        let preflight = [("origin", "https://a.example"), ("access-control-request-method", "GET")]
        #expect(try chain.send("OPTIONS", "/a", headers: preflight).status == 200)
        #expect(try chain.send("OPTIONS", "/a").status == 401)
    }

    @Test func `two tokens are refused`() throws {
        let chain = try chain()

        let response = try chain.send(
            "GET", "/?access_token=\(Self.good())", headers: [("authorization", "Bearer \(Self.good())")])

        #expect(response.status == 401)
        #expect(response.text == "Found multiple Jwt tokens")
        #expect(chain.seen.isEmpty)
    }

    @Test func `a bad token of a gRPC call is answered in its way`() throws {
        let chain = try chain()

        let response = try chain.send(
            "POST", "/a", headers: [("authorization", "Bearer x"), ("content-type", "application/grpc")],
            body: [0, 0, 0, 0, 0])

        #expect(response.status == 200)
        #expect(response.headers["grpc-status"] == "16")
    }

    @Test func `claims become headers that nobody else may write`() throws {
        let chain = try chain(
            #"""
            "forward_payload_header": "x-payload", "claim_to_headers": [
              {"header_name": "x-subject", "claim_name": "sub"}, {"header_name": "x-group", "claim_name": "a.group"}]
            """#)
        let forged = [("x-subject", "root"), ("x-group", "wheel"), ("X-Payload", "e30")]
        let token = Self.good(#", "a": {"group": "users"}"#)

        #expect(try chain.send("GET", "/", headers: forged + [("authorization", "Bearer \(token)")]).status == 200)
        #expect(try chain.send("GET", "/", headers: forged).status == 200)
        #expect(try chain.send("GET", "/open", headers: forged).status == 200)

        #expect(chain.seen[0].headers["x-subject"] == "alice")
        #expect(chain.seen[0].headers["x-group"] == "users")
        #expect(chain.seen[0].headers["x-payload"] == String(token.split(separator: ".")[1]))
        for seen in chain.seen.dropFirst() {
            for name in ["x-subject", "x-group", "x-payload"] { #expect(seen.headers[name] == nil) }
        }
    }

    // MARK: Keys that the proxy fetches

    private static func remote(_ uri: String) throws -> HTTPFilter {
        try filter([
            "issuer": .string(issuer),
            "remote_jwks": [
                "http_uri": ["uri": .string(uri), "cluster": "inbound|8080||", "timeout": "5s"],
                "cache_duration": "300s",
            ],
        ])
    }

    /// The application also has the issuer's keys.
    private func chain(remote filter: HTTPFilter) throws -> TestChain {
        let chain = try TestChain()
        chain.application = { request, responder in
            let keys = HTTPResponse.json(Array(Self.signer.keySet().utf8))
            responder.respond(request.target == "/keys?of=us" ? keys : HTTPResponse(status: 200))
        }
        try chain.applyDestination(filters: [filter])
        return chain
    }

    @Test func `keys are fetched when a token needs them, and kept`() throws {
        let filter = try Self.remote("https://issuer.example/keys?of=us")
        let chain = try chain(remote: filter)
        func fetches() -> Int { chain.seen.count { $0.target.hasPrefix("/keys") } }

        #expect(try chain.send().status == 200)
        #expect(fetches() == 0)
        // Those that come while the keys are on their way wait for the same ones, bodies and all.
        var answers: [HTTPResponse] = []
        for _ in 0..<5 {
            chain.start(
                "POST", "/", headers: [("authorization", "Bearer \(Self.good())")],
                body: [UInt8](repeating: 7, count: 100_000)
            ) { if case .success(let response) = $0 { answers.append(response) } }
        }
        try chain.wait { answers.count == 5 }
        #expect(answers.allSatisfy { $0.status == 200 })
        #expect(fetches() == 1)
        #expect(chain.seen.first { $0.target.hasPrefix("/keys") }?.headers["host"] == "issuer.example")
        #expect(chain.seen.last?.body.count == 100_000)

        // A change of the configuration that is not about the filter.
        try chain.applyDestination(permissive: true, filters: [filter])
        #expect(try chain.send("GET", "/", headers: [("authorization", "Bearer \(Self.good())")]).status == 200)
        #expect(fetches() == 1)
        let forged = TokenSigner(.es384).token(#"{"iss": "\(Self.issuer)", \(Self.forever)}"#)
        #expect(try chain.send("GET", "/", headers: [("authorization", "Bearer \(forged)")]).status == 401)
    }

    @Test func `without its keys no token is good`() throws {
        let chain = try chain(remote: try Self.remote("https://issuer.example/other"))

        let response = try chain.send("GET", "/", headers: [("authorization", "Bearer \(Self.good())")])

        #expect(response.status == 401)
        #expect(response.text == "Jwks remote fetch is failed")
        #expect(try chain.send().status == 200)
    }

    @Test func `who leaves while keys are fetched is forgotten`() throws {
        let chain = try TestChain()
        var held: [HTTPResponder] = []
        chain.application = { request, responder in
            if request.target.hasPrefix("/keys") { held.append(responder) } else { responder.respond(.text("ok")) }
        }
        try chain.applyDestination(filters: [try Self.remote("https://issuer.example/keys")])
        var request = HTTPRequest("GET", "/", headers: ["host": "catalog", "authorization": "Bearer \(Self.good())"])
        request.body = []
        let call = chain.client.send(request, to: chain.outbound, deadline: .seconds(20)) { _ in }
        try chain.wait { held.count == 1 }

        call.cancel()
        try chain.wait { chain.destination.metrics.events.activeRequests == 0 }
        held[0].respond(.json(Array(Self.signer.keySet().utf8)))

        #expect(try chain.send("GET", "/", headers: [("authorization", "Bearer \(Self.good())")]).status == 200)
        #expect(held.count == 1)
    }
}
