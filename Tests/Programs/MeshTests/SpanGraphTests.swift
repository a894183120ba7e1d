import Foundation
import JSONWire
import Testing

extension EndToEnd {
    /// OpenTelemetry's own SDK for Python exports spans, and nothing else.
    @Suite("A graph of spans", .enabled(if: Peer.hasOpenTelemetry, "the SDK is missing"))
    struct SpanGraphTests {
        private static let receiver = "127.0.0.1:19394"
        /// Twenty calls a second from `web` to `cart`, one in ten of them failed; each of the two exports its own spans.
        private static let script = """
            import sys, time
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
            from opentelemetry.trace import SpanKind, StatusCode, set_span_in_context

            def tracer(service):
                provider = TracerProvider(resource=Resource({"service.name": service}))
                provider.add_span_processor(BatchSpanProcessor(
                    OTLPSpanExporter(endpoint=sys.argv[1] + "/v1/traces"), schedule_delay_millis=500))
                return provider.get_tracer("test")

            web, cart = tracer("web"), tracer("cart")
            number, start = 0, time.monotonic()
            while True:
                number += 1
                call = web.start_span("GET /cart", kind=SpanKind.CLIENT)
                with cart.start_as_current_span("/cart", context=set_span_in_context(call), kind=SpanKind.SERVER) as served:
                    time.sleep(0.004)
                    if number % 10 == 0:
                        served.set_status(StatusCode.ERROR)
                call.end()
                time.sleep(max(0, start + number * 0.05 - time.monotonic()))
            """

        @Test func `spans that the SDK exports are an edge with its rate, errors and latency`() throws {
            let log = FileManager.default.temporaryDirectory
                .appendingPathComponent("spans-\(UInt32.random(in: 0 ... .max))").path
            let sender = try Companion([Peer.python, "-c", Self.script, "http://\(Self.receiver)"], log: log)
            defer { sender.end() }

            let result = try run(
                try RunningMesh.path(of: "meshtop"),
                ["edges", "--receive", Self.receiver, "--window", "10s", "-o", "json"], seconds: 60)

            try #require(result.status == 0, "\(result.errors)")
            let edges = try JSONValue(parsing: result.output)["edges"]?.array ?? []
            let edge = try #require(edges.first)
            #expect(edges.count == 1)
            #expect(abs((edge["requestsPerSecond"]?.double ?? 0) - 20) < 2.5, "\(edge)")
            #expect(abs((edge["errorRatio"]?.double ?? 0) - 0.1) < 0.03, "\(edge)")
            let p95 = edge["p95Milliseconds"]?.double ?? 0
            #expect(p95 > 2 && p95 <= 20, "\(edge)")
        }
    }
}
