/// What a series says: which number of which traffic.
package struct TrafficSeries: Hashable, Sendable {
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
    package var traffic: Traffic

    package init(number: Number, traffic: Traffic) {
        self.number = number
        self.traffic = traffic
    }

    /// A label `le` in milliseconds.
    package static func bound(_ text: String) -> Double? {
        guard let bound = text == "+Inf" ? .infinity : Double(text), !bound.isNaN else { return nil }
        return bound
    }
}
