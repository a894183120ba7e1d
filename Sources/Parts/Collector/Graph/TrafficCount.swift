import MeshModel
import MetricStore
import Quantities

/// Numbers of one flow, edge or node while a snapshot is made: sums that add up.
struct TrafficCount {
    var requests = 0.0
    var requestsPerSecond = 0.0
    var clientErrors = 0.0
    var serverErrors = 0.0
    var grpcErrors = 0.0
    var noResponses = 0.0
    var bytesPerSecond = 0.0
    /// Attempts beyond the requests; nothing where nobody tells.
    var retries: Double?
    var retriesPerSecond: Double?
    /// Requests – bytes, for TCP – that came over mutual TLS, of those for which anybody said how they came.
    var mutualTLS = 0.0
    var ofKnownSecurity = 0.0
    var latency = BucketCounts()
    /// Requests a second by response code.
    var codes: [String: Double] = [:]

    /// Failed requests; see ``TrafficSummary/errors``.
    var errors: Double { serverErrors + grpcErrors + noResponses }

    mutating func merge(_ other: TrafficCount) {
        mergeRequests(of: other)
        bytesPerSecond += other.bytesPerSecond
        if let more = other.retries { addRetries(more, perSecond: other.retriesPerSecond ?? 0) }
        mutualTLS += other.mutualTLS
        ofKnownSecurity += other.ofKnownSecurity
        latency.merge(other.latency)
    }

    mutating func addRetries(_ increase: Double, perSecond: Double) {
        retries = (retries ?? 0) + increase
        retriesPerSecond = (retriesPerSecond ?? 0) + perSecond
    }

    /// Adds how many requests there were and what became of them, or takes them away.
    mutating func mergeRequests(of other: TrafficCount, times factor: Double = 1) {
        requests += other.requests * factor
        requestsPerSecond += other.requestsPerSecond * factor
        clientErrors += other.clientErrors * factor
        serverErrors += other.serverErrors * factor
        grpcErrors += other.grpcErrors * factor
        noResponses += other.noResponses * factor
        for (code, rate) in other.codes { codes[code, default: 0] += rate * factor }
    }

    /// A part of the requests, nobody knows which: as many of each kind as there are in all, and no latency.
    func share(_ share: Double) -> TrafficCount {
        var result = TrafficCount()
        result.mergeRequests(of: self, times: share)
        result.bytesPerSecond = bytesPerSecond * share
        result.mutualTLS = mutualTLS * share
        result.ofKnownSecurity = ofKnownSecurity * share
        return result
    }

    mutating func add(_ increase: Double, perSecond: Double, of traffic: TrafficFacts) {
        requests += increase
        requestsPerSecond += perSecond
        codes[traffic.code, default: 0] += perSecond
        switch traffic.result {
        case .succeeded, .clientGone: break
        case .clientError: clientErrors += increase
        case .serverError: serverErrors += increase
        case .grpcError: grpcErrors += increase
        case .noResponse: noResponses += increase
        }
    }

    /// Of requests that were added as succeeded, lets some have failed.
    mutating func addFailures(_ increase: Double, perSecond: Double, of traffic: TrafficFacts) {
        switch traffic.result {
        case .succeeded, .clientGone: break
        case .clientError: clientErrors += increase
        case .serverError: serverErrors += increase
        case .grpcError: grpcErrors += increase
        case .noResponse: noResponses += increase
        }
        codes[traffic.code, default: 0] += perSecond
        codes[TrafficFacts.codeOfSuccess, default: 0] -= perSecond
    }

    var summary: TrafficSummary {
        TrafficSummary(
            rate: RequestsPerSecond(requestsPerSecond), samples: requests, errors: Ratio(errors, of: requests),
            clientErrors: Ratio(clientErrors, of: requests), latency: latency.quantiles,
            throughput: BytesPerSecond(bytesPerSecond), retries: retriesPerSecond.map { RequestsPerSecond($0) },
            // What is taken away again may leave a rounding error.
            codes: codes.filter { $0.value > 1e-9 }
                .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
                .map { ResponseCodeRate(code: $0.key, rate: RequestsPerSecond($0.value)) })
    }

    /// Kiali's default tolerances, each on its own: the worst one counts.
    ///
    ///     5xx, gRPC status 1–16, no response    degraded > 0 %      failure ≥ 10 %
    ///     4xx                                   degraded ≥ 10 %     failure ≥ 20 %
    ///
    /// Without requests nothing is known.
    var health: Health {
        guard requests > 0 else { return .unknown }
        let worst = max(serverErrors, grpcErrors, noResponses) / requests
        let clientErrorRatio = clientErrors / requests
        if worst >= 0.1 || clientErrorRatio >= 0.2 { return .failure }
        if worst > 0 || clientErrorRatio >= 0.1 { return .degraded }
        return .healthy
    }
}
