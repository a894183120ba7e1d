import ExpositionWire
import ProtobufWire
import PushedMetrics
import Testing

@Suite struct OTLPMetricsTests {
    private let json = """
        {"resourceMetrics": [{
          "resource": {"attributes": [
            {"key": "service.name", "value": {"stringValue": "web"}},
            {"key": "k8s.pod.name", "value": {"stringValue": "web-1"}}]},
          "scopeMetrics": [{"metrics": [
            {"name": "traces.span.metrics.calls", "unit": "1", "sum": {
              "aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [
                {"attributes": [{"key": "span.kind", "value": {"stringValue": "SPAN_KIND_SERVER"}},
                                {"key": "http.response.status_code", "value": {"intValue": "200"}}],
                 "startTimeUnixNano": "1700000000000000000", "timeUnixNano": "1700000060000000000", "asInt": "42"}]}},
            {"name": "traces.span.metrics.duration", "unit": "ms", "histogram": {
              "aggregationTemporality": 1, "dataPoints": [
                {"timeUnixNano": "1700000060000000000", "count": "6", "sum": 40,
                 "bucketCounts": ["1", "2", "3"], "explicitBounds": [2, 4.5]}]}},
            {"name": "up", "gauge": {"dataPoints": [{"asInt": "1"}, {"asInt": "2"}]}},
            {"name": "sizes", "exponentialHistogram": {"aggregationTemporality": 2, "dataPoints": [{}]}},
            {"name": "level", "sum": {"aggregationTemporality": 2, "dataPoints": [{"asInt": "1"}]}}
          ]}]
        }]}
        """

    @Test func `sums and histograms are named as Prometheus names them`() throws {
        let batch = try OTLPMetricsDecoding.batch(json: Array(json.utf8))

        let sum = try #require(batch.series.first)
        #expect(sum.key.name == "traces_span_metrics_calls_total")
        #expect(sum.key["span_kind"] == "SPAN_KIND_SERVER" && sum.key["http_response_status_code"] == "200")
        #expect(sum.key["service_name"] == "web" && sum.sender == "web-1" && !sum.isDelta)
        #expect(
            sum.samples == [
                PushedSample(milliseconds: 1_700_000_060_000, value: 42, startMilliseconds: 1_700_000_000_000)
            ])
        let buckets = batch.series.dropFirst()
        #expect(buckets.allSatisfy { $0.key.name == "traces_span_metrics_duration_milliseconds_bucket" && $0.isDelta })
        #expect(buckets.map { $0.key["le"] } == ["2", "4.5", "+Inf"])
        #expect(buckets.flatMap { $0.samples.map(\.value) } == [1, 3, 6])
    }

    @Test func `what counts nothing is refused with a word`() throws {
        let batch = try OTLPMetricsDecoding.batch(json: Array(json.utf8))

        #expect(batch.rejectedCount == 4)
        #expect(batch.firstRejection == "up is a gauge, and sums and histograms with bounds are taken")
    }

    private func protobuf() -> [UInt8] {
        var request = ProtobufWriter()
        request.message(field: 1) { group in
            group.message(field: 2) { scope in
                scope.message(field: 2) { metric in
                    metric.string(field: 1, "istio_requests_total")
                    metric.message(field: 7) { sum in
                        sum.message(field: 1) { point in
                            point.fixed64(field: 3, 1_700_000_060_000_000_000)
                            point.fixed64(field: 6, 42)
                            point.message(field: 7) { pair in
                                pair.string(field: 1, "response_code")
                                pair.message(field: 2) { $0.int(field: 3, 503) }
                            }
                        }
                        sum.int(field: 2, 2)
                        sum.int(field: 3, 1)
                    }
                }
                scope.message(field: 2) { metric in
                    metric.string(field: 1, "istio_request_duration_milliseconds")
                    metric.string(field: 3, "ms")
                    metric.message(field: 9) { histogram in
                        histogram.message(field: 1) { point in
                            point.fixed64(field: 3, 1_700_000_060_000_000_000)
                            point.bytes(field: 6, [UInt8]([1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]))
                            var bound = ProtobufWriter()
                            bound.double(field: 1, 5)
                            point.bytes(field: 7, bound.bytes.dropFirst())
                        }
                        histogram.int(field: 2, 2)
                    }
                }
            }
            group.message(field: 1) { resource in
                resource.message(field: 1) { pair in
                    pair.string(field: 1, "service.instance.id")
                    pair.message(field: 2) { $0.string(field: 1, "i-7") }
                }
            }
        }
        return request.bytes
    }

    @Test func `protobuf is read as JSON is, and Istio's names stay`() throws {
        let batch = try OTLPMetricsDecoding.batch(protobuf: protobuf())

        #expect(
            batch.series.map(\.key.name) == [
                "istio_requests_total", "istio_request_duration_milliseconds_bucket",
                "istio_request_duration_milliseconds_bucket",
            ])
        #expect(batch.series.allSatisfy { $0.sender == "i-7" })
        #expect(batch.series.first?.key["response_code"] == "503")
        #expect(batch.series.map { $0.samples.first?.value } == [42, 1, 3])
        #expect(batch.series.map { $0.key["le"] } == [nil, "5", "+Inf"])
    }

    @Test func `malformed bytes are refused or shorter, and never trap`() {
        let whole = protobuf()
        for length in 0..<whole.count { _ = try? OTLPMetricsDecoding.batch(protobuf: Array(whole[..<length])) }
        for index in whole.indices {
            var bytes = whole
            bytes[index] ^= 0xFF
            _ = try? OTLPMetricsDecoding.batch(protobuf: bytes)
        }
        let text = Array(json.utf8)
        for length in stride(from: 0, to: text.count, by: 3) {
            #expect(throws: PushError.self) { try OTLPMetricsDecoding.batch(json: Array(text[..<length])) }
        }
        #expect(throws: PushError.self) { try OTLPMetricsDecoding.batch(json: Array("[]".utf8)) }
    }
}
