import ExpositionWire
import Quantities
import Testing
import TraceModel

@testable import Proxy

@Suite("Metrics page")
struct MetricsExpositionTests {
    @Test func `one request gives the whole of Istio's families`() {
        var metrics = RequestMetrics(
            local: WorkloadLabels(
                workload: "web-v1", namespace: "shop", app: "web", version: "v1", cluster: "Kubernetes",
                principal: "spiffe://cluster.local/ns/shop/sa/web"))
        let peer = metrics.peers.id(
            of: WorkloadLabels(
                workload: "catalog-v1", namespace: "shop", app: "catalog-service", version: "v1", cluster: "Kubernetes",
                principal: "spiffe://cluster.local/ns/shop/sa/catalog"))
        let service = metrics.services.id(
            of: ServiceLabels(
                host: "catalog-service.shop.svc.cluster.local", name: "catalog-service", namespace: "shop"))
        let series = RequestSeries(reporter: .source, peer: peer, service: service, code: 200, isSecure: true)

        metrics.record(series, durationMilliseconds: 4.25, requestBytes: 0, responseBytes: 128)
        metrics.record(series, durationMilliseconds: 60, requestBytes: 12, responseBytes: 128)
        let text = render(metrics.page)

        let labels = """
            reporter="source",source_workload="web-v1",source_canonical_service="web",\
            source_canonical_revision="v1",source_workload_namespace="shop",\
            source_principal="spiffe://cluster.local/ns/shop/sa/web",source_app="web",source_version="v1",\
            source_cluster="Kubernetes",destination_workload="catalog-v1",destination_workload_namespace="shop",\
            destination_principal="spiffe://cluster.local/ns/shop/sa/catalog",destination_app="catalog-service",\
            destination_version="v1",destination_service="catalog-service.shop.svc.cluster.local",\
            destination_canonical_service="catalog-service",destination_canonical_revision="v1",\
            destination_service_name="catalog-service",destination_service_namespace="shop",\
            destination_cluster="Kubernetes",request_protocol="http",response_code="200",grpc_response_status="",\
            response_flags="-",connection_security_policy="unknown"
            """
        #expect(
            text.hasPrefix(
                """
                # HELP istio_requests_total Requests, counted when they end.
                # TYPE istio_requests_total counter
                istio_requests_total{\(labels)} 2
                # HELP istio_request_duration_milliseconds Time from a request's head to its response's end, in \
                milliseconds.
                # TYPE istio_request_duration_milliseconds histogram
                istio_request_duration_milliseconds_bucket{\(labels),le="0.5"} 0
                istio_request_duration_milliseconds_bucket{\(labels),le="1"} 0
                istio_request_duration_milliseconds_bucket{\(labels),le="5"} 1
                istio_request_duration_milliseconds_bucket{\(labels),le="10"} 1
                istio_request_duration_milliseconds_bucket{\(labels),le="25"} 1
                istio_request_duration_milliseconds_bucket{\(labels),le="50"} 1
                istio_request_duration_milliseconds_bucket{\(labels),le="100"} 2

                """))
        for line in [
            "istio_request_duration_milliseconds_bucket{\(labels),le=\"3600000\"} 2",
            "istio_request_duration_milliseconds_bucket{\(labels),le=\"+Inf\"} 2",
            "istio_request_duration_milliseconds_sum{\(labels)} 64.25",
            "istio_request_duration_milliseconds_count{\(labels)} 2",
            "istio_request_bytes_bucket{\(labels),le=\"0.5\"} 1",
            "istio_request_bytes_sum{\(labels)} 12",
            "istio_response_bytes_bucket{\(labels),le=\"250\"} 2",
            "istio_response_bytes_bucket{\(labels),le=\"100\"} 0",
            "istio_response_bytes_count{\(labels)} 2",
        ] {
            #expect(text.contains("\n\(line)\n"), "\(line)")
        }
    }

    @Test func `every family is announced once and its lines stand together`() {
        var metrics = RequestMetrics(local: .unknown)
        for code in [200, 503] as [UInt16] {
            metrics.record(
                RequestSeries(reporter: .source, peer: .unknown, service: .unknown, code: code, isSecure: false),
                durationMilliseconds: 1, requestBytes: 0, responseBytes: 0)
        }

        var families: [String] = []
        for line in render(metrics.page).split(separator: "\n") {
            let words = line.split(separator: " ")
            if line.hasPrefix("# HELP") {
                families.append(String(words[2]))
            } else if line.hasPrefix("# TYPE") {
                #expect(families.last == String(words[2]))
            } else {
                #expect(line.hasPrefix(families.last ?? "none"), "\(line)")
            }
        }

        #expect(Set(families).count == families.count)
        #expect(families.count > 15)
    }

    @Test func `an idle proxy still tells who it is`() {
        let text = render(MetricsPage())

        #expect(text.contains("istio_build{component=\"proxy\",tag=\"0.1\"} 1"))
        #expect(text.contains("meshtop_inbound_refused_total{reason=\"plaintext\"} 0"))
        #expect(
            text.contains("meshtop_discovery_version_timestamp_seconds{type=\"routes\",version=\"a1\"} 1700000000\n"))
        #expect(!text.contains("istio_requests_total"))
    }

    /// The samples and examples of a page.
    private struct Contents: ExpositionSink {
        var samples: [String: Double] = [:]
        var families: [String: MetricType] = [:]
        var examples: [(sample: String, exemplar: Exemplar?)] = []
        private var last = ""

        mutating func sample(key: UnsafeRawBufferPointer, value: Double, timestampMilliseconds: Int64?) {
            last = String(decoding: key, as: UTF8.self)
            samples[last] = value
        }

        mutating func family(name: UnsafeRawBufferPointer, type: MetricType) {
            families[String(decoding: name, as: UTF8.self)] = type
        }

        mutating func exemplar(labels: UnsafeRawBufferPointer, value: Double, timestampMilliseconds: Int64?) {
            let exemplar = try? Exemplar(labels: labels, value: value, timestampMilliseconds: timestampMilliseconds)
            examples.append((last, exemplar))
        }
    }

    private func contents(_ text: String, _ format: ExpositionFormat) throws -> Contents {
        var contents = Contents()
        var parser = ExpositionParser(format: format)
        try parser.parse(Array(text.utf8), into: &contents)
        return contents
    }

    @Test func `in OpenMetrics buckets have their last sampled requests, and all else is the same`() throws {
        var metrics = RequestMetrics(local: .unknown)
        let series = RequestSeries(reporter: .source, peer: .unknown, service: .unknown, code: 200, isSecure: false)
        let trace = try #require(TraceID(hexadecimal: "4bf92f3577b34da6a3ce929d0e0e4736"))
        let time = WallTime(secondsSinceEpoch: 1_700_000_000.25)
        metrics.record(
            series, durationMilliseconds: 31.5, requestBytes: 0, responseBytes: 0,
            sampled: RequestExample(trace: trace, milliseconds: 31.5, time: time))
        metrics.record(series, durationMilliseconds: 700, requestBytes: 0, responseBytes: 0)
        let plain = try contents(render(metrics.page), .prometheus)

        let text = render(metrics.page, .openMetrics)
        let open = try contents(text, .openMetrics)

        #expect(open.samples == plain.samples)
        #expect(plain.examples.isEmpty)
        #expect(open.examples.count == 1)
        #expect(open.examples.first?.sample.hasPrefix("istio_request_duration_milliseconds_bucket") == true)
        #expect(open.examples.first?.sample.contains("le=\"50\"") == true)
        let exemplar = try #require(open.examples.first?.exemplar)
        #expect(exemplar.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(exemplar.value == 31.5)
        #expect(exemplar.timestampMilliseconds == 1_700_000_000_250)
        // A counter's family is named without the end that its samples must have.
        for (name, type) in open.families where type == .counter {
            #expect(!name.hasSuffix("_total"))
            #expect(open.samples.keys.contains { $0.prefix { $0 != "{" } == name + "_total" }, "\(name)")
        }
        #expect(text.hasSuffix("# EOF\n"))
    }

    private func render(_ page: MetricsPage, _ format: ExpositionFormat = .prometheus) -> String {
        let start = WallTime(secondsSinceEpoch: 1_700_000_000)
        let facts = ProcessFacts(
            version: "0.1", startedAt: start, residentBytes: 8_000_000,
            discovery: [ProcessFacts.DiscoveryFact(type: "routes", version: "a1", since: start)],
            isControlPlaneConnected: true, certificateNotAfter: start)
        return String(decoding: MetricsExposition.render(page, facts: facts, format: format), as: UTF8.self)
    }
}
