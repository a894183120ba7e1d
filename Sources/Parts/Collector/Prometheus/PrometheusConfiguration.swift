package import HTTPTransport
internal import Quantities

/// A server with Prometheus' query API – Prometheus, Thanos, Mimir, VictoriaMetrics – and how it is asked.
package struct PrometheusConfiguration: Hashable, Sendable {
    /// Where its API begins, without `/api/v1`: `http://127.0.0.1:9090`, `https://mimir.example/prometheus`.
    package var url: TargetURL
    package var access: TargetAccess
    /// Sent with every query, such as Mimir's tenant, `X-Scope-OrgID`.
    package var headers: HTTPHeaders
    /// Put into every selector: which of the server's meshes is meant.
    package var matchers: [LabelMatcher]
    /// How often the server scrapes the proxies, or less often. No rate is taken over less than four times as long: a
    /// scrape may fail, and two must be left.
    package var scrapeInterval: Duration
    /// From the beginning of one refresh to the next.
    package var refresh: Duration
    /// For each answer.
    package var deadline: Duration
    package var limits: PrometheusLimits

    package init(
        url: TargetURL, access: TargetAccess = TargetAccess(), headers: HTTPHeaders = [:],
        matchers: [LabelMatcher] = [], scrapeInterval: Duration = .seconds(15), refresh: Duration = .seconds(5),
        deadline: Duration = .seconds(10), limits: PrometheusLimits = PrometheusLimits()
    ) {
        self.url = url
        self.access = access
        self.headers = headers
        self.matchers = matchers
        self.scrapeInterval = scrapeInterval
        self.refresh = max(.milliseconds(100), refresh)
        self.deadline = max(.milliseconds(10), deadline)
        self.limits = limits
    }

    /// Reads a header field as people write it, `X-Scope-OrgID: shop`; nothing when it could not be sent, or when it is
    /// one that this side writes itself.
    package static func headerField(_ text: String) -> (name: String, value: String)? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let name = text[..<colon].lowercased()
        let value = text[text.index(after: colon)...].drop { $0 == " " }
        let own: Set<String> = [
            "host", "accept", "accept-encoding", "authorization", "connection", "content-length", "transfer-encoding",
        ]
        let isName = name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x61...0x7A, 0x2D, 0x5F: true
            default: false
            }
        }
        guard !name.isEmpty, isName, !own.contains(name), text.utf8.count <= 4096,
            value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
        else { return nil }
        return (name, String(value))
    }

    /// What rates are taken over when a snapshot shall cover `window`.
    func rateWindow(for window: Duration) -> Duration { max(window, scrapeInterval * 4, .seconds(1)) }

    /// The URL of a function of the API with its parameters.
    func url(of function: String, _ parameters: [(name: String, value: String)]) -> TargetURL {
        var path = url.path ?? ""
        var query = ""
        if let mark = path.firstIndex(of: "?") {
            query = String(path[path.index(after: mark)...])
            path = String(path[..<mark])
        }
        while path.hasSuffix("/") { path.removeLast() }
        if path.hasSuffix("/api/v1") { path.removeLast("/api/v1".utf8.count) }
        let pairs = parameters.map { "\($0.name)=\(PercentCoding.encode($0.value))" }
        query = ([query].filter { !$0.isEmpty } + pairs).joined(separator: "&")
        return TargetURL(scheme: url.scheme, host: url.host, path: "\(path)/api/v1/\(function)?\(query)")
    }
}

/// Bounds for what a server may send. What is beyond them is left out, and a notice says so.
package struct PrometheusLimits: Hashable, Sendable {
    /// Of one answer's body, unpacked. An answer that is longer is none.
    package var bodyBytes: Int
    /// Of one answer.
    package var series: Int
    /// Of one range query; Prometheus' own bound is 11,000.
    package var points: Int

    package init(bodyBytes: Int = 64 << 20, series: Int = 100_000, points: Int = 1000) {
        self.bodyBytes = bodyBytes
        self.series = series
        self.points = points
    }
}
