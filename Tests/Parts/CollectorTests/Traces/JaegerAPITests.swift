import HTTPTransport
import Quantities
import TestSupport
import Testing
import TraceModel

@testable import Collector

/// The fixtures' note says which documents they follow.
@Suite struct JaegerAPITests {
    private let files = [
        "/api/services": "jaeger-services.json", "/api/traces/5b8aa5a2d2c872e8321cf37308d69df2": "jaeger-traces.json",
        "/api/services/payment.payments/operations": "jaeger-operations.json",
        "/api/dependencies": "jaeger-dependencies.json",
    ]

    /// Jaeger's search wants a service.
    private func makeServer(traces: String = "jaeger-traces.json") throws -> FakeTraceServer {
        let found = try FakeTraceServer.fixture(traces)
        let refusal = try FakeTraceServer.fixture("jaeger-refusal.json")
        let others = try files.mapValues { try FakeTraceServer.fixture($0) }
        return try FakeTraceServer { request in
            guard request.path == "/api/traces" else { return others[request.path].map { .json($0) } }
            return request.query("service") == nil ? .json(refusal, status: 400) : .json(found)
        }
    }

    @Test func `a search is put into Jaeger's parameters, and its answer read`() throws {
        let server = try makeServer()
        let query = TraceQuery(
            service: "payment", operation: "POST /pay", tags: [.init(key: "http.status_code", value: "503")],
            minimumDuration: .milliseconds(100), maximumDuration: .seconds(2), errorsOnly: true,
            since: WallTime(nanosecondsSinceEpoch: 1_699_999_000_000_000_000),
            until: WallTime(nanosecondsSinceEpoch: 1_700_000_100_000_000_000), limit: 7)

        let answer = try server.source(.jaeger).search(query)

        // The second trace has no error, and is left out here.
        let found = try #require(answer.value.first)
        #expect(answer.value.count == 1)
        #expect(answer.notices == [])
        #expect(found.id.description == "5b8aa5a2d2c872e8321cf37308d69df2")
        #expect(found.rootService == "frontend")
        #expect(found.duration == .milliseconds(200))
        #expect((found.spanCount, found.errorCount) == (2, 1))
        #expect(found.services == ["frontend", "payment.payments"])
        // The service as Jaeger has it.
        #expect(
            server.parameters("/api/traces") == [
                "service": "payment.payments", "operation": "POST /pay", "limit": "7", "minDuration": "100000000ns",
                "maxDuration": "2000000000ns", "start": "1699999000000000", "end": "1700000100000001",
                "tags": #"{"http.status_code":"503","error":"true"}"#,
            ])
    }

    @Test func `a search of all services asks for each, and tells a trace once`() throws {
        let server = try makeServer()

        let answer = try server.source(.jaeger).search(TraceQuery(limit: 20))

        #expect(answer.value.map(\.id.low).map { String($0, radix: 16) } == ["1f", "321cf37308d69df2"])
        let asked = server.questions.filter { $0.path == "/api/traces" }.map { $0.query("service") }
        #expect(Set(asked) == [nil, "frontend", "payment.payments", "jaeger-query"])
    }

    @Test func `a trace has its tags, logs and hosts`() throws {
        let server = try makeServer()
        let id = try #require(TraceID(hexadecimal: "5b8aa5a2d2c872e8321cf37308d69df2"))

        let trace = try #require(try server.source(.jaeger).trace(id))

        #expect(trace.root.attribute("host.name") == "node-a")
        #expect(trace.root.events.map(\.name) == ["cart read"])
        #expect(trace.spans[1].attribute("http.status_code") == "503")
        #expect(try server.source(.jaeger).trace(TestSpan.make(1, of: 2).trace) == nil)
    }

    @Test func `services, operations and dependencies are listed`() throws {
        let source = try makeServer().source(.jaeger)

        #expect(try source.serviceNames() == ["frontend", "jaeger-query", "payment.payments"])
        #expect(try source.operationNames(of: "payment") == ["GET /health", "POST /pay"])
        #expect(
            try source.dependencies(TraceQuery()).value == [
                TraceDependency(caller: "frontend", called: "payment.payments", callCount: 412)
            ])
    }

    @Test func `traces beside errors are a partial answer`() throws {
        let source = try makeServer(traces: "jaeger-partial.json").source(.jaeger)

        let answer = try source.search(TraceQuery(service: "frontend"))

        #expect(answer.value.count == 1)
        #expect(answer.notices == ["partial answer: one shard did not answer"])
        #expect(source.notices == answer.notices)
    }

    @Test func `a list as long as its limit may not be all`() throws {
        let answer = try makeServer().source(.jaeger).search(TraceQuery(service: "frontend", limit: 2))

        #expect(answer.notices == ["there may be more than the 2 that were asked for"])
    }

    @Test func `an error without traces says why`() throws {
        let server = try FakeTraceServer(files: [
            "/api/services": "jaeger-services.json", "/api/traces": "jaeger-refusal.json",
        ])

        let failure = #expect(throws: TraceSourceFailure.self) {
            try server.source(.jaeger).find(TraceQuery(service: "frontend"))
        }
        #expect(
            failure?.message.hasSuffix("400: parameter 'service' is required") == true, "\(String(describing: failure))"
        )
    }
}

@Suite struct JaegerV3APITests {
    private func makeServer(traces: String) throws -> FakeTraceServer {
        try FakeTraceServer(files: [
            "/api/v3/services": "jaeger-v3-services.json", "/api/v3/operations": "jaeger-v3-operations.json",
            "/api/v3/traces": traces, "/api/v3/traces/5b8aa5a2d2c872e8321cf37308d69df2": traces,
        ])
    }

    @Test func `one answer and one in pieces mean the same`() throws {
        let whole = try makeServer(traces: "jaeger-v3-traces.json").source(.jaegerV3)
        let pieces = try makeServer(traces: "jaeger-v3-chunks.json").source(.jaegerV3)
        let id = try #require(TraceID(hexadecimal: "5b8aa5a2d2c872e8321cf37308d69df2"))

        let trace = try #require(try whole.trace(id))

        #expect(trace.spans.count == 2)
        #expect(trace.spans[1].statusMessage == "bank is away")
        #expect(try pieces.trace(id) == trace)
        #expect(try pieces.find(TraceQuery(service: "payment")) == whole.find(TraceQuery(service: "payment")))
    }

    @Test func `a search names both ends of the time, and tags are looked for here`() throws {
        let server = try makeServer(traces: "jaeger-v3-traces.json")
        let source = server.source(.jaegerV3)
        func count(_ value: String) throws -> Int {
            try source.find(
                TraceQuery(service: "payment", tags: [.init(key: "http.status_code", value: value)], limit: 5)
            ).count
        }

        #expect(try count("503") == 1)
        #expect(try count("200") == 0)
        #expect(
            server.parameters("/api/v3/traces") == [
                "query.service_name": "payment.payments", "query.start_time_min": "2023-11-13T12:00:00.000Z",
                "query.start_time_max": "2023-11-15T12:00:00.000Z", "query.search_depth": "50",
                "query.num_traces": "50",
            ])
    }

    @Test func `names and refusals are read`() throws {
        let source = try makeServer(traces: "jaeger-v3-refusal.json").source(.jaegerV3)

        #expect(try source.serviceNames() == ["frontend", "payment.payments"])
        #expect(try source.operationNames(of: "payment") == ["GET /health", "POST /pay"])
        let failure = #expect(throws: TraceSourceFailure.self) { try source.find(TraceQuery(service: "payment")) }
        #expect(failure?.message.hasSuffix(": trace not found") == true)
    }
}
