import MeshModel
import MetricStore
import Quantities

/// What an edge sums up: the numbers that are shown, and beside them what each end counted.
///
/// A class, because there are many and they hold much: what is passed around is the one reference.
final class EdgeSum {
    private(set) var count = TrafficCount()
    /// The destination, when any of the flows has its word.
    private(set) var reporter = Reporter.source
    private(set) var sent: EndSum?
    private(set) var received: EndSum?
    /// Who the ends say they are, by ``TrafficTables/principals``: nearly always one pair.
    private var firstNames: Int32 = -1
    private var otherNames: [Int32] = []

    init() {}

    init(copying other: EdgeSum) {
        count = other.count
        reporter = other.reporter
        sent = other.sent
        received = other.received
        firstNames = other.firstNames
        otherNames = other.otherNames
    }

    /// Starts over.
    func clear() {
        count = TrafficCount()
        reporter = .source
        sent = nil
        received = nil
        firstNames = -1
        if !otherNames.isEmpty { otherNames = [] }
    }

    /// Adds one flow's numbers.
    ///
    /// - Parameters:
    ///   - count: what of it is shown, by the word of `reporter`.
    ///   - counts: what each end counted.
    ///   - names: who the ends say they are, by ``TrafficTables/principals``; less than nothing when they do not.
    func add(_ count: TrafficCount, by reporter: Reporter, _ counts: FlowCounts, names: Int32) {
        self.count.merge(count)
        if reporter == .destination { self.reporter = .destination }
        if counts.says(.source) { sent.add(counts.source, neverArrived: counts.neverArrived) }
        if counts.says(.destination) { received.add(counts.destination, neverArrived: 0) }
        name(names)
    }

    /// Adds another edge that became one with this.
    func merge(_ other: EdgeSum) {
        count.merge(other.count)
        if other.reporter == .destination { reporter = .destination }
        if let end = other.sent { sent.merge(end) }
        if let end = other.received { received.merge(end) }
        name(other.firstNames)
        for names in other.otherNames { name(names) }
    }

    private func name(_ names: Int32) {
        guard names >= 0, names != firstNames else { return }
        if firstNames < 0 {
            firstNames = names
        } else if otherNames.count < MeshEdge.maximumPrincipals, !otherNames.contains(names) {
            otherNames.append(names)
        }
    }

    /// Who the ends say they are.
    func names(_ principals: [TrafficNumbering.Principals]) -> TrafficNumbering.Principals {
        guard firstNames >= 0 else { return TrafficNumbering.Principals() }
        var names = principals[Int(firstNames)]
        for other in otherNames {
            for name in principals[Int(other)].source { TrafficNumbering.add(name, to: &names.source) }
            for name in principals[Int(other)].target { TrafficNumbering.add(name, to: &names.target) }
        }
        return names
    }
}

/// What one end counted of an edge.
struct EndSum {
    private var requests: Double
    private var requestsPerSecond: Double
    private var errors: Double
    private var neverArrived: Double
    private var bytesPerSecond: Double
    private var latency: BucketCounts

    init(_ count: TrafficCount, neverArrived: Double) {
        requests = count.requests
        requestsPerSecond = count.requestsPerSecond
        errors = count.errors
        self.neverArrived = neverArrived
        bytesPerSecond = count.bytesPerSecond
        latency = count.latency
    }

    mutating func add(_ count: TrafficCount, neverArrived: Double) {
        merge(EndSum(count, neverArrived: neverArrived))
    }

    mutating func merge(_ other: EndSum) {
        requests += other.requests
        requestsPerSecond += other.requestsPerSecond
        errors += other.errors
        neverArrived += other.neverArrived
        bytesPerSecond += other.bytesPerSecond
        latency.merge(other.latency)
    }

    /// - Parameter shown: the quantiles of the edge, taken over when they are of the same histogram.
    func traffic(shown: LatencyQuantiles?, isShown: Bool) -> ReportedTraffic {
        ReportedTraffic(
            rate: RequestsPerSecond(requestsPerSecond), samples: requests, neverArrived: neverArrived,
            errors: Ratio(errors, of: requests), latency: isShown ? shown : latency.quantiles,
            throughput: BytesPerSecond(bytesPerSecond))
    }
}

extension Optional<EndSum> {
    fileprivate mutating func add(_ count: TrafficCount, neverArrived: Double) {
        if self?.add(count, neverArrived: neverArrived) == nil { self = EndSum(count, neverArrived: neverArrived) }
    }

    fileprivate mutating func merge(_ other: EndSum) {
        if self?.merge(other) == nil { self = other }
    }
}
