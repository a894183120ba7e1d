import MeshModel
import Quantities

/// What one source tells of the traffic, in the numbers of the ``GraphBuilder`` that made it.
struct TrafficReading {
    /// By flow. Flows that the source has never heard of may be missing at the end.
    var counts: [FlowCounts]
    /// The time that the counts cover; nothing when there is nothing to wait for, because the source has nobody to ask.
    var covered: Duration?

    /// All that several sources tell, each flow by the first that knows of it: two that have looked at the same proxies
    /// have counted the same requests, which must not be added.
    ///
    /// What all of it covers is what the youngest of them covers.
    static func joined(_ readings: [TrafficReading]) -> TrafficReading {
        var joined = readings.first ?? TrafficReading(counts: [], covered: nil)
        for reading in readings.dropFirst() {
            for (number, count) in reading.counts.enumerated() {
                if number == joined.counts.count {
                    joined.counts.append(count)
                } else if !joined.counts[number].isAlive, count.isAlive {
                    joined.counts[number] = count
                }
            }
            joined.covered = [joined.covered, reading.covered].compactMap(\.self).min()
        }
        return joined
    }
}

/// When either end of a flow was last seen to count in rates.
struct RatedActivity {
    private var destination: MonotonicTime?
    private var source: MonotonicTime?

    mutating func see(_ reporter: Reporter, at time: MonotonicTime) {
        switch reporter {
        case .destination: destination = time
        case .source: source = time
        }
    }

    var newest: MonotonicTime { max(destination ?? .init(nanoseconds: 0), source ?? .init(nanoseconds: 0)) }

    func reporters(since time: MonotonicTime) -> [Reporter] {
        var reporters: [Reporter] = []
        if let destination, destination >= time { reporters.append(.destination) }
        if let source, source >= time { reporters.append(.source) }
        return reporters
    }
}
