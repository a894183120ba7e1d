package import ExpositionWire

/// What a series of Istio's standard metrics says: which number of which traffic.
///
/// Names, labels and bounds: <https://istio.io/latest/docs/reference/config/metrics/>.
package struct IstioSeries: Hashable, Sendable {
    package enum Number: Hashable, Sendable {
        case requests
        /// A bucket of the latency histogram by its upper bound in milliseconds; infinite for the last.
        case latencyBucket(upperBound: Double)
        /// Of requests or of responses.
        case bodyBytes
        /// TCP, in either direction.
        case streamBytes
    }

    package var number: Number
    package var traffic: IstioTraffic

    /// The names of all series that a graph needs.
    package static let families = [
        "istio_requests_total", "istio_request_duration_milliseconds_bucket", "istio_request_bytes_sum",
        "istio_response_bytes_sum", "istio_tcp_sent_bytes_total", "istio_tcp_received_bytes_total",
    ]

    /// Nothing for a series that no graph needs.
    package init?(_ key: SeriesKey) {
        let isStream: Bool
        switch key.name {
        case "istio_requests_total": (number, isStream) = (.requests, false)
        case "istio_request_duration_milliseconds_bucket":
            guard let bound = key["le"].flatMap(Self.bound) else { return nil }
            (number, isStream) = (.latencyBucket(upperBound: bound), false)
        case "istio_request_bytes_sum", "istio_response_bytes_sum": (number, isStream) = (.bodyBytes, false)
        case "istio_tcp_sent_bytes_total", "istio_tcp_received_bytes_total": (number, isStream) = (.streamBytes, true)
        default: return nil
        }
        guard let traffic = IstioTraffic(key, isStream: isStream) else { return nil }
        self.traffic = traffic
    }

    private static func bound(_ text: String) -> Double? {
        guard let bound = text == "+Inf" ? .infinity : Double(text), !bound.isNaN else { return nil }
        return bound
    }
}
