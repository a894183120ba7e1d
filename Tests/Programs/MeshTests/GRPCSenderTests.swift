import Foundation
import JSONWire
import Testing

extension EndToEnd {
    /// OpenTelemetry's SDK for Python sends by gRPC, which is gRPC's own C core.
    @Suite("OpenTelemetry's SDK by gRPC", .enabled(if: Peer.hasGRPCExporter, "the SDK's gRPC exporter is missing"))
    struct GRPCSenderTests {
        private static let spans = """
            import sys
            from grpc import Compression
            from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.sdk.trace import TracerProvider
            from opentelemetry.sdk.trace.export import BatchSpanProcessor
            from opentelemetry.trace import SpanKind, Status, StatusCode

            provider = TracerProvider(resource=Resource({"service.name": "py-grpc"}))
            packing = Compression.Gzip if sys.argv[2] == "gzip" else Compression.NoCompression
            provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(
                endpoint=sys.argv[1], insecure=True, compression=packing)))
            tracer = provider.get_tracer("sender")
            with tracer.start_as_current_span("get /checkout", kind=SpanKind.SERVER) as root:
                with tracer.start_as_current_span("post /pay", kind=SpanKind.CLIENT):
                    pass
                with tracer.start_as_current_span("charge") as charge:
                    charge.set_status(Status(StatusCode.ERROR, "card refused"))
            assert provider.force_flush()
            # More than one window of what HTTP/2 lets a sender send at first, in as many batches as it likes.
            for number in range(4000):
                with tracer.start_as_current_span("many", attributes={"filler": "x" * 400}):
                    pass
                if number % 1000 == 999:
                    assert provider.force_flush()
            provider.shutdown()
            print(format(root.get_span_context().trace_id, "032x"))
            """

        /// One call each of what is taken and of what is not, and what gRPC makes of the answers.
        private static let calls = """
            import sys, grpc
            from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
            from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

            channel = grpc.insecure_channel(sys.argv[1])
            def call(service, body):
                method = channel.unary_unary("/opentelemetry.proto.collector." + service + "/Export",
                    request_serializer=lambda bytes: bytes,
                    response_deserializer=ExportTraceServiceResponse.FromString)
                try:
                    answer = method(body, timeout=20)
                    print("OK", answer.partial_success.rejected_spans, answer.partial_success.error_message)
                except grpc.RpcError as error:
                    print(error.code().name, error.details())
            good = ExportTraceServiceRequest()
            span = good.resource_spans.add().scope_spans.add().spans.add(name="no ids")
            call("trace.v1.TraceService", b"")
            call("trace.v1.TraceService", good.SerializeToString())
            call("trace.v1.TraceService", b"\\xff\\xff")
            call("trace.v1.TraceService", b"x" * (17 << 20))
            call("logs.v1.LogsService", b"")
            call("trace.v1.TraceService", b"")
            """

        private static let metrics = """
            import sys, time
            from opentelemetry.sdk.metrics import MeterProvider
            from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
            exporter = OTLPMetricExporter(endpoint=sys.argv[1], insecure=True)
            reader = PeriodicExportingMetricReader(exporter, export_interval_millis=1000)
            provider = MeterProvider(metric_readers=[reader],
                resource=Resource.create({"service.name": "web", "service.instance.id": "web-1"}))
            calls = provider.get_meter("test").create_counter("traces.span.metrics.calls")
            number, start = 0, time.monotonic()
            while True:
                number += 1
                calls.add(1, {"span.kind": "SPAN_KIND_CLIENT", "peer.service": "cart", "span.name": "GET /",
                    "status.code": "STATUS_CODE_ERROR" if number % 10 == 0 else "STATUS_CODE_UNSET"})
                time.sleep(max(0, start + number * 0.05 - time.monotonic()))
            """

        @Test(arguments: ["plain", "gzip"])
        func `spans are one tree`(packing: String) throws {
            let mesh = try RunningMesh.running()

            let sender = try run(Peer.python, ["-c", Self.spans, "127.0.0.1:4317", packing], seconds: 60)
            try #require(sender.status == 0, "\(sender.errors)")
            let id = sender.output.trimmingCharacters(in: .whitespacesAndNewlines)
            let result = try mesh.meshtop(["trace", id, "-o", "json"])

            try #require(result.status == 0, "\(result.errors)")
            let spans = try JSONValue(parsing: result.output)["spans"]?.array ?? []
            #expect(
                spans.map { "\($0["depth"]?.int ?? -1) \($0["name"]?.string ?? "") \($0["status"]?.string ?? "")" } == [
                    "0 get /checkout unset", "1 post /pay unset", "1 charge error",
                ])
            #expect(!sender.errors.contains("Failed to export"), "\(sender.errors)")
        }

        @Test func `what is not taken is answered in gRPC's codes`() throws {
            _ = try RunningMesh.running()

            let result = try run(Peer.python, ["-c", Self.calls, "127.0.0.1:4318"], seconds: 60)

            try #require(result.status == 0, "\(result.errors)")
            let lines = result.output.split(separator: "\n").map(String.init)
            try #require(lines.count == 6, "\(result.output)")
            #expect(lines[0] == "OK 0 " && lines[5] == "OK 0 ")
            #expect(lines[1].hasPrefix("OK 1 "))
            #expect(lines[2].hasPrefix("INVALID_ARGUMENT the message is no ExportTraceServiceRequest: "))
            #expect(lines[3].hasPrefix("RESOURCE_EXHAUSTED the message has more than "))
            #expect(lines[4].hasPrefix("UNIMPLEMENTED there is no method "))
        }

        @Test func `metrics are an edge with its rate`() throws {
            let receiver = "127.0.0.1:19395"
            let sender = try Companion(
                [Peer.python, "-c", Self.metrics, receiver],
                log: FileManager.default.temporaryDirectory.appendingPathComponent(
                    "otlp-\(UInt32.random(in: 0 ... .max))"
                )
                .path)
            defer { sender.end() }

            let result = try run(
                try RunningMesh.path(of: "meshtop"),
                ["edges", "--receive", receiver, "--window", "8s", "-o", "json"], seconds: 60)

            try #require(result.status == 0, "\(result.errors)")
            let edges = try JSONValue(parsing: result.output)["edges"]?.array ?? []
            let edge = try #require(edges.first)
            #expect(edges.count == 1)
            #expect(abs((edge["requestsPerSecond"]?.double ?? 0) - 20) < 2, "\(edge)")
            #expect(abs((edge["errorRatio"]?.double ?? 0) - 0.1) < 0.03, "\(edge)")
        }
    }
}
