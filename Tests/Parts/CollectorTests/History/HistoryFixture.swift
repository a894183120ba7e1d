import MeshModel
import Quantities
import Storage
import Synchronization
import SystemIO
import TestSupport

@testable import Collector

/// A clock that a test turns, in seconds since a mesh began (``RecordedMesh/MeshClock``).
final class TurnedClock: Sendable {
    /// 2026-11-20T00:00:00Z.
    static let begin = WallTime(secondsSinceEpoch: 1_795_132_800)

    private let seconds = Mutex(0.0)

    func turn(to value: Double) { seconds.withLock { $0 = value } }

    var now: HistoryClock {
        HistoryClock(
            wall: { [self] in Self.begin.advanced(by: .seconds(seconds.withLock { $0 })) },
            monotonic: { [self] in
                MonotonicTime(nanoseconds: 10_000_000_000_000 + UInt64(seconds.withLock { $0 } * 1e9))
            })
    }
}

/// A mesh that is generated, and its history in a file.
struct KeptMesh {
    let history: MeshHistory
    let clock: TurnedClock
    var mesh: RecordedMesh

    /// - Parameter second: the one in which this process begins.
    init(
        _ file: String, from second: Int = 0, _ change: (inout HistoryOptions) -> Void = { _ in }
    ) throws(RecordingError) {
        var options = HistoryOptions()
        options.pause = .milliseconds(2)
        change(&options)
        clock = TurnedClock()
        clock.turn(to: Double(second))
        history = try MeshHistory(file: file, options, time: clock.now)
        guard let recorder = history.recorder else { throw .held(file: file) }
        mesh = RecordedMesh(recorder, from: second)
    }

    /// So many seconds, second by second.
    mutating func pass(_ seconds: Int) throws {
        for _ in 0..<seconds {
            try mesh.pass()
            clock.turn(to: mesh.clock.seconds)
        }
    }

    /// The same without looking at the graph of each.
    mutating func pass(quickly seconds: Int) throws {
        for _ in 0..<seconds {
            try mesh.passUnseen()
            clock.turn(to: mesh.clock.seconds)
        }
    }

    /// Ends the step, and tells whether so many rows came to be written.
    func writes(_ rows: Int) -> Bool {
        let later = mesh.clock.now.advanced(by: .seconds(30))
        history.recorder?.record([TrafficSplit](), at: later)
        return eventually { history.status.counts.scrapes >= rows }
    }

    /// The graph over the 20 seconds before a second.
    func snapshot(at second: Double, window: Duration = .seconds(20)) throws(MeshPastFailure) -> MeshSnapshot {
        try history.snapshot(
            ending: TurnedClock.begin.advanced(by: .seconds(second)),
            MeshHistory.Look(window: window, view: GraphView(), health: HealthJudge(), inventory: .none))
    }

    func failure(at second: Double) -> MeshPastFailure? {
        do throws(MeshPastFailure) {
            _ = try snapshot(at: second)
            return nil
        } catch {
            return error
        }
    }
}

extension MeshSnapshot {
    /// `web->cart 7.25`, of all edges on which anything moved.
    var rates: [String] {
        edges.filter { $0.traffic.rate.value > 0 }.map { edge in
            let names = [edge.source, edge.target].map { id in nodes.first { $0.id == id }?.app ?? "?" }
            return "\(names[0])->\(names[1]) \((edge.traffic.rate.value * 100).rounded() / 100)"
        }.sorted()
    }
}

/// What all requests in a file add up to, in hundredths.
func requestsCounted(in file: String) throws -> Int64 {
    try Database(reading: file).rows(
        """
        SELECT CAST(round(sum(increase) * 100) AS INTEGER) FROM increases
        WHERE json_extract(key, '$.__name__') = 'istio_requests_total'
        """
    ) { (row) throws(StorageError) in try row.integer(0) }.first ?? 0
}

/// One number that a file answers with.
func number(_ sql: String, in file: String) throws -> Int64 {
    try Database(reading: file).rows(sql) { (row) throws(StorageError) in try row.integer(0) }.first ?? 0
}
