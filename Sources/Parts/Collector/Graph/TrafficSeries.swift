/// What a series says: which number of which traffic.
package struct TrafficSeries: Hashable, Sendable {
    package enum Number: Hashable, Sendable {
        case requests
        /// Of requests that are counted as ``requests`` already, those that failed.
        case failures
        /// Attempts beyond the first of requests that are counted as ``requests`` once each.
        case retries
        /// A bucket of the latency histogram by its upper bound in milliseconds; infinite for the last.
        case latencyBucket(upperBound: Double)
        /// Of requests or of responses, where a mesh does not tell them apart.
        case bodyBytes
        case requestBytes
        case responseBytes
        /// TCP, where a mesh does not tell the direction.
        case streamBytes
        /// TCP, from the source to the destination.
        case streamBytesSent
        case streamBytesReceived
        /// gRPC messages from the source to the destination.
        case requestMessages
        case responseMessages

        var quantity: Quantity {
            switch self {
            case .requests: .requests
            case .failures: .failures
            case .retries: .retries
            case .latencyBucket: .latencyBucket
            case .bodyBytes: .bodyBytes
            case .requestBytes: .requestBytes
            case .responseBytes: .responseBytes
            case .streamBytes: .streamBytes
            case .streamBytesSent: .streamBytesSent
            case .streamBytesReceived: .streamBytesReceived
            case .requestMessages: .requestMessages
            case .responseMessages: .responseMessages
            }
        }
    }

    /// A ``Number`` that does not say which bucket it is: a byte, as there is one for each of millions of series.
    enum Quantity: Hashable, Sendable {
        case requests, failures, retries, latencyBucket
        case bodyBytes, requestBytes, responseBytes
        case streamBytes, streamBytesSent, streamBytesReceived
        case requestMessages, responseMessages

        /// Whether it tells that there is traffic at all, and not only how some went.
        var isTraffic: Bool {
            switch self {
            case .requests, .streamBytes, .streamBytesSent, .streamBytesReceived, .requestMessages, .responseMessages:
                true
            case .failures, .retries, .latencyBucket, .bodyBytes, .requestBytes, .responseBytes: false
            }
        }
    }

    package var number: Number
    package var traffic: Traffic
    /// Whether it counts only where its target has no other series that tells the same of the same flow.
    package var isSubstitute: Bool

    package init(number: Number, traffic: Traffic, isSubstitute: Bool = false) {
        self.number = number
        self.traffic = traffic
        self.isSubstitute = isSubstitute
    }

    /// A label `le` in milliseconds.
    package static func bound(_ text: String) -> Double? {
        guard let bound = text == "+Inf" ? .infinity : Double(text), !bound.isNaN else { return nil }
        return bound
    }

    /// A label `le` in seconds, as milliseconds.
    ///
    /// Rounded to the nanosecond, because 0.0011 × 1000 is not 1.1, and a bound must be the same one wherever it is
    /// written: buckets with different bounds do not merge.
    package static func boundInSeconds(_ text: String) -> Double? {
        guard let bound = bound(text) else { return nil }
        let nanoseconds = (bound * 1e9).rounded()
        // Above some three months there is nothing to round.
        return nanoseconds.isFinite && abs(nanoseconds) < 0x1p53 ? nanoseconds / 1e6 : bound * 1000
    }
}
