extension ExpositionFormat {
    /// The format that an `Accept` field likes best, [RFC 9110 §12.5.1](https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1);
    /// Prometheus' own unless OpenMetrics is named and liked as much.
    package init(accept: some StringProtocol) {
        var openMetrics = 0.0
        var text: Double?
        var any = 0.0
        for range in accept.split(separator: ",") {
            let parts = range.split(separator: ";").map { part in
                String(part).filter { $0 != " " && $0 != "\t" }.lowercased()
            }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
            switch parts.first {
            case "application/openmetrics-text": openMetrics = max(openMetrics, weight)
            case "text/plain": text = max(text ?? 0, weight)
            case "*/*", "text/*": any = max(any, weight)
            default: break
            }
        }
        self = openMetrics > 0 && openMetrics >= (text ?? any) ? .openMetrics : .prometheus
    }
}
