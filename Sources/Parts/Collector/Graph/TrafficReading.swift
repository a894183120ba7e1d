import MeshModel
import Quantities

/// What one source tells of the traffic, in the numbers of the ``GraphBuilder`` that made it.
struct TrafficReading {
    var numbers: TrafficNumbers
    /// The time that the counts cover; nothing when there is nothing to wait for, because the source has nobody to ask.
    var covered: Duration?

    /// All that several sources tell, each flow by the first that knows of it: two that have looked at the same proxies
    /// have counted the same requests, which must not be added.
    ///
    /// What all of it covers is what the youngest of them covers.
    static func joined(_ readings: [TrafficReading], _ numbering: TrafficNumbering) -> TrafficReading {
        var joined = readings.first ?? TrafficReading(numbers: TrafficNumbers(numbering), covered: nil)
        // A later reading may have met traffic that an earlier one had no number for.
        joined.numbers.grow(to: numbering)
        for var reading in readings.dropFirst() {
            reading.numbers.grow(to: numbering)
            let known = joined.numbers.aliveFlows(numbering)
            let isNew = zip(known, reading.numbers.aliveFlows(numbering)).map { !$0 && $1 }
            if isNew.contains(true) { joined.numbers.take(reading.numbers, isNew, numbering) }
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
