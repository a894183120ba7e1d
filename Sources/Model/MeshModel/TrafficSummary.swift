package import Quantities

/// Traffic over the snapshot's window, in numbers that add up when nodes are grouped.
package struct TrafficSummary: Hashable, Sendable {
    package var rate: RequestsPerSecond
    /// How many requests the numbers below rest on.
    package var samples: Double
    /// Failed requests among all: HTTP 5xx, no response, or a gRPC status other than 0; absent without requests.
    package var errors: Ratio?
    /// HTTP 4xx among all; absent without requests.
    package var clientErrors: Ratio?
    package var latency: LatencyQuantiles?
    /// What ``latency`` was read from, in milliseconds.
    package var latencyBuckets = BucketCounts()
    /// Requests whose client gave up before an answer came, among all. They have the code `-` and are held against nobody.
    package var abandoned: Ratio? = nil
    /// Request and response bodies together.
    package var throughput: BytesPerSecond
    /// Attempts beyond the first, which ``rate`` does not count; absent where the telemetry does not tell.
    package var retries: RequestsPerSecond?
    /// Requests a second by response code, most first: `("200", 81.2)`; `-` when no response came.
    package var codes: [ResponseCodeRate]

    package init(
        rate: RequestsPerSecond, samples: Double, errors: Ratio? = nil, clientErrors: Ratio? = nil,
        latency: LatencyQuantiles? = nil, throughput: BytesPerSecond = .zero,
        retries: RequestsPerSecond? = nil, codes: [ResponseCodeRate] = []
    ) {
        self.rate = rate
        self.samples = samples
        self.errors = errors
        self.clientErrors = clientErrors
        self.latency = latency
        self.throughput = throughput
        self.retries = retries
        self.codes = codes
    }
}

package struct ResponseCodeRate: Hashable, Sendable {
    package var code: String
    package var rate: RequestsPerSecond

    package init(code: String, rate: RequestsPerSecond) {
        self.code = code
        self.rate = rate
    }
}

/// Quantiles in milliseconds, interpolated inside histogram buckets that were merged before (never averaged after).
package struct LatencyQuantiles: Hashable, Sendable {
    package var p50: Double
    package var p95: Double
    package var p99: Double
    /// True when p99 fell into the last, unbounded bucket: the value is then a lower bound.
    package var isBeyondLastBucket: Bool
    /// The bucket that p95 lies in, and so how wrong it may be; absent when nobody told.
    package var p95Bounds: QuantileBounds?

    package init(
        p50: Double, p95: Double, p99: Double, isBeyondLastBucket: Bool = false, p95Bounds: QuantileBounds? = nil
    ) {
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
        self.isBeyondLastBucket = isBeyondLastBucket
        self.p95Bounds = p95Bounds
    }
}
