internal import HTTPTransport
internal import JSONWire

/// What a server's refusals mean, for somebody who must make it right.
enum PrometheusWords {
    /// - Parameter response: with a status other than 200.
    static func failure(_ response: HTTPResponse) -> PrometheusFailure {
        let json = try? JSONValue.parse(
            response.body, limits: JSONLimits(maximumDepth: 16, maximumBytes: 1 << 20))
        if let json, json["status"]?.string == "error" { return failure(status: response.status, json) }
        switch response.status {
        case 301...308, 401, 403: return PrometheusFailure(message: TargetAsking.words(for: response))
        default: break
        }
        if isPage(response.body) { return PrometheusFailure(message: page(response.status)) }
        // Proxies before a server, and Mimir itself, answer with a line of text.
        let line = short(String(decoding: response.body.prefix(2048).prefix { $0 != 0x0A }, as: UTF8.self))
        let said = line.isEmpty ? "" : ": \(line)"
        switch response.status {
        case 400, 404:
            // VictoriaMetrics says 400 of a path that it has not.
            return PrometheusFailure(
                message: "answered \(response.status); is the path right? Mimir's ends in /prometheus\(said)")
        case 429: return PrometheusFailure(message: "answered 429, it wants fewer questions\(said)", isVerdict: true)
        case 502, 503, 504:
            return PrometheusFailure(message: "answered \(response.status), it is not ready or has no time\(said)")
        default: return PrometheusFailure(message: "answered \(response.status)\(said)")
        }
    }

    /// `{"status": "error", "errorType": "execution", "error": "query processing would load too many samples"}`.
    static func failure(status: Int, _ json: JSONValue) -> PrometheusFailure {
        let error = short(json["error"]?.string ?? "it does not say why")
        let type = json["errorType"]?.string ?? ""
        let message =
            switch type {
            case "bad_data": "refuses the query: \(error)"
            case "execution": "cannot work the query out: \(error)"
            case "timeout": "ran out of its own time for the query: \(error)"
            case "canceled": "gave up on the query: \(error)"
            case "unavailable": "is not ready: \(error)"
            case "too_many_requests": "wants fewer questions: \(error)"
            case "": "answered \(status): \(error)"
            default: "answered \(status), \(short(type)): \(error)"
            }
        return PrometheusFailure(message: message, isVerdict: type != "unavailable")
    }

    static func page(_ status: Int) -> String {
        "answered \(status) with a web page; is it a Prometheus, and is the path right?"
    }

    static func isPage(_ body: [UInt8]) -> Bool {
        body.first { !($0 == 0x20 || (0x09...0x0D).contains($0)) } == UInt8(ascii: "<")
    }

    /// A peer's words, fit to stand in a line of ours.
    static func short(_ text: String) -> String {
        var line = String.UnicodeScalarView()
        var isCut = false
        for scalar in text.unicodeScalars {
            guard line.count < 200 else {
                isCut = true
                break
            }
            // Control characters, and those that turn the direction of what follows.
            let isControl =
                scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
            line.append(isControl ? " " : scalar)
        }
        return String(line).split(separator: " ").joined(separator: " ") + (isCut ? "…" : "")
    }
}
