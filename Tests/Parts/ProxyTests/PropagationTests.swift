import HTTPWire
import Testing
import TraceModel

@testable import Proxy

@Suite("Propagation")
struct PropagationTests {
    private static let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    private static let single = "0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1"
    private let active: ActiveTrace

    init() throws {
        active = ActiveTrace(
            trace: try #require(TraceID(high: 0x0af7_6519_16cd_43dd, low: 0x8448_eb21_1c80_319c)),
            span: try #require(SpanID(0x1234)), parent: SpanID(0xb7ad_6b71_6920_3331), isSampled: true)
    }

    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var headers: [(String, String)]
        /// What must be there afterwards; `nil` for a header that must be gone.
        var expected: [(String, String?)]

        var testDescription: String { name }
    }

    static let ours = "00-0af7651916cd43dd8448eb211c80319c-0000000000001234-01"
    static let rows: [Row] = [
        Row(name: "nothing", headers: [], expected: [("traceparent", ours), ("b3", nil), ("x-b3-traceid", nil)]),
        Row(
            name: "W3C", headers: [("traceparent", parent), ("tracestate", "a=1")],
            expected: [("traceparent", ours), ("tracestate", "a=1"), ("b3", nil)]),
        Row(
            name: "broken W3C", headers: [("traceparent", "00-xyz"), ("tracestate", "a=1")],
            expected: [("traceparent", ours), ("tracestate", nil)]),
        Row(
            name: "B3 single", headers: [("b3", single)],
            expected: [
                ("traceparent", ours), ("b3", "0af7651916cd43dd8448eb211c80319c-0000000000001234-1"),
                ("x-b3-traceid", nil),
            ]),
        Row(
            name: "B3 multiple",
            headers: [
                ("X-B3-TraceId", "0af7651916cd43dd8448eb211c80319c"), ("X-B3-SpanId", "b7ad6b7169203331"),
                ("X-B3-ParentSpanId", "00000000000000ff"), ("X-B3-Sampled", "1"),
            ],
            expected: [
                ("traceparent", ours), ("x-b3-traceid", "0af7651916cd43dd8448eb211c80319c"),
                ("x-b3-spanid", "0000000000001234"), ("x-b3-parentspanid", "b7ad6b7169203331"), ("x-b3-sampled", "1"),
            ]),
    ]

    @Test(arguments: rows)
    func `headers leave with our span as parent`(row: Row) {
        var head = RequestHead(method: "GET", target: "/", authority: "shop")
        for (name, value) in row.headers { head.add(name, value) }

        let incoming = Propagation.incoming(head)
        Propagation.write(active, answering: incoming, to: &head)

        for (name, value) in row.expected { #expect(head[name] == value, "\(name)") }
        let isKnown = row.name != "nothing" && row.name != "broken W3C"
        #expect((incoming.context?.span == SpanID(0xb7ad_6b71_6920_3331)) == isKnown)
    }

    @Test func `traceparent is believed before B3`() {
        var head = RequestHead(method: "GET", target: "/", authority: "shop")
        head.add("b3", "00000000000000000000000000000001-0000000000000002-0")
        head.add("traceparent", Self.parent)

        let incoming = Propagation.incoming(head)

        #expect(incoming.context?.isSampled == true)
        #expect(incoming.usesB3Single)
    }

    @Test func `a bare refusal to sample is kept`() {
        var head = RequestHead(method: "GET", target: "/", authority: "shop")
        head.add("b3", "0")

        #expect(Propagation.incoming(head).decision == false)
    }
}
