import HTTPTransport
import ProtobufWire
import Quantities
import TestSupport
import Testing
import TraceModel

@testable import Collector

/// The fixtures' note says which documents they follow.
@Suite struct TempoAPITests {
    private static let id = "5b8aa5a2d2c872e8321cf37308d69df2"

    private func makeServer(
        search: String = "tempo-search.json", newer: String? = "tempo-trace-v2.json",
        older: String = "tempo-trace-v1.json"
    ) throws -> FakeTraceServer {
        var files = [
            "/api/search": search, "/api/traces/\(Self.id)": older,
            "/api/v2/search/tag/resource.service.name/values": "tempo-values-v2.json",
        ]
        files["/api/v2/traces/\(Self.id)"] = newer
        return try FakeTraceServer(files: files)
    }

    @Test func `a search is put in TraceQL, and summaries need no spans`() throws {
        let server = try makeServer()
        let query = TraceQuery(service: "payment", errorsOnly: true, limit: 20)

        let answer = try server.source(.tempo).search(query)

        let found = try #require(answer.value.first)
        // The other has no error by its counts.
        #expect(answer.value.count == 1)
        #expect((found.spanCount, found.errorCount) == (2, 1))
        #expect(found.rootName == "GET /checkout")
        #expect(found.duration == .milliseconds(200))
        #expect(found.services == ["frontend", "payment.payments"])
        #expect(answer.notices == ["partial answer: Tempo searched 9 of 12 parts"])
        #expect(server.questions.count == 1)
        #expect(
            server.parameters("/api/search") == [
                "q": "{ \(payment) } && { status = error }", "limit": "20", "start": "1700046000",
                "end": "1700049601", "spss": "1",
            ])
    }

    private let payment =
        #"(resource.service.name = "payment" || resource.service.name =~ "payment[.].*")"#

    @Test func `an older search without counts has its traces fetched`() throws {
        let server = try makeServer(search: "tempo-search-old.json", newer: nil)

        let answer = try server.source(.tempo).search(TraceQuery(service: "payment", limit: 20))

        #expect(answer.value.map(\.spanCount) == [2])
        #expect(answer.value.map(\.errorCount) == [1])
        // The newer function was asked first.
        #expect(
            server.questions.map(\.path) == ["/api/search", "/api/v2/traces/\(Self.id)", "/api/traces/\(Self.id)"])
    }

    @Test func `a trace is read from either function, before and after scopes were renamed`() throws {
        let id = try #require(TraceID(hexadecimal: Self.id))

        let newer = try makeServer().source(.tempo).look(up: id)
        let older = try makeServer(newer: nil).source(.tempo).look(up: id)
        let oldest = try makeServer(newer: nil, older: "tempo-trace-v1-old.json").source(.tempo).look(up: id)

        let trace = try #require(newer.value)
        #expect(trace.spans.map(\.service) == ["frontend", "payment.payments"])
        #expect(trace.spans.map(\.kind) == [.server, .server])
        #expect(trace.spans[1].parent == trace.spans[0].id)
        #expect(trace.spans[1].status == .error)
        #expect(older.value == trace)
        #expect(oldest.value?.spans.map(\.id) == trace.spans.map(\.id))
        #expect(
            newer.notices == [
                "trace \(Self.id) is partial: trace exceeds maximum size of 5000000 bytes: 3 of 4 parts"
            ])
        #expect(older.notices == [])
        #expect(try makeServer().source(.tempo).trace(TestSpan.make(1, of: 5).trace) == nil)
    }

    @Test func `protobuf is asked for, and read from either function`() throws {
        let span = try TestSpan.make(7, service: "web", status: .error)
        let plain = OTLPEncoding.exportRequest([span], scope: "")
        var wrapped = ProtobufWriter()
        wrapped.bytes(field: 1, plain)
        wrapped.varint(field: 3, 1)
        wrapped.string(field: 4, "half of it")
        let body = wrapped.bytes
        func source(isNewer: Bool) throws -> FakeTraceServer {
            try FakeTraceServer { request in
                guard request.path.hasPrefix("/api/v2/") == isNewer else { return nil }
                return HTTPResponse(
                    status: 200, headers: ["content-type": "application/protobuf"], body: isNewer ? body : plain)
            }
        }
        let (newer, older) = (try source(isNewer: true), try source(isNewer: false))

        #expect(try newer.source(.tempo).look(up: span.trace).value?.spans == [span])
        #expect(try newer.source(.tempo).look(up: span.trace).notices == ["trace \(span.trace) is partial: half of it"])
        #expect(try older.source(.tempo).look(up: span.trace).value?.spans == [span])
        #expect(newer.questions[0].headers["accept"]?.hasPrefix("application/protobuf") == true)
    }

    @Test func `a Tempo that refuses TraceQL is asked by tags, and said to be`() throws {
        let search = try FakeTraceServer.fixture("tempo-search-old.json")
        let trace = try FakeTraceServer.fixture("tempo-trace-v1.json")
        let server = try FakeTraceServer { request in
            switch request.path {
            case "/api/search":
                request.query("q") == nil ? .json(search) : .text("invalid TraceQL query", status: 400)
            case "/api/traces/\(Self.id)": .json(trace)
            default: nil
            }
        }
        let query = TraceQuery(
            service: "payment", operation: "POST /pay", tags: [.init(key: "retry", value: "true")],
            minimumDuration: .milliseconds(150), errorsOnly: true, limit: 3)

        let answer = try server.source(.tempo).search(query)

        #expect(answer.value.count == 1)
        #expect(answer.notices == ["this Tempo refuses TraceQL; it was asked by tags, which find less"])
        #expect(server.parameters("/api/search")["minDuration"] == "150000000ns")
        #expect(
            server.parameters("/api/search")["tags"]
                == #"service.name=payment name="POST /pay" retry=true error=true"#)
    }

    @Test func `services come from the newer function or the older`() throws {
        let older = try FakeTraceServer(files: ["/api/search/tag/service.name/values": "tempo-values-v1.json"])

        #expect(try makeServer().source(.tempo).serviceNames() == ["frontend", "payment.payments"])
        #expect(try older.source(.tempo).serviceNames() == ["frontend", "payment.payments"])
    }

    @Test func `who calls whom is counted in traces, as Tempo does not`() throws {
        let answer = try makeServer().source(.tempo).dependencies(TraceQuery(limit: 20))

        #expect(
            answer.value == [
                TraceDependency(caller: "frontend", called: "payment.payments", callCount: 1, errorCount: 1)
            ])
        #expect(answer.notices.last == "counted in 1 traces, not in all there are")
    }
}

@Suite struct TraceQLTests {
    @Test(arguments: [
        (TraceQuery(), "{}"),
        (TraceQuery(errorsOnly: true), "{ status = error }"),
        (
            TraceQuery(minimumDuration: .milliseconds(100), maximumDuration: .seconds(2), errorsOnly: true),
            "{ traceDuration >= 100000000ns && traceDuration <= 2000000000ns && status = error }"
        ),
        (
            TraceQuery(service: "web"),
            #"{ (resource.service.name = "web" || resource.service.name =~ "web[.].*") }"#
        ),
        (
            TraceQuery(service: "a.b"),
            #"{ (resource.service.name = "a.b" || resource.service.name =~ "a\\.b[.].*") }"#
        ),
        // Nothing that stands in a name is more than text.
        (
            TraceQuery(operation: #"x" } || { true"#),
            #"{ name = "x\" } || { true" }"#
        ),
        (TraceQuery(operation: "a\\\n\u{7}b"), #"{ name = "a\\\nb" }"#),
        (
            TraceQuery(tags: [.init(key: "http.status_code", value: "500")]),
            #"{ (.http.status_code = "500" || .http.status_code = 500) }"#
        ),
        (TraceQuery(tags: [.init(key: "a b", value: "x")]), #"{ ."a b" = "x" }"#),
        (
            TraceQuery(tags: [.init(key: "x\" = 1 } ", value: "1.5")]),
            ##"{ (."x\" = 1 } " = "1.5" || ."x\" = 1 } " = 1.5) }"##
        ),
        (TraceQuery(tags: [.init(key: "retry", value: "true")]), #"{ (.retry = "true" || .retry = true) }"#),
        (TraceQuery(tags: [.init(key: "n", value: "0x1p3")]), #"{ .n = "0x1p3" }"#),
        (TraceQuery(tags: [.init(key: "n", value: "inf")]), #"{ .n = "inf" }"#),
        (TraceQuery(tags: [.init(key: "span.kind", value: "client")]), "{ kind = client }"),
        (TraceQuery(tags: [.init(key: "error", value: "true")]), "{ status = error }"),
    ])
    func `a query is one that Tempo understands`(query: TraceQuery, text: String) {
        #expect(TraceQL.text(query) == text)
    }

    @Test func `whom a service calls stands in braces of its own`() {
        let text = TraceQL.text(TraceQuery(service: "web", calledService: "pay", errorsOnly: true))

        #expect(
            text == #"{ (resource.service.name = "web" || resource.service.name =~ "web[.].*") } && { status = error }"#
                + #" && { (resource.service.name = "pay" || resource.service.name =~ "pay[.].*")"#
                + #" || span.peer.service =~ "(.*[|])?pay([.].*)?" || span.upstream_cluster =~ "(.*[|])?pay([.].*)?" }"#
        )
    }
}
