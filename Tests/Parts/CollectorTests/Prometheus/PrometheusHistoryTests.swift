import HTTPTransport
import MeshModel
import Quantities
import SystemIO
import TestSupport
import Testing

@testable import Collector

@Suite struct PrometheusHistoryTests {
    private static let start = WallTime(secondsSinceEpoch: 1_600_000_000)

    /// The calls wait, so they are made on another thread while the server's loop runs on this.
    private func ask(
        _ loop: EventLoop, _ configuration: PrometheusConfiguration, seconds: Double, step: Duration
    ) throws -> Result<TrafficHistory, PrometheusHistory.Failure> {
        let box = ResultBox()
        let thread = try Threads.spawn(name: "history") {
            let end = WallTime(secondsSinceEpoch: Self.start.secondsSinceEpoch + seconds)
            box.put(
                Result { () throws(PrometheusHistory.Failure) in
                    try PrometheusHistory(configuration).range(from: Self.start, to: end, step: step)
                })
        }
        defer { thread.join() }
        #expect(runs(loop) { box.value != nil })
        return try #require(box.value)
    }

    @Test func `every edge has a point per step`() throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(
            loop,
            """
            destination web/v1@shop -> cart/v1@shop cart.shop 200 x90
            destination web/v1@shop -> cart/v1@shop cart.shop 500 x10
            destination cart/v1@shop -> db/v1@data db.data tcp x1000
            """)

        let history = try ask(loop, server.configuration(), seconds: 300, step: .seconds(60)).get()

        #expect(history.count == 6 && history.step == .seconds(60) && history.start == Self.start)
        #expect(history.edges.count == 2)
        let web = try #require(history.edges.first { $0.key.text.hasSuffix("(http)") }?.value)
        #expect(web.compactMap { $0?.rate.value } == [10, 10, 10, 10, 10, 10])
        #expect(web.compactMap { $0?.errors?.value } == [0.1, 0.1, 0.1, 0.1, 0.1, 0.1])
        let data = try #require(history.edges.first { $0.key.text.hasSuffix("(tcp)") }?.value)
        #expect(data.compactMap { $0?.throughput.value } == [200, 200, 200, 200, 200, 200])
        #expect(server.questions.count == 3)
        #expect(server.questions.allSatisfy { $0.path == "/api/v1/query_range" && $0.query.hasSuffix("[60s]))") })
        #expect(server.questions[0].parameters["step"] == "60.0")
        #expect(history.notices.isEmpty)
    }

    @Test func `where the server knows nothing there is no point`() throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(loop, "destination web/v1@shop -> cart/v1@shop cart.shop 200 x90")
        server.answer = { [unowned server] question in
            guard question.metric == "istio_requests_total" else { return nil }
            // The first two of four points, and one that is none of them.
            let text = String(decoding: server.body(question), as: UTF8.self)
            let head = text.prefix { $0 != "[" } + "["
            let labels = text.dropFirst(head.count).split(separator: "\"values\"").first ?? ""
            let values = #""values":[[1600000000,"9"],[1600000060,"18"],[1700000000,"1"],[1e300,"1"]]}]},"#
            return .json(Array((head + labels + values + #""warnings":["a store is away"],"status":"success"}"#).utf8))
        }

        let history = try ask(loop, server.configuration(), seconds: 180, step: .seconds(60)).get()

        #expect(history.edges.values.first?.map { $0?.rate.value } == [9, 18, nil, nil])
        #expect(history.notices == ["partial answer: a store is away"])
    }

    @Test func `a refusal and too many points are told in words`() throws {
        let loop = try EventLoop()
        let server = try FakePrometheus(loop, "destination web/v1@shop -> cart/v1@shop cart.shop 200 x90")
        server.answer = { _ in HTTPResponse(status: 403) }

        let refused = try ask(loop, server.configuration(), seconds: 60, step: .seconds(60))
        let long = try ask(loop, server.configuration(), seconds: 86_400, step: .seconds(1))
        let reversed = try ask(loop, server.configuration(), seconds: -60, step: .seconds(1))

        #expect(
            refused
                == .failure(
                    PrometheusHistory.Failure(
                        description: "no history from Prometheus at http://\(server.address): answered 403: the "
                            + "credentials are not enough")))
        #expect(
            long
                == .failure(
                    PrometheusHistory.Failure(
                        description: "a history has at most 1000 points, not 86401; choose longer steps")))
        #expect(throws: PrometheusHistory.Failure.self) { try reversed.get() }
        #expect(server.questions.count == 1)
    }
}
