import HTTPTransport
import HTTPWire
import MeshModel
import Quantities
import SystemIO
import TLSTransport
import TestSupport
import Testing

@testable import Collector

/// The source on real sockets, before a server that works out its queries.
@Suite struct PrometheusSourceTests {
    private static let shop = """
        source web/v1@shop -> cart/v1@shop cart.shop 200 x90
        destination web/v1@shop -> cart/v1@shop cart.shop 200 x85 tls
        destination web/v1@shop -> cart/v1@shop cart.shop 500 x5 tls
        source web/v1@shop -> cart/v2@shop cart.shop 503 UF x10
        destination web/v1@shop -> cart/v2@shop cart.shop grpc:14 x20 tls
        source cart/v1@shop -> unknown bank.example 200 x5
        destination cart/v1@shop -> db/v1@data db.data tcp x1000 tls
        """

    private func collect(
        _ mailbox: Mailbox, _ configuration: PrometheusConfiguration, targets: [SocketAddress] = [],
        window: Duration = .seconds(10)
    ) throws -> Collector {
        try Collector(
            CollectorConfiguration(
                targets: targets, prometheus: configuration, interval: .milliseconds(100), window: window)
        ) { mailbox.put($0) }
    }

    // MARK: The graph

    @Test(arguments: GraphGrouping.allCases)
    func `the same telemetry makes the same graph by PromQL as by scraping`(grouping: GraphGrouping) throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(loop, Self.shop)
        let mailbox = Mailbox()
        let collector = try collect(mailbox, server.configuration())
        defer { collector.stop() }
        collector.show(window: .seconds(10), grouping: grouping)

        #expect(runs(loop) { mailbox.newest.map { !$0.edges.isEmpty && mailbox.count > 10 } ?? false })

        let scraped = try Watch.graph(Self.shop, grouping: grouping)
        let asked = try #require(mailbox.newest)
        #expect(asked.edgeLines == scraped.edgeLines)
        #expect(asked.nodes.map(\.id) == scraped.nodes.map(\.id))
        #expect(asked.window == .seconds(10))
        for (one, other) in zip(asked.edges, scraped.edges) {
            #expect(abs(one.traffic.rate.value - other.traffic.rate.value) < 1e-9)
            #expect(abs(one.traffic.samples - other.traffic.samples) < 1e-6)
            #expect(abs(one.traffic.throughput.value - other.traffic.throughput.value) < 1e-9)
            #expect(
                one.traffic.errors.map { ($0.value * 1e9).rounded() }
                    == other.traffic.errors.map { ($0.value * 1e9).rounded() })
            #expect(one.traffic.codes.map(\.code) == other.traffic.codes.map(\.code))
            #expect((one.traffic.latency?.p95 ?? 0) - (other.traffic.latency?.p95 ?? 0) < 1e-6)
            #expect((one.traffic.latency == nil) == (other.traffic.latency == nil))
            #expect(one.mtls == other.mtls && one.reporter == other.reporter && one.health == other.health)
        }
        #expect(asked.notices.isEmpty)
        #expect(asked.targets.map(\.state) == [.up])
        #expect(asked.targets.first?.address == "http://\(server.address)")
        #expect(
            (asked.targets.first?.lastSuccess?.secondsSinceEpoch).map { abs($0 - FakePrometheus.time) < 0.001 } == true)
    }

    @Test func `a refresh is eight queries, one after the other and for one moment`() throws {
        let loop = try EventLoop()
        // A hundred namespaces are asked for in as many queries as one.
        let many = (0..<100).map { "destination web/v1@n\($0) -> cart/v1@n\($0) cart.n\($0) x10" }
        let server = try FakePrometheus(loop, many.joined(separator: "\n"))
        let mailbox = Mailbox()
        let collector = try collect(mailbox, server.configuration())
        defer { collector.stop() }

        #expect(runs(loop) { server.questions.count >= 24 })

        #expect(mailbox.newest?.edges.count == 100)
        let refreshes = server.questions.prefix(24).split { $0.metric == "istio_requests_total" }
        #expect(refreshes.map(\.count) == [7, 7, 7])
        for refresh in refreshes {
            #expect(refresh.allSatisfy { $0.parameters["time"].flatMap(Double.init) == FakePrometheus.time })
        }
        #expect(server.questions.allSatisfy { $0.others == 0 })
        #expect(server.questions.allSatisfy { $0.query.hasSuffix("[10s]))") && $0.path == "/api/v1/query" })
        #expect(
            server.questions.allSatisfy { $0.parameters["timeout"] == "500ms" && $0.parameters["limit"] == "100001" })
    }

    @Test func `refreshes come as often as they are told to, and no query overtakes a slow one`() throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(loop, Self.shop)
        var configuration = server.configuration()
        configuration.refresh = .seconds(3600)
        let mailbox = Mailbox()
        let collector = try collect(mailbox, configuration)
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.newest?.edges.isEmpty == false && mailbox.count > 12 })

        // Ticks went on, and asked nothing.
        #expect(server.questions.count == 8)

        // But whoever wants another window need not wait for it.
        collector.show(window: .seconds(20), grouping: .versionedApp)

        #expect(runs(loop) { mailbox.newest?.window == .seconds(20) })
        #expect(server.questions.dropFirst(8).allSatisfy { $0.query.hasSuffix("[20s]))") })
    }

    @Test func `traffic that stopped stays with rate 0, as it does when it is scraped`() throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(loop, "destination web/v1@shop -> cart/v1@shop cart.shop x10")
        let mailbox = Mailbox()
        let collector = try collect(mailbox, server.configuration())
        defer { collector.stop() }
        #expect(runs(loop) { mailbox.newest?.edges.first?.traffic.rate.value == 1 })

        server.telemetry = Telemetry("destination web/v1@shop -> db/v1@shop db.shop x20")

        #expect(
            runs(loop) {
                mailbox.newest?.edgeLines == [
                    "app/shop/web/v1 > app/shop/cart/v1 http 0/s none destination",
                    "app/shop/web/v1 > app/shop/db/v1 http 2.0/s ok destination",
                ]
            }, "\(mailbox.newest?.edgeLines ?? [])")
    }

    @Test func `a server without a mesh says what was looked for`() throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(loop, "destination a/v1@n -> b/v1@n b.n x0")
        server.telemetry.lines = []
        var configuration = server.configuration()
        configuration.matchers = [LabelMatcher(name: "mesh_id", value: "m")]
        let mailbox = Mailbox()
        let collector = try collect(mailbox, configuration)
        defer { collector.stop() }

        #expect(
            runs(loop) { mailbox.notices.first?.contains("no series of istio_requests_total{mesh_id=\"m\"}") ?? false })
        #expect(mailbox.newest?.targets.map(\.state) == [.up])
        #expect(server.questions.first?.query.contains("rate(istio_requests_total{mesh_id=\"m\"}[10s])") == true)
    }

    // MARK: Beside scraping

    @Test func `an edge that is scraped as well counts once, by its scrape`() throws {
        let loop = try EventLoop()
        // Given: one of two proxies is within reach; the server has scraped both, and would say twice as much.
        let proxy = try FakeProxy(loop, "destination web/v1@shop -> cart/v1@shop cart.shop x10")
        let server = try FakePrometheus(
            loop,
            """
            destination web/v1@shop -> cart/v1@shop cart.shop x1000
            destination cart/v1@shop -> db/v1@shop db.shop x70
            """)
        let mailbox = Mailbox()
        let collector = try collect(mailbox, server.configuration(), targets: [proxy.address], window: .seconds(2))
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.newest.map { $0.edges.count == 2 && $0.window >= .seconds(1) } ?? false })

        let snapshot = try #require(mailbox.newest)
        let scraped = try #require(snapshot.edges.first { $0.target.text == "app/shop/cart/v1" })
        let asked = try #require(snapshot.edges.first { $0.target.text == "app/shop/db/v1" })
        // Ten a scrape, ten scrapes a second, where the server says a hundred a second: told apart by their samples.
        #expect(scraped.traffic.samples.truncatingRemainder(dividingBy: 10) == 0)
        #expect(abs(scraped.traffic.samples / snapshot.window.inSeconds - scraped.traffic.rate.value) < 1e-6)
        #expect(abs(asked.traffic.rate.value - 7) < 1e-9)
        // Both are counted over the same time, so that a node that has both adds up.
        #expect(abs(asked.traffic.samples - 7 * snapshot.window.inSeconds) < 1e-6)
        #expect(snapshot.targets.map(\.state) == [.up, .up])
    }

    @Test func `a server that is not there does not hold up what is scraped, nor the other way round`() throws {
        let loop = try EventLoop()
        let gone = try RawListener(loop)
        let nowhere = gone.address
        gone.close()
        let proxy = try FakeProxy(loop, "destination web/v1@shop -> cart/v1@shop cart.shop x10")
        let server = try FakePrometheus(loop, Self.shop)
        var missing = server.configuration()
        missing.url = TargetURL(scheme: .http, host: .address(nowhere))
        let (first, second) = (Mailbox(), Mailbox())
        let scraping = try collect(first, missing, targets: [proxy.address], window: .seconds(1))
        defer { scraping.stop() }
        let asking = try collect(second, server.configuration(), targets: [nowhere])
        defer { asking.stop() }

        #expect(runs(loop) { first.newest.map { $0.window >= .seconds(1) && $0.edges.count == 1 } ?? false })
        #expect(
            first.notices.contains {
                $0.hasPrefix("Prometheus at http://\(nowhere): ") && $0.hasSuffix("connection refused")
            },
            "\(first.notices)")
        #expect(runs(loop) { second.newest.map { $0.window == .seconds(10) && $0.edges.count > 3 } ?? false })
        #expect(second.reason(of: nowhere) != nil)
    }

    // MARK: Failing

    @Test func `the last good graph stays when the server fails, with its age`() throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(loop, Self.shop)
        let mailbox = Mailbox()
        let collector = try collect(mailbox, server.configuration())
        defer { collector.stop() }
        #expect(runs(loop) { mailbox.newest?.edges.isEmpty == false })
        let edges = mailbox.newest?.edgeLines

        server.answer = { _ in HTTPResponse(status: 503, body: Array("no healthy upstream".utf8)) }

        let name = "Prometheus at http://\(server.address)"
        #expect(
            runs(loop) {
                mailbox.notices == [
                    "\(name): answered 503, it is not ready or has no time: no healthy upstream; "
                        + "what is shown of it is 1 s old"
                ]
            }, "\(mailbox.notices)")
        #expect(mailbox.newest?.edgeLines == edges)
        #expect(
            mailbox.newest?.targets.first?.state
                == .down(reason: "answered 503, it is not ready or has no time: no healthy upstream"))

        server.answer = { _ in nil }

        #expect(runs(loop) { mailbox.notices.isEmpty })
    }

    @Test func `a server that fails is asked less and less often`() throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(loop, Self.shop)
        var times: [MonotonicTime] = []
        server.answer = { _ in
            times.append(SystemClock.monotonic())
            return HTTPResponse(status: 500)
        }
        let mailbox = Mailbox()
        let collector = try collect(mailbox, server.configuration())
        defer { collector.stop() }

        #expect(runs(loop) { times.count >= 5 })

        // Refreshes of 200 ms: then pauses of 200, 400, 800 and 1600 ms. The first query is enough to know.
        #expect(server.questions.allSatisfy { $0.metric == "istio_requests_total" })
        guard times.count >= 5 else { return }
        #expect(times[3].duration(to: times[4]) >= .milliseconds(1500))
        #expect(mailbox.newest?.edges.isEmpty == true)
    }

    @Test func `one part that is refused is told as missing, and the rest is shown`() throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(loop, Self.shop)
        server.answer = { question in
            guard question.metric.hasSuffix("_bucket") else { return nil }
            return .json(
                Array(#"{"status":"error","errorType":"execution","error":"too many samples"}"#.utf8), status: 422)
        }
        let mailbox = Mailbox()
        let collector = try collect(mailbox, server.configuration())
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.newest?.edges.isEmpty == false })

        #expect(
            mailbox.notices == [
                "Prometheus at http://\(server.address): partial answer: latencies are missing, it cannot work the query "
                    + "out: too many samples"
            ])
        #expect(mailbox.newest?.edges.allSatisfy { $0.traffic.latency == nil } == true)
        #expect(mailbox.newest?.targets.first?.state == .up)
    }

    @Test func `warnings are shown as partial answers, once`() throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(loop, Self.shop)
        server.answer = { [unowned server] question in
            let text = String(decoding: server.body(question), as: UTF8.self)
            return .json(Array((text.dropLast() + #","warnings":["store 10.0.0.1 is away"]}"#).utf8))
        }
        let mailbox = Mailbox()
        let collector = try collect(mailbox, server.configuration())
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.newest?.edges.isEmpty == false })

        #expect(mailbox.notices == ["Prometheus at http://\(server.address): partial answer: store 10.0.0.1 is away"])
    }

    @Test func `a server that hangs is given up, and ticks go on`() throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(loop, Self.shop)
        let mailbox = Mailbox()
        let collector = try collect(mailbox, server.configuration())
        defer { collector.stop() }
        #expect(runs(loop) { mailbox.newest?.edges.isEmpty == false })
        let edges = mailbox.newest?.edges.count

        server.isSilent = true
        let ticks = mailbox.count

        #expect(
            runs(loop) { mailbox.notices.first?.contains("no answer within 500 ms; what is shown of it is") ?? false })
        #expect(mailbox.count > ticks + 3)
        #expect(mailbox.newest?.edges.count == edges)
    }

    @Test func `an answer that is too long is none, and one with too many series is cut`() throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(loop, Self.shop)
        var small = server.configuration()
        small.limits.series = 2
        var tiny = server.configuration()
        tiny.limits.bodyBytes = 1000
        let (cut, none) = (Mailbox(), Mailbox())
        let collectors = [try collect(cut, small), try collect(none, tiny)]
        defer { for collector in collectors { collector.stop() } }

        #expect(runs(loop) { cut.newest?.edges.isEmpty == false })
        #expect(
            cut.notices.contains { $0.hasSuffix("series of istio_requests_total are left out, there are more than 2") })
        #expect(runs(loop) { none.notices.first?.contains("more than 1000 bytes; choose fewer series") ?? false })
    }

    @Test func `a packed bomb goes off in nobody's memory`() throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(loop, Self.shop)
        let bomb = Gzip.pack([UInt8](repeating: 0x20, count: 80 << 20))
        server.answer = { _ in
            var response = HTTPResponse.json(bomb)
            response.headers.add("content-encoding", "gzip")
            return response
        }
        var configuration = server.configuration()
        configuration.deadline = .seconds(10)
        configuration.limits.bodyBytes = 4 << 20
        let mailbox = Mailbox()
        let collector = try collect(mailbox, configuration)
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.notices.first?.contains("more than 4194304 bytes") ?? false })
    }

    // MARK: Who asks

    @Test func `a user, a tenant and a path are sent with every query`() throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(loop, Self.shop)
        server.answer = { question in
            question.headers["authorization"] == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
                && question.headers["x-scope-orgid"] == "shop"
                ? nil : HTTPResponse(status: 401, headers: ["www-authenticate": "Basic realm=\"mimir\""])
        }
        var configuration = server.configuration(path: "/prometheus")
        let refused = Mailbox()
        let first = try collect(refused, configuration)
        #expect(
            runs(loop) {
                refused.notices.first?.hasSuffix("answered 401: it wants a user and a password, or others") ?? false
            })
        first.stop()

        configuration.access.credentials = .basic(user: "Aladdin", password: .text("open sesame"))
        configuration.headers.add("x-scope-orgid", "shop")
        let mailbox = Mailbox()
        let collector = try collect(mailbox, configuration)
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.newest?.edges.isEmpty == false })
        #expect(server.questions.allSatisfy { $0.path == "/prometheus/api/v1/query" })
    }

    @Test func `a token is read from its file, and TLS is spoken with whom the authority vouches for`() throws {
        let loop = try EventLoop()
        let scratch = try Scratch()
        let now = SystemClock.wall()
        let uri = "spiffe://cluster.local/ns/watch/sa/prometheus"
        let authority = try CertificateAuthority.makeRoot(commonName: "test root", now: now)
        let key = try PrivateKey.makeP256()
        let request = try CertificateSigningRequest(pem: CertificateSigningRequest.make(key: key, uri: uri))
        let certificate = try authority.issue(request, uri: uri, now: now, lifetime: .seconds(3600))
        let context = try TLSContext(
            server: TLSServerSettings(
                chain: [certificate], key: key, roots: [authority.root], clientCertificate: .required))
        let server = try FakePrometheus(loop, Self.shop, tls: context)
        server.answer = { $0.headers["authorization"] == "Bearer s3cret" ? nil : HTTPResponse(status: 401) }
        var configuration = server.configuration()
        configuration.url.scheme = .https
        configuration.deadline = .seconds(5)
        configuration.access.credentials = .bearer(.file(try scratch.file("token", "s3cret\n")))
        configuration.access.tls.authorityFile = try scratch.file("ca.pem", authority.root.pem)
        configuration.access.tls.serverName = uri
        configuration.access.tls.certificateFile = try scratch.file("me.pem", certificate.pem)
        configuration.access.tls.keyFile = try scratch.file("me.key", key.pem)
        let mailbox = Mailbox()
        let collector = try collect(mailbox, configuration)
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.newest?.edges.isEmpty == false }, "\(mailbox.notices)")

        // And with nobody else.
        configuration.access.tls.serverName = "spiffe://cluster.local/ns/watch/sa/other"
        let other = Mailbox()
        let suspicious = try collect(other, configuration)
        defer { suspicious.stop() }
        #expect(
            runs(loop) { other.notices.first?.contains("expected spiffe://cluster.local/ns/watch/sa/other") ?? false })
    }
}
