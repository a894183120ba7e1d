import Discovery
import HTTPTransport
import JSONWire
import SystemIO
import Testing

@testable import Proxy

/// A service that is asked about requests. What is expected was read from an Envoy 1.40 with the same filter.
@Suite("Authorization services") struct AuthorizationServiceTests {
    private static let name = "authz"

    /// The service, and what it was asked.
    private final class Service {
        var seen: [HTTPRequest] = []
        var answer: (HTTPRequest, HTTPResponder) -> Void = { $1.respond(HTTPResponse(status: 200)) }
        var server: HTTPServer?
    }

    private static func filter(_ further: JSONObject = [:], service: JSONObject = [:]) throws -> HTTPFilter {
        var http: JSONObject = [
            "server_uri": ["uri": "http://authz", "cluster": .string(name), "timeout": "10s"],
            "path_prefix": "/check",
            "authorization_request": ["headers_to_add": [["key": "x-added", "value": "%REQ(:METHOD)%"]]],
            "authorization_response": [
                "allowed_upstream_headers": ["patterns": [["exact": "x-ok"]]],
                "allowed_upstream_headers_to_append": ["patterns": [["exact": "x-list"]]],
                "allowed_client_headers": ["patterns": [["exact": "x-other"]]],
                "allowed_client_headers_on_success": ["patterns": [["exact": "x-other"]]],
            ],
        ]
        for (name, value) in service { http[name] = value }
        var json: JSONObject = [
            "@type": "type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
            "transport_api_version": "V3", "http_service": .object(http),
            "allowed_headers": ["patterns": [["prefix": "x-authz"], ["exact": "cookie"]]],
        ]
        for (name, value) in further { json[name] = value }
        return .externalAuthorization(try ExternalAuthorization(json: .object(json)))
    }

    private func chain(
        _ service: Service, _ filter: HTTPFilter? = nil, routes: [Route]? = nil, at address: SocketAddress? = nil
    ) throws -> TestChain {
        let chain = try TestChain()
        let server = try HTTPServer(loop: chain.loop, address: .loopback()) { request, responder in
            service.seen.append(request)
            service.answer(request, responder)
        }
        service.server = server
        let filter = try filter ?? Self.filter()
        try apply(filter, to: chain, routes: routes, at: address ?? server.boundAddress)
        return chain
    }

    private func apply(
        _ filter: HTTPFilter, to chain: TestChain, routes: [Route]? = nil, at address: SocketAddress
    ) throws {
        let endpoint = Endpoint(address: NetworkAddress(ip: address.ip, port: address.port))
        try chain.applySource(
            endpoints: [chain.inbound], routes: routes, filters: [filter],
            further: [
                Cluster(
                    name: Self.name,
                    endpoints: .inline(ClusterLoadAssignment(clusterName: Self.name, endpoints: [endpoint])),
                    connectTimeout: .seconds(2))
            ])
    }

    private static func answer(
        _ status: Int, _ body: String = "no", _ fields: [(String, String)] = [("x-ok", "yes"), ("x-other", "o")]
    ) -> (HTTPRequest, HTTPResponder) -> Void {
        { _, responder in
            var response = HTTPResponse(status: status, body: Array(body.utf8))
            for (name, value) in fields { response.headers.add(name, value) }
            responder.respond(response)
        }
    }

    @Test func `it is asked about the request's line and what it may see, and consents`() throws {
        let service = Service()
        service.answer = Self.answer(200, "", [("x-ok", "yes"), ("x-other", "o"), ("x-list", "2"), ("x-more", "m")])
        let chain = try chain(service)
        let body = [UInt8](repeating: 7, count: 300_000)

        let response = try chain.send(
            "POST", "/a?b=1",
            headers: [
                ("x-authz-in", "1"), ("x-foo", "f"), ("cookie", "c=1"), ("authorization", "me"), ("x-ok", "forged"),
                ("x-list", "1"),
            ], body: body)

        let question = try #require(service.seen.first)
        #expect(question.method == "POST")
        #expect(question.target == "/check/a?b=1")
        #expect(question.body == [])
        #expect(question.headers["host"] == "catalog")
        #expect(question.headers["content-length"] == "0")
        #expect(question.headers["x-authz-in"] == "1")
        #expect(question.headers["cookie"] == "c=1")
        #expect(question.headers["authorization"] == "me")
        #expect(question.headers["x-added"] == "POST")
        #expect(question.headers["x-envoy-internal"] == "true")
        #expect(question.headers["x-foo"] == nil)
        #expect(question.headers["x-ok"] == nil)
        let request = try #require(chain.seen.first)
        #expect(request.body == body)
        #expect(request.headers["x-ok"] == "yes")
        #expect(request.headers["x-foo"] == "f")
        #expect(request.headers["x-more"] == nil)
        #expect(response.status == 200)
        #expect(response.headers["x-other"] == "o")
        #expect(response.headers["x-ok"] == nil)
    }

    @Test(arguments: [(403, 403), (302, 302), (401, 401), (204, 204)])
    func `its refusal is the answer`(status: Int, answered: Int) throws {
        let service = Service()
        service.answer = Self.answer(
            status, status == 204 ? "" : "no", [("x-ok", "1"), ("x-other", "o"), ("location", "/login")])
        let chain = try chain(service)

        let response = try chain.send()

        #expect(response.status == answered)
        #expect(String(decoding: response.body, as: UTF8.self) == (status == 204 ? "" : "no"))
        #expect(response.headers["x-other"] == "o")
        #expect(response.headers["location"] == "/login")
        #expect(response.headers["x-ok"] == nil)
        #expect(chain.seen.isEmpty)
        #expect(chain.requests(chain.source, #"response_flags="UAEX""#) == 1)
    }

    @Test func `without a list the client gets all of a refusal`() throws {
        let service = Service()
        service.answer = Self.answer(
            403, "<p>", [("content-type", "text/html"), ("set-cookie", "a=1"), ("set-cookie", "b=2")])
        let chain = try chain(service, try Self.filter(service: ["authorization_response": [:]]))

        let response = try chain.send()

        #expect(response.headers["content-type"] == "text/html")
        #expect(response.headers.filter { $0.name == "set-cookie" }.map(\.value) == ["a=1", "b=2"])
    }

    @Test(arguments: [(false, 403), (true, 200)])
    func `one that fails has not answered`(allows: Bool, status: Int) throws {
        let service = Service()
        service.answer = Self.answer(500)
        let filter = try Self.filter([
            "failure_mode_allow": .bool(allows), "failure_mode_allow_header_add": true,
        ])
        let chain = try chain(service, filter)

        let response = try chain.send()
        let socket = try Socket.listening(on: .loopback())
        let nobody = try #require(socket.localAddress)
        socket.close()
        try apply(filter, to: chain, at: nobody)
        let unreachable = try chain.send()

        for response in [response, unreachable] {
            #expect(response.status == status)
            #expect(response.headers["x-other"] == nil)
            if !allows { #expect(response.body == []) }
        }
        #expect(chain.seen.count == (allows ? 2 : 0))
        #expect(chain.seen.allSatisfy { $0.headers["x-envoy-auth-failure-mode-allowed"] == "true" })
    }

    @Test func `one that takes too long has not answered`() throws {
        let service = Service()
        var held: [HTTPResponder] = []
        service.answer = { held.append($1) }
        let chain = try chain(
            service,
            try Self.filter(
                ["status_on_error": ["code": 503]],
                service: ["server_uri": ["uri": "http://authz", "cluster": .string(Self.name), "timeout": "0.02s"]]))

        #expect(try chain.send().status == 503)
        #expect(held.count == 1)
        for responder in held { responder.respond(HTTPResponse(status: 200)) }
    }

    @Test func `gRPC is refused in its own words`() throws {
        let service = Service()
        service.answer = Self.answer(403, "not you: 100 %")
        let chain = try chain(service)

        let response = try chain.send("POST", headers: [("content-type", "application/grpc")], body: [0])

        #expect(response.status == 200)
        #expect(response.headers["grpc-status"] == "7")
        #expect(response.headers["grpc-message"] == "not you: 100 %25")
    }

    @Test func `a client that leaves while it is asked is forgotten`() throws {
        let service = Service()
        var held: [HTTPResponder] = []
        service.answer = { held.append($1) }
        let chain = try chain(service)

        chain.startAndCancel(after: { !held.isEmpty })

        try chain.wait { chain.source.metrics.events.activeRequests == 0 }
        for responder in held { responder.respond(HTTPResponse(status: 200)) }
        #expect(chain.source.report.endpoints.allSatisfy { $0.activeRequests == 0 })
        #expect(chain.seen.isEmpty)
    }

    @Test func `routes may pass unasked, and what has no route is not asked about`() throws {
        let service = Service()
        service.answer = Self.answer(403)
        func route(_ prefix: String, skips: Bool? = nil) -> Route {
            Route(
                match: Route.Match(path: .prefix(prefix)),
                action: .forward(Route.Forward(target: .cluster(TestChain.cluster))),
                filters: FilterOverrides(skipsExternalAuthorization: skips))
        }
        let chain = try chain(service, routes: [route("/free", skips: true), route("/asked")])

        #expect(try ["/free", "/asked", "/nowhere"].map { try chain.send("GET", $0).status } == [200, 403, 404])
        #expect(service.seen.count == 1)
    }

    @Test func `only what another filter noted is asked about`() throws {
        let service = Service()
        service.answer = Self.answer(403)
        let chain = try chain(
            service,
            try Self.filter([
                "filter_enabled_metadata": [
                    "filter": "envoy.filters.http.rbac", "path": [["key": "effective_policy_id"]],
                    "value": ["string_match": ["prefix": "istio-ext-authz"]],
                ]
            ]))

        #expect(try chain.send().status == 200)
        #expect(service.seen.isEmpty)
    }

    @Test func `a request that waited finds its cluster among others that came meanwhile`() throws {
        let service = Service()
        var held: [HTTPResponder] = []
        service.answer = { held.append($1) }
        let chain = try chain(service)
        var answer: Result<HTTPResponse, HTTPClientError>?
        chain.start { answer = $0 }
        try chain.wait { held.count == 1 }

        let endpoint = Endpoint(address: NetworkAddress(ip: "127.0.0.1", port: 1))
        try chain.applySource(
            endpoints: [chain.inbound],
            ahead: [
                Cluster(
                    name: "a", endpoints: .inline(ClusterLoadAssignment(clusterName: "a", endpoints: [endpoint])),
                    connectTimeout: .seconds(2))
            ])
        for responder in held { responder.respond(HTTPResponse(status: 200)) }
        try chain.wait { answer != nil }

        #expect(try answer?.get().status == 200)
        #expect(chain.seen.count == 1)
    }
}
