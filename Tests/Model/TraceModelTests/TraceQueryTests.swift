import Quantities
import Testing
import TraceModel

@Suite struct TraceQueryTests {
    @Test func `operation and tags are of one span, and that of the service`() throws {
        var store = TraceStore(byteBudget: 1 << 20)
        store.insert([
            try span(1, to: 50, kind: .server, attributes: [.init(key: "code", value: "200")]),
            try span(
                2, parent: 1, service: "payment.shop", from: 5, to: 30, status: .error, kind: .client,
                attributes: [.init(key: "code", value: "503"), .init(key: "zone", value: "a")]),
            try span(1, of: 2, to: 10),
        ])
        func found(_ query: TraceQuery) -> [UInt64] { store.find(query).map(\.id.low) }
        func tag(_ key: String, _ value: String) -> Span.Attribute { .init(key: key, value: value) }

        #expect(found(TraceQuery(operation: "payment.shop 2")) == [1])
        #expect(found(TraceQuery(service: "web", operation: "payment.shop 2")) == [])
        #expect(found(TraceQuery(service: "payment", operation: "payment.shop 2")) == [1])
        #expect(found(TraceQuery(tags: [tag("code", "503"), tag("zone", "a")])) == [1])
        // Each in another span.
        #expect(found(TraceQuery(tags: [tag("code", "200"), tag("zone", "a")])) == [])
        #expect(found(TraceQuery(service: "web", tags: [tag("zone", "a")])) == [])
        #expect(found(TraceQuery(tags: [tag("error", "true"), tag("span.kind", "client")])) == [1])
        #expect(found(TraceQuery(tags: [tag("otel.status_code", "ERROR"), tag("error", "false")])) == [])
    }

    @Test func `the reason of an error is a tag, too`() throws {
        var failed = try span(1, status: .error)
        failed.statusMessage = "bank is away"
        let trace = try #require(Trace(id: failed.trace, spans: [failed]))
        func matches(_ key: String, _ value: String) -> Bool {
            TraceQuery(tags: [.init(key: key, value: value)]).matches(trace)
        }

        #expect(matches("error", "bank is away"))
        #expect(matches("otel.status_description", "bank is away"))
        #expect(!matches("error", "other"))
        #expect(!matches("error", ""))
    }

    @Test func `a longest duration and both ends of the time are inclusive`() throws {
        let spans = [try span(1, to: 50)]
        let trace = try #require(Trace(id: spans[0].trace, spans: spans))
        func matches(_ query: TraceQuery) -> Bool { query.matches(trace) }
        let before = trace.start.advanced(by: .zero - .nanoseconds(1))
        let after = trace.start.advanced(by: .nanoseconds(1))

        #expect(matches(TraceQuery(minimumDuration: .milliseconds(50), maximumDuration: .milliseconds(50))))
        #expect(!matches(TraceQuery(maximumDuration: .milliseconds(49))))
        #expect(matches(TraceQuery(since: trace.start, until: trace.start)))
        #expect(!matches(TraceQuery(since: after)))
        #expect(!matches(TraceQuery(until: before)))
    }
}
