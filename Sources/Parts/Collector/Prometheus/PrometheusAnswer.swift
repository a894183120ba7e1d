internal import ExpositionWire
internal import JSONWire
internal import Quantities

/// Why a server gave no answer, in words that follow its name: `answered 503: …`.
struct PrometheusFailure: Error, Hashable, Sendable {
    var message: String
    /// Whether it was the server that said so; otherwise it was not reached, or it spoke nonsense.
    var isVerdict = false
}

/// What a server answered to an instant or a range query.
///
/// <https://prometheus.io/docs/prometheus/latest/querying/api/>
struct PrometheusAnswer: Sendable {
    struct Series: Sendable {
        var key: SeriesKey
        /// Of an instant query one. Without values that are not numbers, or less than nothing: no rate is.
        var points: [Point]
    }

    struct Point: Hashable, Sendable {
        /// Seconds since 1970.
        var time: Double
        var value: Double
    }

    var series: [Series] = []
    /// What it says beside the answer: that stores did not answer (Thanos), that results were cut. The answer is then less
    /// than the whole.
    var warnings: [String] = []
    /// Remarks that make the answer no less.
    var infos: [String] = []
    /// Series beyond ``PrometheusLimits/series``.
    var leftOut = 0

    private static let mostWarnings = 3

    /// Reads the body of an answer with status 200.
    ///
    /// - Parameter query: gives the series their name and ``PrometheusQuery/implied`` labels.
    static func parse(
        _ body: [UInt8], query: PrometheusQuery, limits: PrometheusLimits
    ) throws(PrometheusFailure) -> PrometheusAnswer {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue.parse(body, limits: JSONLimits(maximumDepth: 16, maximumBytes: limits.bodyBytes))
        } catch {
            if PrometheusWords.isPage(body) { throw PrometheusFailure(message: PrometheusWords.page(200)) }
            throw PrometheusFailure(message: "its answer cannot be read: \(error)")
        }
        switch json["status"]?.string {
        case "success": break
        case "error": throw PrometheusWords.failure(status: 200, json)
        default: throw PrometheusFailure(message: "its answer is not a Prometheus', it has no status")
        }
        guard let data = json["data"], let type = data["resultType"]?.string, let result = data["result"]?.array else {
            throw PrometheusFailure(message: "its answer has no data.result")
        }
        let values: (JSONValue) -> [JSONValue]
        switch type {
        case "vector": values = { [$0["value"]].compactMap(\.self) }
        case "matrix": values = { $0["values"]?.array ?? [] }
        default: throw PrometheusFailure(message: "its answer is a \(PrometheusWords.short(type)), not a vector")
        }

        var answer = PrometheusAnswer()
        answer.leftOut = max(0, result.count - limits.series)
        answer.series.reserveCapacity(min(result.count, limits.series))
        for item in result.prefix(limits.series) {
            guard let labels = item["metric"]?.object else {
                throw PrometheusFailure(message: "its answer has a series without labels")
            }
            let points = values(item).prefix(limits.points + 1).compactMap(point)
            guard !points.isEmpty, labels.count <= SeriesKey.maximumLabels else { continue }
            let told = labels.compactMap { name, value in value.string.map { Label(name: name, value: $0) } }
            // What the server says comes before what is implied.
            answer.series.append(
                Series(key: SeriesKey(name: query.metric, labels: told + query.implied), points: points))
        }
        answer.warnings = Self.texts(json["warnings"])
        answer.infos = Self.texts(json["infos"])
        // VictoriaMetrics has a word of its own.
        if json["isPartial"]?.bool == true { answer.warnings.append("some of its stores did not answer") }
        return answer
    }

    /// When an instant query was worked out, by the server's own clock.
    var time: Double? { series.first?.points.first?.time }

    /// `[1435781451.781, "0.5"]`.
    private static func point(_ pair: JSONValue) -> Point? {
        guard let time = pair[0]?.double, let text = pair[1]?.string, let value = Double(text), value.isFinite,
            value >= 0
        else { return nil }
        return Point(time: time, value: value)
    }

    private static func texts(_ list: JSONValue?) -> [String] {
        let texts = list?.array?.compactMap(\.string) ?? []
        guard texts.count > mostWarnings else { return texts.map { PrometheusWords.short($0) } }
        return texts.prefix(mostWarnings).map { PrometheusWords.short($0) }
            + ["and \(texts.count - mostWarnings) more of the kind"]
    }
}
