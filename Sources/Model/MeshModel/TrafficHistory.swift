package import Quantities

/// What went over the edges of a graph during a stretch of time, in points of equal distance.
package struct TrafficHistory: Hashable, Sendable {
    /// Traffic at one time.
    package struct Point: Hashable, Sendable {
        package var rate: RequestsPerSecond
        /// As for ``TrafficSummary/errors``.
        package var errors: Ratio?
        /// Of TCP.
        package var throughput: BytesPerSecond

        package init(rate: RequestsPerSecond, errors: Ratio? = nil, throughput: BytesPerSecond = .zero) {
            self.rate = rate
            self.errors = errors
            self.throughput = throughput
        }
    }

    /// The time of the first point.
    package var start: WallTime
    /// From one point to the next.
    package var step: Duration
    /// How many points every edge has.
    package var count: Int
    /// Nothing where nothing was told of the edge at that time.
    package private(set) var edges: [MeshEdge.ID: [Point?]] = [:]
    /// What is missing, in words for people.
    package var notices: [String] = []

    package init(start: WallTime, step: Duration, count: Int) {
        self.start = start
        self.step = step
        self.count = max(0, count)
    }

    /// Puts the traffic of an edge at one of the points; others are passed over.
    package mutating func set(_ traffic: TrafficSummary, of edge: MeshEdge.ID, at index: Int) {
        guard index >= 0, index < count else { return }
        edges[edge, default: [Point?](repeating: nil, count: count)][index] = Point(
            rate: traffic.rate, errors: traffic.errors, throughput: traffic.throughput)
    }
}
