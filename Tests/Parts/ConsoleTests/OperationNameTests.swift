import Quantities
import TerminalUI
import Testing
import TraceModel

@testable import Console

@Suite struct `What a span did` {
    private let mesh = MeshIndex(SampleMesh.snapshot())

    private func name(_ text: String, _ kind: Span.Kind, _ attributes: [String: String] = [:]) throws -> String {
        let span = Span(
            trace: try #require(TraceID(high: 1, low: 1)), id: try #require(SpanID(1)), name: text, kind: kind,
            service: "web.shop", start: SampleMesh.start, duration: .milliseconds(1),
            attributes: attributes.map { Span.Attribute(key: $0.key, value: $0.value) })
        return SpanNames(mesh, Signs(.braille)).operation(of: span)
    }

    @Test func `is who was called, for a sidecar's call`() throws {
        #expect(try name("payment-service.payments.svc.cluster.local:80/*", .client) == "→ payment-service")
        #expect(try name("bank.example:8080/*", .client) == "→ bank.example")
    }

    @Test func `is method and path without the query, where a sidecar received it`() throws {
        let attributes = ["http.method": "GET", "http.url": "http://shop.example/cart?token=secret"]
        #expect(try name("web.shop.svc.cluster.local:8080/*", .server, attributes) == "GET /cart")
        #expect(try name("web.shop.svc.cluster.local:8080/*", .server) == "web")
    }

    @Test(arguments: ["POST /checkout", "", "/*", ":80/*", "a:b/*", "host:80"])
    func `is its own name in any other form`(text: String) throws {
        #expect(try name(text, .client) == text)
    }
}
