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
    private(set) var destination = TrafficCount()
    private(set) var source = TrafficCount()
    /// Of the source's count.
    private(set) var unarrived = TrafficCount()
    private var broken = TrafficCount()
    /// Of the destination's count: requests whose client had gone.
    private var gone = TrafficCount()
    private var destinationIsAlive = false
    private var sourceIsAlive = false

    /// Which of a flow's traffic is looked at.
    enum Part: Equatable {
        case all
        /// What carries an operation, or this one's.
        case operation(Int32)
        case withoutOperation
    }

    init(_ flow: Int, of numbers: TrafficNumbers, _ numbering: TrafficNumbering, part: Part = .all) {
        for kind in numbering.kinds(of: flow) {
            let place = numbering.places[Int(kind)]
            let number = numbers.kinds[Int(kind)]
            guard Self.isPart(part, numbering.cells[Int(place.cell)]) else { continue }
            if number.isAlive { markAlive(place.reporter) }
            add(number, at: place)
        }
        if part == .all {
            for reporter in [Reporter.destination, .source] where numbers.isAlive(reporter, of: flow) {
                markAlive(reporter)
            }
        }
        for cell in numbering.cells(of: flow) {
            let place = numbering.cells[Int(cell)]
            guard Self.isPart(part, place) else { continue }
            let number = numbers.cells[Int(cell)]
            let latency =
                place.bounds.isEmpty
                ? BucketCounts()
                : BucketCounts(ascending: place.bounds, counts: place.buckets.map { numbers.buckets[Int($0)] })
            switch place.reporter {
            case .destination: destination.add(number, latency)
            case .source: source.add(number, latency)
            }
        }
    }

    private static func isPart(_ part: Part, _ cell: TrafficNumbering.Cell) -> Bool {
        switch part {
        case .all: true
        case .operation(let number): cell.operation == number
        case .withoutOperation: cell.operation < 0
        }
    }

    private mutating func markAlive(_ reporter: Reporter) {
        switch reporter {
        case .destination: destinationIsAlive = true
        case .source: sourceIsAlive = true
        }
    }

    private mutating func add(_ number: TrafficNumbers.Kind, at place: TrafficNumbering.Place) {
        guard number.requests > 0 || number.failures > 0 else { return }
        switch place.reporter {
        case .destination: destination.add(number, at: place)
        case .source: source.add(number, at: place)
        }
        guard number.requests > 0 else { return }
        switch (place.reporter, place.passage) {
        case (.destination, _): if place.result == .clientGone { gone.add(number, at: place) }
        case (.source, .neverArrived): unarrived.add(number, at: place)
        case (.source, .brokeOff): broken.add(number, at: place)
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
        destination.takeBytes(of: other.destination)
        source.takeBytes(of: other.source)
    }

    /// Whether either end counted anything within the longer time for which idle traffic stays in the graph.
    var isAlive: Bool { destinationIsAlive || sourceIsAlive }

    /// What one end counted, if it says anything.
    func reported(by reporter: Reporter) -> TrafficCount? {
        switch reporter {
        case .destination: destinationIsAlive ? destination : nil
        case .source: sourceIsAlive ? source : nil
        }
    }

    /// - Parameter isDestinationSilent: whether a target of the destination is down, so that its count lacks something.
    func chosen(isDestinationSilent: Bool) -> (count: TrafficCount, reporter: Reporter) {
        // The ends are not read at one moment: a source that is a second ahead does not silence a destination.
        let hasNothing = !destination.hasTraffic
        let sourceHas = source.requests > unarrived.requests || source.hasStream
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

    /// What the destination got without an operation, of a flow whose operations stand by themselves.
    var rest: TrafficCount {
        var count = destination
        count.mergeRequests(of: unarrived)
        return count
    }
}
