package import Quantities

/// What one end of an edge counted, and nothing of the other's: put side by side, never added.
package struct ReportedTraffic: Hashable, Sendable {
    package var rate: RequestsPerSecond
    package var samples: Double
    /// Of the samples, those that this end knows to have reached nobody: no endpoint, no connection. Only a source can.
    package var neverArrived: Double
    /// As in ``TrafficSummary/errors``.
    package var errors: Ratio?
    package var latency: LatencyQuantiles?
    package var throughput: BytesPerSecond

    package init(
        rate: RequestsPerSecond, samples: Double, neverArrived: Double = 0, errors: Ratio? = nil,
        latency: LatencyQuantiles? = nil, throughput: BytesPerSecond = .zero
    ) {
        self.rate = rate
        self.samples = samples
        self.neverArrived = neverArrived
        self.errors = errors
        self.latency = latency
        self.throughput = throughput
    }
}

// What only both ends together can tell. All of it is absent when one of them is silent: a target that is down is no
// loss of requests.
extension MeshEdge {
    /// The share of requests that were sent and that nobody received. The ends are not read at one moment, so that a
    /// sample or two of difference means nothing.
    package var lost: Ratio? {
        guard let sent, let received, sent.samples > 0 else { return nil }
        return Ratio(max(0, sent.samples - received.samples), of: sent.samples)
    }

    /// Tries for each request: 1 where nothing is tried again, 1.2 where every fifth request is tried twice.
    ///
    /// A source counts a request once however often it tries; a destination counts every try that reached it. Tries that
    /// reached nobody and were followed by another are counted by neither, so this is a lower bound.
    package var attemptsPerRequest: Double? {
        guard let sent, let received, sent.samples > 0 else { return nil }
        return max(1, (received.samples + sent.neverArrived) / sent.samples)
    }

    /// What lies between the two ends: the network, the proxies, waiting for a connection. Milliseconds; the difference
    /// of the two 95th percentiles, not the percentile of the differences, which nobody can know.
    package var networkP95: Double? {
        guard let outer = sent?.latency?.p95, let inner = received?.latency?.p95 else { return nil }
        return max(0, outer - inner)
    }

    /// The share of the source's 95th percentile that is ``networkP95``.
    package var networkShare: Ratio? {
        guard let networkP95, let outer = sent?.latency?.p95, outer > 0 else { return nil }
        return Ratio(networkP95, of: outer)
    }
}

/// One kind of answers: code × flags × host, as Kiali's side panel lists them.
package struct ResponseDetail: Hashable, Sendable {
    /// `200`, a gRPC status, `-` when no response came; ``other`` for what found no room.
    package var code: String
    /// Envoy's response flags, `UF,URX`; `-` for none.
    package var flags: String
    /// The host that was asked for.
    package var host: String
    package var rate: RequestsPerSecond

    package static let other = "other"

    package init(code: String, flags: String, host: String, rate: RequestsPerSecond) {
        self.code = code
        self.flags = flags
        self.host = host
        self.rate = rate
    }
}

/// Amounts a second in both directions.
package struct TwoWayRate: Hashable, Sendable {
    /// From the edge's source to its target: bodies of requests, messages of requests, bytes sent.
    package var sent: Double
    /// From its target to its source.
    package var received: Double

    package init(sent: Double, received: Double) {
        self.sent = sent
        self.received = received
    }

    package static let zero = TwoWayRate(sent: 0, received: 0)
    package var total: Double { sent + received }

    package static func + (left: TwoWayRate, right: TwoWayRate) -> TwoWayRate {
        TwoWayRate(sent: left.sent + right.sent, received: left.received + right.received)
    }
}
