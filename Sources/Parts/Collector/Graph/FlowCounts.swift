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
    /// What one end alone knows to have gone wrong: of most flows nothing.
    private var astray: StrayRequests?
    private var destinationIsAlive = false
    private var sourceIsAlive = false

    /// Which of a flow's traffic is looked at.
    enum Part: Equatable {
        case all
        /// What carries an operation, or this one's.
        case operation(Int32)
        case withoutOperation
    }

    init(_ flow: Int, of numbers: TrafficNumbers, _ tables: TrafficTables, part: Part = .all) {
        for index in tables.kindsOfFlow.places(of: flow) {
            let kind = tables.kindsOfFlow.member(at: index)
            let place = tables.places[kind]
            guard part == .all || Self.isPart(part, tables.cells[Int(place.cell)]) else { continue }
            if numbers.kinds[kind].isAlive { markAlive(place.reporter) }
            add(numbers.kinds[kind], at: place)
        }
        if part == .all, !numbers.aliveEnds.isEmpty {
            for reporter in [Reporter.destination, .source] where numbers.isAlive(reporter, of: flow) {
                markAlive(reporter)
            }
        }
        for index in tables.cellsOfFlow.places(of: flow) {
            let number = tables.cellsOfFlow.member(at: index)
            let cell = tables.cells[number]
            guard part == .all || Self.isPart(part, cell) else { continue }
            let latency = tables.histogram(cell, of: numbers.buckets)
            switch cell.reporter {
            case .destination: destination.add(numbers.cells[number], latency)
            case .source: source.add(numbers.cells[number], latency)
            }
        }
    }

    private static func isPart(_ part: Part, _ cell: TrafficTables.Cell) -> Bool {
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
        case (.destination, _): if place.result == .clientGone { strayed.gone.add(number, at: place) }
        case (.source, .neverArrived): strayed.unarrived.add(number, at: place)
        case (.source, .brokeOff): strayed.broken.add(number, at: place)
        case (.source, .arrived): break
        }
    }

    private var strayed: StrayRequests {
        mutating get {
            let strayed = astray ?? StrayRequests()
            astray = strayed
            return strayed
        }
    }

    /// How many of the source's requests never arrived.
    var neverArrived: Double { astray?.unarrived.requests ?? 0 }

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

    /// Whether an end says anything.
    func says(_ reporter: Reporter) -> Bool { reporter == .destination ? destinationIsAlive : sourceIsAlive }

    /// What one end counted, if it says anything.
    func reported(by reporter: Reporter) -> TrafficCount? {
        switch reporter {
        case .destination: destinationIsAlive ? destination : nil
        case .source: sourceIsAlive ? source : nil
        }
    }

    /// Whose word is taken.
    ///
    /// - Parameter isDestinationSilent: whether a target of the destination is down, so that its count lacks something.
    func reporter(isDestinationSilent: Bool) -> Reporter {
        // The ends are not read at one moment: a source that is a second ahead does not silence a destination.
        let hasNothing = !destination.hasTraffic
        let sourceHas = source.requests > neverArrived || source.hasStream
        return destinationIsAlive && !(sourceHas && (isDestinationSilent || hasNothing)) ? .destination : .source
    }

    /// What becomes of the destination's count by what the source alone knows; nothing where that is nothing.
    private var mended: TrafficCount? {
        guard let astray else { return nil }
        var count = destination
        count.mergeRequests(of: astray.unarrived)
        let exchanged = min(astray.broken.requests, astray.gone.requests)
        if exchanged > 0 {
            count.mergeRequests(of: astray.gone, times: -exchanged / astray.gone.requests)
            // The rate moves from one code to another; the requests stay as many as they were.
            let rate = astray.gone.requestsPerSecond * exchanged / astray.gone.requests
            count.mergeRequests(of: astray.broken.scaled(toRequests: exchanged, perSecond: rate))
        }
        return count
    }

    /// Hands what counts to `body`, without a copy where there is nothing to mend: a count is large.
    func withChosen<Result>(_ reporter: Reporter, _ body: (TrafficCount) -> Result) -> Result {
        guard reporter == .destination else { return body(source) }
        if let mended { return body(mended) }
        return body(destination)
    }

    /// How many requests there were.
    func requests(_ reporter: Reporter) -> Double { withChosen(reporter) { $0.requests } }

    /// What the destination got without an operation, of a flow whose operations stand by themselves.
    var rest: TrafficCount {
        var count = destination
        if let astray { count.mergeRequests(of: astray.unarrived) }
        return count
    }
}

/// Requests that went wrong on their way. A class, because most flows have none, and none costs nothing then.
private final class StrayRequests {
    /// Of the source's count.
    var unarrived = TrafficCount()
    var broken = TrafficCount()
    /// Of the destination's count: requests whose client had gone.
    var gone = TrafficCount()
}
