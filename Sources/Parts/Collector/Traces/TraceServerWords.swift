internal import HTTPTransport
internal import JSONWire

/// What a trace server's refusals mean, for somebody who must make it right.
enum TraceServerWords {
    /// - Parameter response: with a status other than 200.
    static func words(for response: HTTPResponse) -> String {
        let json = try? JSONValue.parse(response.body, limits: JSONLimits(maximumDepth: 16, maximumBytes: 1 << 20))
        let said = json.flatMap(reason).map(PrometheusWords.short)
        switch response.status {
        case 301...308, 401, 403: return TargetAsking.words(for: response) + (said.map { ": \($0)" } ?? "")
        default: break
        }
        if said == nil, PrometheusWords.isPage(response.body) { return page(response.status) }
        let line = said ?? PrometheusWords.short(String(decoding: response.body.prefix(2048), as: UTF8.self))
        let end = line.isEmpty ? "" : ": \(line)"
        switch response.status {
        case 400 where line.contains("no org id"):
            return "answered 400\(end); it has tenants, name one with --traces-tenant"
        case 400, 422: return "refuses the query\(end)"
        case 404: return "answered 404; is the path right?\(end)"
        case 429: return "answered 429, it wants fewer questions\(end)"
        case 502, 503, 504: return "answered \(response.status), it is not ready or has no time\(end)"
        default: return "answered \(response.status)\(end)"
        }
    }

    static func page(_ status: Int) -> String {
        "answered \(status) with a web page; is it a trace server, and is the path right?"
    }

    /// Jaeger's `{"errors": [{"msg": …}]}`, its third API's `{"error": {"message": …}}`, Zipkin's `{"message": …}`.
    private static func reason(_ json: JSONValue) -> String? {
        json["errors"]?[0]?["msg"]?.string ?? json["error"]?["message"]?.string ?? json["message"]?.string
            ?? json["error"]?.string ?? json.string
    }
}
