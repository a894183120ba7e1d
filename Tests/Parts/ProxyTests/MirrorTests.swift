import Discovery
import HTTPTransport
import JSONWire
import SystemIO
import Testing

@testable import Proxy

/// Requests and their copies: two applications, of which the client sees one.
@Suite("Mirrors") struct MirrorTests {
    private static let mirror = "outbound|80|shadow|\(TestChain.service)"

    /// What got the copies.
    private final class Shadow {
        var seen: [HTTPRequest] = []
        var server: HTTPServer?
    }

    /// Everything goes to the application, and the share of it to the mirror that `answer` speaks for.
    private func chain(
        _ mirrors: [JSONValue], host: String? = nil, shadow: Shadow,
        answer: @escaping (HTTPRequest, HTTPResponder) -> Void = { $1.respond(HTTPResponse(status: 500)) }
    ) throws -> TestChain {
        let chain = try TestChain()
        let server = try HTTPServer(loop: chain.loop, address: .loopback()) { request, responder in
            shadow.seen.append(request)
            answer(request, responder)
        }
        shadow.server = server
        try apply(mirrors, host: host, to: chain, address: server.boundAddress)
        return chain
    }

    private func apply(
        _ mirrors: [JSONValue], host: String? = nil, to chain: TestChain, address: SocketAddress
    ) throws {
        var forward: JSONObject = [
            "cluster": .string(TestChain.cluster), "request_mirror_policies": .array(mirrors),
        ]
        forward["host_rewrite_literal"] = host.map { .string($0) }
        let route = try Route(json: ["match": ["prefix": "/"], "route": .object(forward)])
        let endpoint = Endpoint(address: NetworkAddress(ip: address.ip, port: address.port))
        try chain.applySource(
            endpoints: [chain.inbound], routes: [route],
            further: [
                Cluster(
                    name: Self.mirror,
                    endpoints: .inline(ClusterLoadAssignment(clusterName: Self.mirror, endpoints: [endpoint])),
                    connectTimeout: .seconds(2))
            ])
    }

    private static func policy(_ share: JSONValue? = nil) -> JSONValue {
        guard let share else { return ["cluster": .string(mirror)] }
        return ["cluster": .string(mirror), "runtime_fraction": ["default_value": share]]
    }

    @Test func `a copy arrives whole, and its answer is nobody's`() throws {
        let shadow = Shadow()
        let chain = try chain([Self.policy()], host: "catalog:8080", shadow: shadow)
        let body = [UInt8](repeating: 7, count: 300_000)

        let response = try chain.send("POST", "/orders?id=7", headers: [("x-user", "me")], body: body)
        try chain.wait { shadow.seen.count == 1 }

        #expect(response.status == 200)
        #expect(response.body == body)
        let copy = try #require(shadow.seen.first)
        #expect(copy.method == "POST")
        #expect(copy.target == "/orders?id=7")
        #expect(copy.body == body)
        #expect(copy.headers["host"] == "catalog-shadow:8080")
        #expect(copy.headers["x-user"] == "me")
        #expect(copy.headers["x-envoy-internal"] == "true")
        #expect(copy.headers["x-forwarded-for"] == "127.0.0.1")
        #expect(copy.headers["x-envoy-peer-metadata"] == nil)
        #expect(copy.headers["x-request-id"] == chain.seen.first?.headers["x-request-id"])
        #expect(chain.seen.first?.headers["host"] == "catalog:8080")
        // Copies are not requests of their own: only who gets them counts them.
        #expect(chain.requests(chain.source, "istio_requests_total") == 0)
        #expect(chain.requests(chain.source, #"response_code="200""#) == 1)
        #expect(chain.requests(chain.source, #"response_code="500""#) == 0)
        try chain.wait { chain.source.report.endpoints.allSatisfy { $0.activeRequests == 0 } }
        #expect(chain.source.metrics.events.mirroredRequests == 1)
        #expect(chain.source.metrics.events.droppedMirrors == 0)
    }

    @Test func `shares are drawn, nobody's share gets nothing, and several mirrors get one each`() throws {
        let shadow = Shadow()
        let none: JSONValue = ["numerator": 0]
        let half: JSONValue = ["numerator": 500_000, "denominator": "MILLION"]
        let chain = try chain([Self.policy(none), Self.policy(half), Self.policy()], shadow: shadow)

        for _ in 0..<200 { #expect(try chain.send().status == 200) }
        try chain.wait { chain.source.report.endpoints.allSatisfy { $0.activeRequests == 0 } }

        #expect((250...350).contains(shadow.seen.count))
        #expect(chain.source.metrics.events.mirroredRequests == UInt64(shadow.seen.count))
    }

    @Test func `a mirror that is not there does not matter`() throws {
        let shadow = Shadow()
        let chain = try chain([Self.policy(), ["cluster": "nobody"]], shadow: shadow)
        try apply([Self.policy(), ["cluster": "nobody"]], to: chain, address: try Self.closedPort())

        let response = try chain.send("POST", body: [1, 2, 3])

        #expect(response.body == [1, 2, 3])
        try chain.wait { chain.source.metrics.events.droppedMirrors == 1 }
        #expect(shadow.seen.isEmpty)
    }

    @Test func `a mirror that never answers holds up nobody`() throws {
        let shadow = Shadow()
        var held: [HTTPResponder] = []
        let chain = try chain([Self.policy()], shadow: shadow) { held.append($1) }

        #expect(try chain.send("POST", body: [1]).status == 200)
        #expect(try chain.send("POST", body: [2]).status == 200)

        try chain.wait { held.count == 2 }
        #expect(chain.source.metrics.events.activeRequests == 0)
        for responder in held { responder.respond(HTTPResponse(status: 200)) }
        try chain.wait { chain.source.report.endpoints.allSatisfy { $0.activeRequests == 0 } }
    }

    @Test func `a mirror that does not read is given up when a megabyte waits`() throws {
        let shadow = Shadow()
        let chain = try chain([Self.policy()], shadow: shadow)
        let socket = try Socket.listening(on: .loopback())
        defer { socket.close() }
        try apply([Self.policy()], to: chain, address: try #require(socket.localAddress))
        chain.application = { $1.respond(HTTPResponse(status: 200)) }
        // More than the kernel keeps for a connection that nobody reads, and the megabyte.
        let body = [UInt8](repeating: 1, count: 16 << 20)

        let response = try chain.send("POST", body: body)

        #expect(response.status == 200)
        #expect(chain.seen.first?.body.count == body.count)
        #expect(chain.source.metrics.events.droppedMirrors == 1)
    }

    /// An address where nobody listens.
    private static func closedPort() throws -> SocketAddress {
        let socket = try Socket.listening(on: .loopback())
        defer { socket.close() }
        return try #require(socket.localAddress)
    }
}
