import Foundation
import JSONWire
import Testing

extension EndToEnd {
    /// Libraries that people send spans with, and what `meshtop trace` shows of them.
    @Suite("Senders beside our own", .enabled(if: Peer.hasSenders, "no py-zipkin and OpenTelemetry in MESHTOP_PEERS"))
    struct SenderTests {
        /// A call from one service to another that fails, reported by both.
        private static let zipkin = """
            import sys, urllib.request
            from py_zipkin import Encoding, Kind, zipkin
            from py_zipkin.transport import BaseTransportHandler

            class Transport(BaseTransportHandler):
                def get_max_payload_bytes(self):
                    return None

                def send(self, payload):
                    body = payload if isinstance(payload, bytes) else payload.encode()
                    request = urllib.request.Request(
                        sys.argv[1] + "/api/" + sys.argv[2] + "/spans", body, {"content-type": "application/json"})
                    answer = urllib.request.urlopen(request, timeout=10)
                    assert answer.status == 202, answer.status

            def span(service, name, **arguments):
                return zipkin.zipkin_span(
                    service_name=service, span_name=name, transport_handler=Transport(),
                    encoding=Encoding.V1_JSON if sys.argv[2] == "v1" else Encoding.V2_JSON, **arguments)

            with span("py-web", "get /checkout", sample_rate=100, kind=Kind.SERVER, use_128bit_trace_id=True) as root:
                with zipkin.zipkin_client_span(service_name="py-web", span_name="post /pay") as call:
                    with span("py-pay", "post /pay", zipkin_attrs=zipkin.get_default_tracer().get_zipkin_attrs(),
                              kind=Kind.SERVER, binary_annotations={"error": "card refused"}):
                        pass
                trace = root.zipkin_attrs.trace_id
            print(trace)
            """

        private static let openTelemetry = """
            import sys
            from opentelemetry.exporter.otlp.proto.http import Compression
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
            from opentelemetry.trace import SpanKind, Status, StatusCode

            provider = TracerProvider(resource=Resource({"service.name": "py-web"}))
            provider.add_span_processor(BatchSpanProcessor(
                OTLPSpanExporter(endpoint=sys.argv[1] + "/v1/traces", compression=Compression.Gzip)))
            tracer = provider.get_tracer("sender")
            with tracer.start_as_current_span("get /checkout", kind=SpanKind.SERVER) as root:
                with tracer.start_as_current_span("post /pay", kind=SpanKind.CLIENT) as call:
                    call.add_event("retried", {"attempt": 2})
                with tracer.start_as_current_span("charge") as charge:
                    charge.set_status(Status(StatusCode.ERROR, "card refused"))
            assert provider.force_flush()
            provider.shutdown()
            print(format(root.get_span_context().trace_id, "032x"))
            """

        @Test(arguments: ["v2", "v1"])
        func `py-zipkin's spans are one tree`(version: String) throws {
            let spans = try spans(sentBy: Self.zipkin, [version])

            #expect(
                spans.map { "\($0["depth"]?.int ?? -1) \($0["service"]?.string ?? "") \($0["kind"]?.string ?? "")" }
                    == [
                        "0 py-web server", "1 py-web client", "2 py-pay server",
                    ])
            #expect(spans.compactMap { $0["status"]?.string } == ["unset", "unset", "error"])
            #expect(spans.allSatisfy { $0["oddities"] == nil })
        }

        @Test func `OpenTelemetry's packed spans are one tree`() throws {
            let spans = try spans(sentBy: Self.openTelemetry, [])

            #expect(
                spans.map { "\($0["depth"]?.int ?? -1) \($0["name"]?.string ?? "") \($0["status"]?.string ?? "")" } == [
                    "0 get /checkout unset", "1 post /pay unset", "1 charge error",
                ])
            #expect(spans[1]["events"]?[0]?["name"]?.string == "retried")
            #expect(spans.allSatisfy { $0["oddities"] == nil })
        }

        @Test(
            .enabled(if: Peer.hasEnvoy && Peer.isUsable("hey"), "envoy or hey is not installed"),
            arguments: TracingEnvoys.Tracer.allCases)
        func `every request through two Envoys is one tree`(tracer: TracingEnvoys.Tracer) throws {
            let mesh = try RunningMesh.running()
            let envoys = try TracingEnvoys(tracer)
            defer { envoys.end() }
            // As many as one search may find.
            let requests = 1_500

            let load = try run("hey", ["-n", "\(requests)", "-c", "10", envoys.entrance])
            try #require(load.status == 0, "\(load.errors)")
            // Envoy sends what it has gathered every five seconds.
            var found: [JSONValue] = []
            let search = "http://127.0.0.1:4318/api/traces?service=\(envoys.services[0])&limit=\(requests)"
            try eventually("three spans of every request", within: 30) {
                found = try JSONValue(parsing: try fetch(search).output)["data"]?.array ?? []
                return found.reduce(0) { $0 + ($1["spans"]?.array?.count ?? 0) } >= 3 * requests
            }

            #expect(found.count == requests)
            let ids = found.compactMap { $0["traceID"]?.string }
            for id in [ids.first, ids.last].compactMap(\.self) {
                let result = try mesh.meshtop(["trace", id, "-o", "json"])
                try #require(result.status == 0, "\(result.errors)")
                let spans = try JSONValue(parsing: result.output)["spans"]?.array ?? []
                let shown = spans.map {
                    "\($0["depth"]?.int ?? -1) \($0["service"]?.string ?? "") \($0["kind"]?.string ?? "")"
                }
                #expect(
                    shown == [
                        "0 \(envoys.services[0]) server", "1 \(envoys.services[0]) client",
                        "2 \(envoys.services[1]) server",
                    ])
                #expect(spans.allSatisfy { $0["oddities"] == nil }, "\(spans.map { $0["oddities"] ?? .null })")
            }
            // None has a second root, and none lacks a parent.
            for trace in found {
                let spans = trace["spans"]?.array ?? []
                let own = Set(spans.compactMap { $0["spanID"]?.string })
                let parents = spans.map { $0["references"]?[0]?["spanID"]?.string }
                #expect(spans.count == 3)
                #expect(parents.filter { $0 == nil }.count == 1)
                #expect(parents.allSatisfy { $0.map(own.contains) ?? true })
            }
        }

        /// Runs a sender, which prints the id of its trace, and reads the trace back.
        private func spans(sentBy program: String, _ arguments: [String]) throws -> [JSONValue] {
            let mesh = try RunningMesh.running()
            let sender = try run(
                "\(RunningMesh.peers)/python", ["-c", program, "http://127.0.0.1:4318"] + arguments)
            try #require(sender.status == 0, "\(sender.errors)")
            let id = sender.output.trimmingCharacters(in: .whitespacesAndNewlines)
            let result = try mesh.meshtop(["trace", id, "-o", "json"])
            try #require(result.status == 0, "\(result.errors)")
            return try JSONValue(parsing: result.output)["spans"]?.array ?? []
        }
    }
}
