import MeshModel
import Quantities

extension TrafficSummary {
    /// Whether it is bytes of connections and no requests.
    var isConnectionsOnly: Bool { rate.value == 0 && samples == 0 && throughput.value > 0 }

    /// Several kinds of traffic as one. Quantiles are read from the merged buckets; where nobody told buckets, those of
    /// the busiest part stand for all.
    static func joined(_ parts: [TrafficSummary]) -> TrafficSummary? {
        guard var sum = parts.max(by: { $0.samples < $1.samples }) else { return nil }
        guard parts.count > 1 else { return sum }
        let rate = parts.reduce(0) { $0 + $1.rate.value }
        func share(_ part: (TrafficSummary) -> Ratio?) -> Ratio? {
            guard parts.contains(where: { part($0) != nil }) else { return nil }
            return Ratio(parts.reduce(0) { $0 + $1.rate.value * (part($1)?.value ?? 0) }, of: rate)
        }
        sum.rate = RequestsPerSecond(rate)
        sum.samples = parts.reduce(0) { $0 + $1.samples }
        sum.errors = share(\.errors)
        sum.clientErrors = share(\.clientErrors)
        sum.abandoned = share(\.abandoned)
        sum.throughput = BytesPerSecond(parts.reduce(0) { $0 + $1.throughput.value })
        let retries = parts.compactMap(\.retries)
        sum.retries = retries.isEmpty ? nil : retries.reduce(.zero, +)
        if parts.contains(where: { !$0.latencyBuckets.isEmpty }) {
            sum.latencyBuckets = parts.reduce(into: BucketCounts()) { $0.merge($1.latencyBuckets) }
            sum.latency = sum.latencyBuckets.quantiles ?? sum.latency
        }
        var codes: [String: RequestsPerSecond] = [:]
        for code in parts.flatMap(\.codes) { codes[code.code, default: .zero] += code.rate }
        sum.codes = codes.map { ResponseCodeRate(code: $0, rate: $1) }
            .sorted { ($1.rate, $0.code) < ($0.rate, $1.code) }
        return sum
    }
}
