import Discovery
import HTTPTransport
import HTTPWire
import Quantities
import SystemIO
import TLSTransport
import TestSupport
import Testing
import TraceModel

@testable import Proxy

@Suite("End to end")
struct EndToEndTests {
    @Test func `a request passes two proxies and both report it`() throws {
        let chain = try TestChain()

        let response = try chain.send("POST", "/items", body: Array("hello".utf8))
        try chain.wait {
            chain.requests(chain.source, "reporter") == 1 && chain.requests(chain.destination, "reporter") == 1
        }

        #expect(response.status == 200)
        #expect(response.body == Array("hello".utf8))
        #expect(
            chain.requests(
                chain.source, "reporter=\"source\"", "source_workload=\"web-v1\"",
                "destination_workload=\"catalog-v1\"",
                "source_principal=\"spiffe://cluster.local/ns/shop/sa/web\"",
                "destination_principal=\"spiffe://cluster.local/ns/shop/sa/catalog\"",
                "destination_service=\"catalog.shop.svc.cluster.local\"", "response_code=\"200\"",
                "response_flags=\"-\"", "connection_security_policy=\"unknown\"") == 1)
        #expect(
            chain.requests(
                chain.destination, "reporter=\"destination\"", "source_workload=\"web-v1\"",
                "source_principal=\"spiffe://cluster.local/ns/shop/sa/web\"", "source_app=\"web\"",
                "destination_workload=\"catalog-v1\"",
                "destination_principal=\"spiffe://cluster.local/ns/shop/sa/catalog\"", "response_code=\"200\"",
                "connection_security_policy=\"mutual_tls\"") == 1)
    }

    @Test func `the application sees the trace and never the sidecars' own headers`() throws {
        let chain = try TestChain()

        let response = try chain.send(
            headers: [
                ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
                ("x-envoy-peer-metadata", "forged"),
            ])
        try chain.wait { !chain.sourceSpans.isEmpty && !chain.destinationSpans.isEmpty }

        let seen = try #require(chain.seen.first)
        let client = try #require(chain.sourceSpans.first)
        let server = try #require(chain.destinationSpans.first)
        #expect(client.ids.trace.description == "0af7651916cd43dd8448eb211c80319c")
        #expect(client.ids.parent?.description == "b7ad6b7169203331")
        #expect(server.ids.parent == client.ids.span)
        #expect(server.kind == .server && client.kind == .client)
        #expect(seen.headers["traceparent"] == "00-\(server.ids.trace)-\(server.ids.span)-01")
        #expect(seen.headers["x-request-id"]?.count == 36)
        #expect(seen.headers["x-envoy-attempt-count"] == "1")
        #expect(seen.headers["x-envoy-peer-metadata"] == nil)
        #expect(response.headers["x-envoy-peer-metadata"] == nil)
    }

    @Test func `plaintext to a strict listener is refused and counted`() throws {
        let chain = try TestChain()

        var answer: Result<HTTPResponse, HTTPClientError>?
        var request = HTTPRequest("GET", "/", body: [])
        request.headers.add("host", "catalog")
        chain.client.send(request, to: chain.inbound, deadline: .seconds(5), maximumBody: 1024) { answer = $0 }
        try chain.wait { answer != nil }

        #expect(throws: HTTPClientError.self) { try answer?.get() }
        #expect(chain.destination.metrics.events.refusedPlaintext == 1)
        #expect(chain.seen.isEmpty)
    }

    @Test func `a permissive listener serves plaintext beside mutual TLS and tells them apart`() throws {
        let chain = try TestChain()
        try chain.applyDestination(permissive: true)

        let secure = try chain.send()
        var plain: Result<HTTPResponse, HTTPClientError>?
        var request = HTTPRequest("GET", "/", body: [])
        request.headers.add("host", "catalog")
        request.headers.add(
            "x-envoy-peer-metadata", String(decoding: PeerMetadata.encode(TestChain.web), as: UTF8.self))
        chain.client.send(request, to: chain.inbound, deadline: .seconds(5), maximumBody: 1024) { plain = $0 }
        try chain.wait { plain != nil && chain.requests(chain.destination, "reporter") == 2 }

        #expect(secure.status == 200)
        #expect(try plain?.get().status == 200)
        #expect(chain.requests(chain.destination, "connection_security_policy=\"mutual_tls\"") == 1)
        // Without a certificate nobody is believed who he says he is.
        #expect(
            chain.requests(
                chain.destination, "connection_security_policy=\"none\"", "source_workload=\"unknown\"",
                "source_principal=\"unknown\"") == 1)
    }

    @Test func `a host without a route is not found`() throws {
        let chain = try TestChain()

        let response = try chain.send(host: "nowhere")

        #expect(response.status == 404)
        #expect(chain.requests(chain.source, "response_code=\"404\"", "response_flags=\"NR\"") == 1)
    }

    @Test func `bytes that are no request are answered 400 and counted DPE`() throws {
        let chain = try TestChain()
        let peer = try RawPeer(chain.loop, connectingTo: chain.outbound)

        peer.send("GET / HTTP/1.1\r\nno colon here\r\n\r\n")
        try chain.wait { peer.hasEnded }

        #expect(peer.text.hasPrefix("HTTP/1.1 400 "))
        #expect(chain.requests(chain.source, "response_flags=\"DPE\"", "response_code=\"400\"") == 1)
        #expect(chain.source.metrics.events.malformedRequests == 1)
    }

    @Test func `an upstream that is gone gives 503 UF`() throws {
        let chain = try TestChain()
        let gone = try closedPort()
        try chain.applySource(endpoints: [gone])

        let response = try chain.send()

        #expect(response.status == 503)
        #expect(String(decoding: response.body, as: UTF8.self).hasPrefix("upstream connect error"))
        #expect(
            chain.requests(
                chain.source, "response_code=\"503\"", "response_flags=\"UF\"", "destination_workload=\"catalog-v1\"")
                == 1)
    }

    @Test func `a cluster without endpoints gives 503 UH`() throws {
        let chain = try TestChain()
        try chain.applySource(endpoints: [])

        let response = try chain.send()

        #expect(response.status == 503)
        #expect(String(decoding: response.body, as: UTF8.self) == "no healthy upstream")
        #expect(chain.requests(chain.source, "response_flags=\"UH\"") == 1)
    }

    @Test func `a failed connection is tried again elsewhere and its endpoint avoided`() throws {
        let chain = try TestChain()
        let gone = try closedPort()
        try chain.applySource(
            endpoints: [gone, chain.inbound],
            retry: RetryPolicy(conditions: ["connect-failure"], retries: 2, avoidsPreviousHosts: true))

        for _ in 0..<20 { #expect(try chain.send().status == 200) }

        #expect(chain.requests(chain.source, "response_code=\"200\"") == 20)
        #expect(chain.requests(chain.source, "response_code=\"503\"") == 0)
        // Whether the first draw meets the closed port is chance; meeting it again within the second is not.
        #expect(chain.source.metrics.events.upstreamRetries <= 2)
    }

    @Test func `a route's timeout gives 504 UT`() throws {
        let chain = try TestChain(timeout: .milliseconds(100))
        chain.application = { _, _ in }

        let response = try chain.send()

        #expect(response.status == 504)
        #expect(String(decoding: response.body, as: UTF8.self) == "upstream request timeout")
        #expect(chain.requests(chain.source, "response_flags=\"UT\"") == 1)
    }

    @Test func `a client that leaves is counted as such`() throws {
        let chain = try TestChain()
        chain.application = { _, _ in }

        chain.startAndCancel()
        try chain.wait { chain.requests(chain.source, "response_flags=\"DC\"", "response_code=\"0\"") == 1 }

        #expect(chain.source.metrics.events.activeRequests == 0)
    }

    @Test func `bodies of every size arrive equal, both ways, a hundred at a time`() throws {
        let chain = try TestChain()
        var random = RandomSource(seed: 11)
        let sizes = [0, 1, 100, 1_000, 16_384, 65_535, 65_536, 300_000, 1_048_576]
        var left = 100
        var wrong = 0

        for index in 0..<100 {
            let size = sizes[index % sizes.count]
            let body = (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            chain.start("POST", "/\(index)", body: body) { result in
                left -= 1
                if (try? result.get().body) != body { wrong += 1 }
            }
        }
        try chain.wait { left == 0 }

        #expect(wrong == 0)
        #expect(chain.requests(chain.source, "response_code=\"200\"") == 100)
        #expect(chain.requests(chain.destination, "response_code=\"200\"") == 100)
    }

    @Test func `a configuration that changes under load loses nothing`() throws {
        let chain = try TestChain()
        var finished = 0
        var failed = 0
        var swaps = 0
        func next() {
            chain.start { result in
                finished += 1
                if (try? result.get().status) != 200 { failed += 1 }
                if finished < 500 { next() }
            }
        }

        for _ in 0..<8 { next() }
        while finished < 500 {
            let before = finished
            try chain.wait { finished >= min(500, before + 10) }
            // The endpoint's TLS identity stays and goes: connections are kept in one case and replaced in the other.
            try chain.applySource(endpoints: swaps % 3 == 2 ? [chain.inbound, chain.inbound] : [chain.inbound])
            swaps += 1
        }

        #expect(failed == 0)
        #expect(swaps >= 20)
    }

    @Test func `draining lets a request finish and tells its connection to close`() throws {
        let chain = try TestChain()
        var waiting: HTTPResponder?
        chain.application = { _, responder in waiting = responder }
        var answer: Result<HTTPResponse, HTTPClientError>?
        chain.start { answer = $0 }
        try chain.wait { waiting != nil }

        var cut: Int?
        chain.source.drain(DrainPlan(deadline: .seconds(5), sparesIdle: false)) { cut = $0 }
        waiting?.respond(HTTPResponse(status: 200, body: []))
        try chain.wait { cut != nil && answer != nil }

        #expect(cut == 0)
        #expect(try answer?.get().status == 200)
    }

    @Test func `a drain that spares idle connections answers one more request on each, and says so`() throws {
        let chain = try TestChain()
        _ = try chain.send()

        var cut: Int?
        chain.source.drain(DrainPlan(deadline: .seconds(5), sparesIdle: true)) { cut = $0 }
        // On the connection that stands: nobody accepts another one.
        let response = try chain.send()
        try chain.wait { cut != nil }

        #expect(response.status == 200)
        #expect(cut == 0)
        #expect(throws: HTTPClientError.self) { try chain.send() }
    }

    @Test func `a drain's deadline cuts what does not end and says so`() throws {
        let chain = try TestChain()
        chain.application = { _, _ in }
        var answer: Result<HTTPResponse, HTTPClientError>?
        chain.start { answer = $0 }
        try chain.wait { chain.seen.count == 1 }

        var cut: Int?
        chain.source.drain(DrainPlan(deadline: .milliseconds(50), sparesIdle: false)) { cut = $0 }
        try chain.wait { cut != nil && answer != nil }

        #expect(cut == 1)
        #expect(throws: HTTPClientError.self) { try answer?.get() }
    }

    /// An address where nobody listens: bound once and closed again.
    private func closedPort() throws -> SocketAddress {
        let socket = try Socket.listening(on: .loopback())
        defer { socket.close() }
        return try #require(socket.localAddress)
    }
}
