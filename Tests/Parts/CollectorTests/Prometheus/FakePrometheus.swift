import HTTPTransport
import JSONWire
import MeshModel
import Quantities
import Synchronization
import SystemIO
import TLSTransport

@testable import Collector

/// A server that has scraped telemetry, and works out the one kind of query that it is asked:
/// `sum by (…) (rate(METRIC{…}[…]))`. Every line of the telemetry happens every ten seconds.
final class FakePrometheus {
    struct Question {
        var path: String
        var query: String
        var parameters: [String: String]
        var headers: HTTPHeaders
        /// How many others were not yet answered when it came.
        var others: Int

        var metric: String { String(query.split(separator: "rate(").last?.prefix { $0 != "{" && $0 != "[" } ?? "") }
    }

    /// The server's clock, seconds since 1970.
    static let time = 1_600_000_000.25

    private(set) var questions: [Question] = []
    /// Instead of an answer of its own.
    var answer: (Question) -> HTTPResponse? = { _ in nil }
    /// Questions that are kept waiting while it is set.
    var isSilent = false
    var telemetry: Telemetry
    private let loop: EventLoop
    private var unanswered = 0
    private var server: HTTPServer?

    init(_ loop: EventLoop, _ text: String, tls: TLSContext? = nil) throws {
        telemetry = Telemetry(text)
        self.loop = loop
        server = try HTTPServer(loop: loop, address: .loopback(), tls: tls) {
            [unowned self] request, responder in
            let question = question(request)
            questions.append(question)
            unanswered += 1
            guard !isSilent else { return }
            let response = answer(question) ?? .json(body(question))
            // Later, so that a second question would be seen to overtake.
            loop.schedule(after: .milliseconds(2)) { [weak self] in
                self?.unanswered -= 1
                responder.respond(response)
            }
        }
    }

    var address: SocketAddress { server?.boundAddress ?? .loopback() }

    func configuration(path: String? = nil) -> PrometheusConfiguration {
        PrometheusConfiguration(
            url: TargetURL(scheme: .http, host: .address(address), path: path), scrapeInterval: .milliseconds(500),
            refresh: .milliseconds(200), deadline: .milliseconds(500))
    }

    func stop() {
        server = nil
    }

    private func question(_ request: HTTPRequest) -> Question {
        let pairs = request.query.map { ($0.name, $0.value) }
        let parameters = [String: String](pairs) { $1 }
        return Question(
            path: request.path, query: parameters["query"] ?? "", parameters: parameters, headers: request.headers,
            others: unanswered)
    }

    // MARK: Working out

    func body(_ question: Question) -> [UInt8] {
        let sums = sums(question)
        let result: [JSONValue]
        let isRange = question.path.hasSuffix("query_range")
        if isRange {
            let times = steps(question)
            result = sums.map { labels, rate in
                let values: [JSONValue] = times.map { [.number($0), .string("\(rate)")] }
                return ["metric": .object(labels), "values": .array(values)]
            }
        } else {
            let time = question.parameters["time"].flatMap(Double.init) ?? Self.time
            result = sums.map { labels, rate in
                ["metric": .object(labels), "value": [.number(time), .string("\(rate)")]]
            }
        }
        let answer: JSONValue = [
            "status": "success",
            "data": ["resultType": .string(isRange ? "matrix" : "vector"), "result": .array(result)],
        ]
        return Array(answer.text.utf8)
    }

    private func steps(_ question: Question) -> [Double] {
        guard let start = question.parameters["start"].flatMap(Double.init),
            let end = question.parameters["end"].flatMap(Double.init),
            let step = question.parameters["step"].flatMap(Double.init), step > 0
        else { return [] }
        return Array(stride(from: start, through: end, by: step))
    }

    private func sums(_ question: Question) -> [(JSONObject, Double)] {
        let list = question.query.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
        let kept = list.split(separator: ",").map { $0.filter { $0 != " " } }
        var sums: [[String]: Double] = [:]
        for target in telemetry.targets {
            let text = String(decoding: telemetry.exposition(of: target, times: 1), as: UTF8.self)
            for line in text.split(separator: "\n") where line.hasPrefix("\(question.metric){") {
                let labels = Self.labels(line)
                sums[kept.map { labels[$0] ?? "" }, default: 0] += Self.value(line) / 10
            }
        }
        return sums.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { values, sum in
            var object = JSONObject()
            for (name, value) in zip(kept, values) where !value.isEmpty { object[name] = .string(value) }
            return (object, sum)
        }
    }

    private static func labels(_ line: Substring) -> [String: String] {
        let inside = line.drop { $0 != "{" }.dropFirst().prefix { $0 != "}" }
        let pairs = inside.split(separator: "\",").map { pair in
            let parts = pair.split(separator: "=\"", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), String(parts.last ?? "").filter { $0 != "\"" })
        }
        return [String: String](pairs) { $1 }
    }

    private static func value(_ line: Substring) -> Double {
        line.split(separator: " ").last.flatMap { Double($0) } ?? 0
    }
}

/// What another thread has brought.
final class ResultBox: Sendable {
    private let state = Mutex<Result<TrafficHistory, PrometheusHistory.Failure>?>(nil)

    var value: Result<TrafficHistory, PrometheusHistory.Failure>? { state.withLock { $0 } }

    func put(_ result: Result<TrafficHistory, PrometheusHistory.Failure>) {
        state.withLock { $0 = result }
    }
}
