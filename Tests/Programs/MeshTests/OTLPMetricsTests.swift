import Foundation
import JSONWire
import Testing

extension EndToEnd {
    /// OpenTelemetry's own SDK for Python exports span metrics, as its collector's `spanmetrics` connector names them.
    @Suite("OpenTelemetry's SDK exports metrics to us", .enabled(if: Peer.hasOpenTelemetry, "the SDK is missing"))
    struct OTLPMetricsTests {
        private static let receiver = "127.0.0.1:19393"
        /// Twenty calls a second from `web` to `cart`, one in ten of them failed, exported each second.
        private static let script = """
            import sys, time
            from opentelemetry.sdk.metrics import MeterProvider, Counter, Histogram
            from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader, AggregationTemporality
            from opentelemetry.sdk.resources import Resource
            from opentelemetry.exporter.otlp.proto.http import Compression
            from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
            way = getattr(AggregationTemporality, sys.argv[2])
            exporter = OTLPMetricExporter(endpoint=sys.argv[1], compression=Compression.Gzip,
                preferred_temporality={Counter: way, Histogram: way})
            reader = PeriodicExportingMetricReader(exporter, export_interval_millis=1000)
            provider = MeterProvider(metric_readers=[reader],
                resource=Resource.create({"service.name": "web", "service.instance.id": "web-1"}))
            meter = provider.get_meter("test")
            calls = meter.create_counter("traces.span.metrics.calls")
            took = meter.create_histogram("traces.span.metrics.duration", unit="ms")
            number, start = 0, time.monotonic()
            while True:
                number += 1
                facts = {"span.kind": "SPAN_KIND_CLIENT", "peer.service": "cart", "span.name": "GET /",
                    "status.code": "STATUS_CODE_ERROR" if number % 10 == 0 else "STATUS_CODE_UNSET"}
                calls.add(1, facts)
                took.record(20, facts)
                time.sleep(max(0, start + number * 0.05 - time.monotonic()))
            """

        @Test(arguments: ["CUMULATIVE", "DELTA"])
        func `what the SDK exports is an edge with its rate, errors and latency`(temporality: String) throws {
            let sender = try Companion(
                [Peer.python, "-c", Self.script, "http://\(Self.receiver)/v1/metrics", temporality],
                log: FileManager.default.temporaryDirectory.appendingPathComponent(
                    "otlp-\(UInt32.random(in: 0 ... .max))"
                )
                .path)
            defer { sender.end() }

            let result = try run(
                try RunningMesh.path(of: "meshtop"),
                ["edges", "--receive", Self.receiver, "--window", "8s", "-o", "json"], seconds: 60)

            try #require(result.status == 0, "\(result.errors)")
            let edges = try JSONValue(parsing: result.output)["edges"]?.array ?? []
            let edge = try #require(edges.first)
            #expect(edges.count == 1)
            #expect(abs((edge["requestsPerSecond"]?.double ?? 0) - 20) < 2, "\(edge)")
            #expect(abs((edge["errorRatio"]?.double ?? 0) - 0.1) < 0.03, "\(edge)")
            let p95 = edge["p95Milliseconds"]?.double ?? 0
            #expect(p95 > 10 && p95 <= 25, "\(edge)")
        }
    }
}
