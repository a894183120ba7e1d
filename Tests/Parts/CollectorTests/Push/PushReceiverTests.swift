import Collector
import HTTPTransport
import HTTPWire
import MeshModel
import ProtobufWire
import Quantities
import Synchronization
import SystemIO
import TestSupport
import Testing

@Suite struct PushReceiverTests {
    private static let headers: HTTPHeaders = [
        "content-type": "application/x-protobuf", "content-encoding": "snappy",
        "x-prometheus-remote-write-version": "0.1.0",
    ]

    /// What a sidecar of `web` says of its calls to `cart`, as Prometheus sends it on.
    private func request(_ value: Double, at time: WallTime, code: String = "200") -> HTTPRequest {
        let labels = [
            "__name__": "istio_requests_total", "instance": "10.0.0.7:15090", "reporter": "source",
            "source_workload": "web", "source_workload_namespace": "shop", "source_app": "web",
            "source_canonical_service": "web", "destination_workload": "cart", "destination_app": "cart",
            "destination_workload_namespace": "shop", "destination_service": "cart.shop.svc.cluster.local",
            "destination_service_name": "cart", "destination_service_namespace": "shop",
            "destination_canonical_service": "cart", "request_protocol": "http", "response_code": code,
            "response_flags": "-", "connection_security_policy": "mutual_tls",
        ]
        var request = ProtobufWriter()
        request.message(field: 1) { series in
            for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
                series.message(field: 1) {
                    $0.string(field: 1, name)
                    $0.string(field: 2, value)
                }
            }
            series.message(field: 2) {
                $0.double(field: 1, value)
                $0.int(field: 2, time.nanosecondsSinceEpoch / 1_000_000)
            }
        }
        return HTTPRequest("POST", "/api/v1/write", headers: Self.headers, body: Snappy.pack(request.bytes))
    }

    @Test func `what Prometheus sends becomes an edge with its rate, and a target`() throws {
        let inbox = MetricInbox()
        let receiver = try TraceReceiver(address: SocketAddress.loopback(), metrics: inbox)
        defer { receiver.stop() }
        var configuration = CollectorConfiguration(interval: .milliseconds(100), window: .seconds(60))
        configuration.inbox = inbox
        let newest = Mutex<MeshSnapshot?>(nil)
        let collector = try Collector(configuration) { snapshot in newest.withLock { $0 = snapshot } }
        defer { collector.stop() }
        let client = try BlockingHTTPClient()
        let now = SystemClock.wall()

        // Ten requests a second for ten seconds, one of them sent twice and one late.
        for seconds in [0, 5, 5, 4, 8, 10] {
            let time = now.advanced(by: .seconds(seconds - 10))
            let response = try client.send(
                request(1_000 + Double(seconds) * 10, at: time), to: receiver.boundAddress)
            #expect(response.status == 204)
            #expect(response.headers["x-prometheus-remote-write-samples-written"] == "1")
        }
        #expect(eventually { newest.withLock { $0?.window ?? .zero } >= .milliseconds(9_900) })

        let snapshot = try #require(newest.withLock { $0 })
        let edge = try #require(snapshot.edges.first)
        #expect(snapshot.edges.count == 1)
        #expect(abs(edge.traffic.rate.value - 10) < 0.1)
        #expect(snapshot.targets.map(\.address) == ["10.0.0.7:15090 by remote write"])
        #expect(snapshot.targets.first?.state == .up)
        #expect(snapshot.targets.first?.formats == ["Istio"])
    }

    @Test func `what is sent is in the history, too`() throws {
        try withRecordingFile { file in
            let inbox = MetricInbox()
            let receiver = try TraceReceiver(address: SocketAddress.loopback(), metrics: inbox)
            defer { receiver.stop() }
            var configuration = CollectorConfiguration(interval: .milliseconds(100), window: .seconds(60))
            configuration.inbox = inbox
            let newest = Mutex<MeshSnapshot?>(nil)
            let history = try MeshHistory(file: file)
            let collector = try Collector(configuration, history: history) { snapshot in
                newest.withLock { $0 = snapshot }
            }
            let client = try BlockingHTTPClient()
            let now = SystemClock.wall()
            for seconds in [0, 5, 10] {
                let time = now.advanced(by: .seconds(seconds - 10))
                _ = try client.send(request(1_000 + Double(seconds) * 10, at: time), to: receiver.boundAddress)
            }
            #expect(eventually { newest.withLock { $0?.window ?? .zero } >= .milliseconds(9_900) })
            collector.stop()
            #expect(history.stop().failure == nil)

            let recording = try Recording(file: file)
            #expect(try recording.contents().targets.map(\.name) == ["10.0.0.7:15090 by remote write"])
            let replay = try Replay(recording)
            let snapshot = try replay.snapshot(at: try replay.span().upperBound, window: .seconds(10))
            #expect(abs((snapshot.edges.first?.traffic.rate.value ?? 0) - 10) < 0.1)
        }
    }

    @Test(arguments: [
        ("content-encoding", "gzip", 415, "packed with snappy"),
        ("content-type", "text/plain", 415, "application/x-protobuf"),
        ("content-type", "application/x-protobuf;proto=other.Message", 415, "io.prometheus.write.v2.Request"),
    ])
    func `what is not remote write is refused with a sentence`(
        field: String, value: String, status: Int, word: String
    ) throws {
        var request = request(1, at: SystemClock.wall())
        request.headers[field] = value

        let response = try #require(PushAPI(inbox: MetricInbox()).respond(to: request))

        #expect(response.status == status)
        #expect(response.text.contains(word), "\(response.text)")
    }

    @Test func `malformed, large and many requests are told apart`() throws {
        let inbox = MetricInbox()
        let api = PushAPI(inbox: inbox, maximumBody: 1_000)
        var malformed = request(1, at: SystemClock.wall())
        malformed.body = [1, 2, 3]
        var noMessage = malformed
        noMessage.body = Snappy.pack([0x0A, 0x7F])
        var large = malformed
        large.body = Snappy.pack([UInt8](repeating: 0, count: 1_001))
        var get = malformed
        get.method = "GET"

        #expect(api.respond(to: malformed)?.status == 400)
        #expect(api.respond(to: noMessage)?.text.hasPrefix("the body is no write request: byte 0:") == true)
        #expect(api.respond(to: large)?.status == 413)
        #expect(api.respond(to: get)?.status == 405)
        #expect(api.respond(to: HTTPRequest("/api/traces")) == nil)
        // Nobody empties it.
        var answers: Set<Int> = []
        for second in 0..<10_001 {
            let time = WallTime(nanosecondsSinceEpoch: Int64(second) * 1_000_000_000)
            answers.insert(api.respond(to: request(1, at: time))?.status ?? 0)
        }
        #expect(answers == [204, 429])
    }

    @Test func `OTLP is taken packed and plain, and what is not taken is a partial success`() throws {
        let api = PushAPI(inbox: MetricInbox(), maximumBody: 1_000)
        let text = """
            {"resourceMetrics": [{"scopeMetrics": [{"metrics": [
              {"name": "up", "gauge": {"dataPoints": [{"asInt": "1"}]}},
              {"name": "calls", "sum": {"aggregationTemporality": 2, "isMonotonic": true, "dataPoints": [
                {"timeUnixNano": "1700000060000000000", "asInt": "42"}]}}]}]}]}
            """
        func post(_ type: String, _ coding: String, _ body: [UInt8]) -> HTTPResponse? {
            api.respond(
                to: HTTPRequest(
                    "POST", "/v1/metrics", headers: ["content-type": type, "content-encoding": coding], body: body))
        }
        let json = Array(text.utf8)

        let taken = try #require(post("application/json; charset=utf-8", "gzip", Gzip.pack(json)))
        let nothing = try #require(post("application/x-protobuf", "identity", []))
        let malformed = try #require(post("application/x-protobuf", "", [0x0A, 0x7F]))

        #expect(taken.status == 200)
        #expect(taken.text.contains("\"rejectedDataPoints\":\"1\""), "\(taken.text)")
        #expect(taken.text.contains("up is a gauge"))
        #expect(nothing.status == 200 && nothing.body.isEmpty)
        #expect(malformed.status == 400 && malformed.headers["content-type"] == "application/x-protobuf")
        #expect(post("application/json", "gzip", Gzip.pack([UInt8](repeating: 32, count: 2_000)))?.status == 413)
        #expect(post("text/plain", "", json)?.status == 415)
        #expect(post("application/json", "br", json)?.status == 415)
    }
}
