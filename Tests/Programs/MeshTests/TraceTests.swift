import JSONWire
import Testing

extension EndToEnd {
    @Suite("Traces")
    struct TraceTests {
        /// Six calls with a span at the caller, and one at the callee of each but the bank, which has no proxy.
        private static let spansOfAnOrder = 11

        @Test func `an order is one tree from the gateway to the bank`() throws {
            let mesh = try RunningMesh.running()

            // Proxies send their spans once a second or so: an order's trace is whole when all its services are in.
            var id: String?
            try eventually("the trace of a whole order", within: 15) {
                id = try orders(in: mesh).first
                return id != nil
            }
            let result = try mesh.meshtop(["trace", try #require(id), "-o", "json"])

            #expect(result.status == 0, "\(result.errors)")
            let spans = try JSONValue(parsing: result.output)["spans"]?.array ?? []
            let roots = spans.filter { $0["parentSpanId"]?.string == nil }
            #expect(roots.compactMap { $0["service"]?.string } == ["ingress-gateway.shop"])
            let identifiers = Set(spans.compactMap { $0["spanId"]?.string })
            let orphans = spans.filter { span in
                span["parentSpanId"]?.string.map { !identifiers.contains($0) } ?? false
            }
            #expect(orphans.isEmpty)
            #expect(spans.contains { $0["name"]?.string?.contains("bank.example") == true })
            #expect(spans.count == Self.spansOfAnOrder)
        }

        @Test func `a trace in words is as many lines as it has spans, a head and a reason`() throws {
            let mesh = try RunningMesh.running()
            var id: String?
            try eventually("the trace of a whole order", within: 15) {
                id = try orders(in: mesh).first
                return id != nil
            }

            let result = try mesh.meshtop(["trace", try #require(id)])

            #expect(result.status == 0)
            #expect(result.output.hasPrefix("trace \(id ?? "")"))
            #expect(result.output.contains("\nheld up by ") || result.output.contains("\nfailed at "))
            #expect(result.output.split(separator: "\n").count == 3 + Self.spansOfAnOrder)
        }

        /// Traces of orders of which every service's spans are in.
        private func orders(in mesh: RunningMesh) throws -> [String] {
            let result = try mesh.meshtop(
                ["traces", "--service", "order-service", "--limit", "200", "-o", "json"])
            guard result.status == 0 else { return [] }
            return (try JSONValue(parsing: result.output)["traces"]?.array ?? []).filter { trace in
                trace["spans"]?.int == Self.spansOfAnOrder && trace["services"]?.array?.count == 6
            }.compactMap { $0["traceId"]?.string }
        }
    }
}
