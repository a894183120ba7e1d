import HTTPTransport
import Quantities
import TestSupport
import Testing
import TraceModel

@testable import Collector

/// The fixtures' note says which document they follow.
@Suite struct ZipkinAPITests {
    private func makeServer() throws -> FakeTraceServer {
        try FakeTraceServer(files: [
            "/api/v2/traces": "zipkin-traces.json", "/api/v2/services": "zipkin-services.json",
            "/api/v2/trace/5b8aa5a2d2c872e8321cf37308d69df2": "zipkin-trace.json",
            "/api/v2/spans": "zipkin-spans.json", "/api/v2/dependencies": "zipkin-dependencies.json",
        ])
    }

    @Test func `a search is put into Zipkin's parameters, and its answer read`() throws {
        let server = try makeServer()
        let query = TraceQuery(
            service: "Payment", operation: "POST /pay",
            tags: [.init(key: "http.status_code", value: "503"), .init(key: "span.kind", value: "server")],
            maximumDuration: .milliseconds(300), errorsOnly: true,
            since: WallTime(nanosecondsSinceEpoch: 1_699_999_000_000_000_000), limit: 7)

        let answer = try server.source(.zipkin).search(query)

        // Names are lower-cased there.
        #expect(answer.value.map(\.id.description) == ["5b8aa5a2d2c872e8321cf37308d69df2"])
        #expect(answer.value.map(\.spanCount) == [3])
        #expect(
            server.parameters("/api/v2/traces") == [
                // The kind cannot be asked for, so that more is.
                "serviceName": "payment.payments", "spanName": "post /pay", "limit": "70", "minDuration": "1",
                "maxDuration": "300000", "annotationQuery": "http.status_code=503 and error",
                "endTs": "1700049600000", "lookback": "50600000",
            ])
    }

    @Test func `a search of all services is one question`() throws {
        let server = try makeServer()

        #expect(try server.source(.zipkin).find(TraceQuery(limit: 10)).count == 2)
        #expect(server.questions.map(\.target) == ["/api/v2/traces?limit=10"])
    }

    @Test func `a trace has both halves of a call`() throws {
        let id = try #require(TraceID(hexadecimal: "5b8aa5a2d2c872e8321cf37308d69df2"))
        let server = try makeServer()

        let trace = try #require(try server.source(.zipkin).trace(id))

        #expect(trace.spans.map(\.kind) == [.server, .client, .server])
        #expect(trace.spans[1].attribute("peer.service") == "payment.payments")
        #expect(trace.spans[2].statusMessage == "bank is away")
        #expect(try server.source(.zipkin).trace(TestSpan.make(1, of: 5).trace) == nil)
    }

    @Test func `services, operations and dependencies are listed`() throws {
        let source = try makeServer().source(.zipkin)

        #expect(try source.serviceNames() == ["frontend", "payment.payments"])
        #expect(try source.operationNames(of: "payment") == ["get /health", "post /pay"])
        #expect(
            try source.dependencies(TraceQuery()).value == [
                TraceDependency(caller: "frontend", called: "payment.payments", callCount: 412, errorCount: 7),
                TraceDependency(caller: "payment.payments", called: "bank", callCount: 400, errorCount: 0),
            ])
    }

    @Test func `a service that the server does not know is said`() throws {
        let answer = try makeServer().source(.zipkin).search(TraceQuery(service: "nobody"))

        #expect(answer.value == [])
        #expect(
            answer.notices == ["it knows no service “nobody”; meshtop traces --services lists those it knows"])
    }

    @Test func `a tag that the language has no words for is looked for here`() throws {
        let server = try makeServer()
        let query = TraceQuery(tags: [.init(key: "note", value: "salt and pepper")], limit: 1)

        #expect(try server.source(.zipkin).find(query) == [])
        #expect(server.parameters("/api/v2/traces") == ["limit": "10"])
    }
}
