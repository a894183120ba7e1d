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
    /// Requests whose client had gone.
    var abandoned = 0.0
    /// Bytes, messages and how they came.
    var amounts = TrafficNumbers.Cell()
    var latency = BucketCounts()
    var responses = ResponseCounts()

    /// Failed requests; see ``TrafficSummary/errors``.
    var errors: Double { serverErrors + grpcErrors + noResponses }
    var bytesPerSecond: Double { amounts.bytesSent + amounts.bytesReceived + amounts.bytesEither }
    var messagesPerSecond: Double { amounts.messagesSent + amounts.messagesReceived }
    /// Whether there was anything beside requests.
    var hasStream: Bool { bytesPerSecond > 0 || messagesPerSecond > 0 }
    var hasTraffic: Bool { requests != 0 || hasStream }

    mutating func merge(_ other: TrafficCount) {
        mergeRequests(of: other)
        amounts.merge(other.amounts)
        latency.merge(other.latency)
    }

    /// Adds how many requests there were and what became of them, or takes them away.
    mutating func mergeRequests(of other: TrafficCount, times factor: Double = 1) {
        guard other.requests != 0 else { return }
        requests += other.requests * factor
        requestsPerSecond += other.requestsPerSecond * factor
        clientErrors += other.clientErrors * factor
        serverErrors += other.serverErrors * factor
        grpcErrors += other.grpcErrors * factor
        noResponses += other.noResponses * factor
        abandoned += other.abandoned * factor
        responses.merge(other.responses, times: factor)
    }

    /// A part of the requests, nobody knows which: as many of each kind as there are in all, and no latency.
    func share(_ share: Double) -> TrafficCount {
        var result = TrafficCount()
        result.mergeRequests(of: self, times: share)
        result.amounts = amounts
        result.amounts.scale(by: share)
        return result
    }

    /// The bytes of another count, where there are none here.
    mutating func takeBytes(of other: TrafficCount) {
        guard bytesPerSecond == 0 else { return }
        amounts.bytesSent = other.amounts.bytesSent
        amounts.bytesReceived = other.amounts.bytesReceived
        amounts.bytesEither = other.amounts.bytesEither
    }

    mutating func add(_ number: TrafficNumbers.Kind, at place: TrafficNumbering.Place) {
        if number.requests > 0 {
            add(number.requests, perSecond: number.requestsPerSecond, of: place.response, place.result)
        }
        if number.failures > 0 {
            // They were added as succeeded before.
            addErrors(number.failures, place.result)
            responses.add(number.failures, perSecond: number.failuresPerSecond, of: place.response)
            responses.add(-number.failures, perSecond: -number.failuresPerSecond, of: place.success)
        }
    }

    mutating func add(_ number: Double, perSecond: Double, of response: ResponseID, _ result: RequestResult) {
        requests += number
        requestsPerSecond += perSecond
        addErrors(number, result)
        responses.add(number, perSecond: perSecond, of: response)
    }

    mutating func add(_ amounts: TrafficNumbers.Cell, _ latency: BucketCounts) {
        self.amounts.merge(amounts)
        self.latency.merge(latency)
    }

    private mutating func addErrors(_ number: Double, _ result: RequestResult) {
        switch result {
        case .succeeded: break
        case .clientGone: abandoned += number
        case .clientError: clientErrors += number
        case .serverError: serverErrors += number
        case .grpcError: grpcErrors += number
        case .noResponse: noResponses += number
        }
    }

    /// The same mixture of results, as many as asked for.
    func scaled(toRequests wanted: Double, perSecond: Double) -> TrafficCount {
        guard requests > 0, requestsPerSecond > 0 else { return TrafficCount() }
        var result = TrafficCount()
        result.mergeRequests(of: self, times: wanted / requests)
        result.requestsPerSecond = perSecond
        result.responses = ResponseCounts()
        for index in 0..<responses.count {
            let entry = responses[index]
            result.responses.add(
                entry.requests * wanted / requests, perSecond: entry.perSecond * perSecond / requestsPerSecond,
                of: entry.response)
        }
        return result
    }

    func summary(_ table: ResponseTable) -> TrafficSummary {
        var summary = TrafficSummary(
            rate: RequestsPerSecond(requestsPerSecond), samples: requests, errors: Ratio(errors, of: requests),
            clientErrors: Ratio(clientErrors, of: requests), latency: latency.quantiles,
            throughput: BytesPerSecond(bytesPerSecond),
            retries: amounts.retries.map { _ in RequestsPerSecond(amounts.retriesPerSecond) },
            codes: responses.codes(table))
        summary.latencyBuckets = latency
        if abandoned > 0 { summary.abandoned = Ratio(abandoned, of: requests) }
        return summary
    }

    /// The share that came over mutual TLS, where anybody said.
    var mutualTLS: Ratio? { Ratio(amounts.mutualTLS, of: amounts.ofKnownSecurity) }
}

extension TrafficNumbers.Cell {
    mutating func merge(_ other: TrafficNumbers.Cell) {
        bytesSent += other.bytesSent
        bytesReceived += other.bytesReceived
        bytesEither += other.bytesEither
        messagesSent += other.messagesSent
        messagesReceived += other.messagesReceived
        if let more = other.retries { retries = (retries ?? 0) + more }
        retriesPerSecond += other.retriesPerSecond
        mutualTLS += other.mutualTLS
        ofKnownSecurity += other.ofKnownSecurity
    }

    /// Retries are nobody's part.
    mutating func scale(by factor: Double) {
        bytesSent *= factor
        bytesReceived *= factor
        bytesEither *= factor
        messagesSent *= factor
        messagesReceived *= factor
        mutualTLS *= factor
        ofKnownSecurity *= factor
        retries = nil
        retriesPerSecond = 0
    }
}
