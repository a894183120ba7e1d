import MeshModel
import MetricStore

/// What both ends of one flow counted, and which of it is the truth.
///
/// Every request is counted at both ends, and the two are never added. **The destination's telemetry wins**: only the
/// destination knows for certain who called and how. The source's counts where the destination reports nothing: a host
/// outside the mesh, a workload without a sidecar, a target that is down.
///
/// Where both report, two kinds of failure are known to the source alone:
///
/// - Requests that **never arrived** (``RequestPassage/neverArrived``): no endpoint, no connection, refused on the spot. The
///   destination cannot have counted them, so they are added, with the source's codes and without a latency.
/// - Requests that **broke off** (``RequestPassage/brokeOff``): the source's timeout passed, or the connection broke. They arrived, so
///   the destination has counted them as well, in one of three ways. As gone, `0` with flag `DC`: then the source's
///   code takes the place of as many of these as there are. As a failure of its own: then it counts already. Or with a
///   response that came too late: then the destination's word stands. So broken-off requests are never added, only
///   exchanged.
///
/// When every request is retried by the source until it succeeds, the destination counts each attempt; what is shown is
/// the work that the destination did.
struct FlowCounts {
    private var destination = TrafficCount()
    private var source = TrafficCount()
    /// Of the source's count.
    private var unarrived = TrafficCount()
    private var broken = TrafficCount()
    /// Of the destination's count: requests whose client had gone.
    private var gone = TrafficCount()
    private var destinationIsAlive = false
    private var sourceIsAlive = false

    /// Whether either end counted anything within the longer time for which idle traffic stays in the graph.
    var isAlive: Bool { destinationIsAlive || sourceIsAlive }

    mutating func markAlive(_ reporter: Reporter) {
        switch reporter {
        case .destination: destinationIsAlive = true
        case .source: sourceIsAlive = true
        }
    }

    mutating func add(_ increase: Double, perSecond: Double, as number: TrafficSeries.Number, of traffic: TrafficFacts)
    {
        switch traffic.reporter {
        case .destination: destination.add(increase, perSecond: perSecond, as: number, of: traffic)
        case .source: source.add(increase, perSecond: perSecond, as: number, of: traffic)
        }
        guard number == .requests, increase > 0 else { return }
        switch (traffic.reporter, traffic.passage) {
        case (.destination, _):
            if traffic.result == .clientGone { gone.add(increase, perSecond: perSecond, of: traffic) }
        case (.source, .neverArrived): unarrived.add(increase, perSecond: perSecond, of: traffic)
        case (.source, .brokeOff): broken.add(increase, perSecond: perSecond, of: traffic)
        case (.source, .arrived): break
        }
    }

    /// Takes over what another flow has counted in its histogram.
    mutating func takeLatency(of other: FlowCounts) {
        destination.latency.merge(other.destination.latency)
        source.latency.merge(other.source.latency)
    }

    /// Takes over how many bytes another flow has counted, at each end that has counted none itself.
    mutating func takeBytes(of other: FlowCounts) {
        if destination.bytesPerSecond == 0 { destination.bytesPerSecond = other.destination.bytesPerSecond }
        if source.bytesPerSecond == 0 { source.bytesPerSecond = other.source.bytesPerSecond }
    }

    /// - Parameter isDestinationSilent: whether a target of the destination is down, so that its count lacks something.
    func chosen(isDestinationSilent: Bool) -> (count: TrafficCount, reporter: Reporter) {
        // The ends are not read at one moment: a source that is a second ahead does not silence a destination.
        let hasNothing = destination.requests == 0 && destination.bytesPerSecond == 0
        let sourceHas = source.requests > unarrived.requests || source.bytesPerSecond > 0
        guard destinationIsAlive, !(sourceHas && (isDestinationSilent || hasNothing)) else { return (source, .source) }
        var count = destination
        count.mergeRequests(of: unarrived)
        let exchanged = min(broken.requests, gone.requests)
        if exchanged > 0 {
            count.mergeRequests(of: gone, times: -exchanged / gone.requests)
            // The rate moves from one code to another; the requests stay as many as they were.
            let rate = gone.requestsPerSecond * exchanged / gone.requests
            count.mergeRequests(of: broken.scaled(toRequests: exchanged, perSecond: rate))
        }
        return (count, .destination)
    }
}

extension TrafficCount {
    fileprivate mutating func add(
        _ increase: Double, perSecond: Double, as number: TrafficSeries.Number, of traffic: TrafficFacts
    ) {
        switch number {
        case .requests:
            guard increase > 0 else { return }
            add(increase, perSecond: perSecond, of: traffic)
            addSecurity(increase, of: traffic)
        case .failures:
            guard increase > 0 else { return }
            addFailures(increase, perSecond: perSecond, of: traffic)
        case .retries: addRetries(increase, perSecond: perSecond)
        // Empty buckets count too: their bounds say where the others begin.
        case .latencyBucket(let bound): latency.add(increase, upTo: bound)
        case .bodyBytes: bytesPerSecond += perSecond
        case .streamBytes:
            bytesPerSecond += perSecond
            addSecurity(increase, of: traffic)
        }
    }

    private mutating func addSecurity(_ amount: Double, of traffic: TrafficFacts) {
        guard let isMutualTLS = traffic.isMutualTLS else { return }
        ofKnownSecurity += amount
        if isMutualTLS { mutualTLS += amount }
    }

    /// The same mixture of results, as many as asked for.
    fileprivate func scaled(toRequests wanted: Double, perSecond: Double) -> TrafficCount {
        guard requests > 0, requestsPerSecond > 0 else { return TrafficCount() }
        var result = TrafficCount()
        result.mergeRequests(of: self, times: wanted / requests)
        result.requestsPerSecond = perSecond
        result.codes = codes.mapValues { $0 * perSecond / requestsPerSecond }
        return result
    }
}
