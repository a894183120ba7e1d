package import MeshModel
package import MetricStore
package import Quantities
internal import Storage
internal import Synchronization
internal import SystemIO

/// What a mesh counted for longer than memory keeps it, in one SQLite file that is continued from process to process.
///
/// A collector tells it everything; a thread of its own joins that to rows of ten seconds and writes them. After an hour
/// rows are joined to minutes. The oldest goes when the file is too large or too old. The file is a recording
/// (``RecordingSchema``) and can be replayed as one.
///
/// What was counted while nobody looked is not known to any minute, and in none: after a pause, counters begin to count
/// at their first sample, as they do in a store that meets a target.
package final class MeshHistory: Sendable {
    private struct Past {
        var replay: Replay?
        var lastUse: MonotonicTime
    }

    package let file: String
    /// Nothing when another process writes the file.
    let recorder: Recorder?
    private let past: Mutex<Past>

    /// How long what was read from the file stays in memory when nobody asks for more of it.
    private static let rest = Duration.seconds(120)
    /// Rows are this far apart at most, and a little more for a target that answers late.
    private static let longestStep = Duration.seconds(90)

    /// Continues the history in `file`, or begins one.
    package convenience init(file: String, _ options: HistoryOptions = HistoryOptions()) throws(RecordingError) {
        try self.init(file: file, options, time: .system)
    }

    /// The same with a clock of the caller's.
    package init(file: String, _ options: HistoryOptions, time: HistoryClock) throws(RecordingError) {
        self.file = file
        let queue = RecordingQueue(capacity: options.queue)
        let opened = try HistoryFile(file, options, time)
        let work = try Recording.reading { () throws(StorageError) in
            try HistoryWork(opened, options, time, queue: queue)
        }
        recorder = try Recorder(work, queue: queue, pause: options.pause)
        past = Mutex(Past(lastUse: SystemClock.monotonic()))
    }

    /// A history that somebody else continues, to look back in.
    package init(reading file: String) throws(RecordingError) {
        self.file = file
        _ = try Recording(file: file)
        recorder = nil
        past = Mutex(Past(lastUse: SystemClock.monotonic()))
    }

    /// As of the last rows.
    package var status: RecordingStatus { recorder?.status ?? RecordingStatus() }

    /// What a person should know about it.
    package var notices: [String] {
        guard recorder != nil else {
            return ["the history \(file) is written by another meshtop; this one only reads it"]
        }
        let status = status
        if let failure = status.failure { return ["the history is kept no longer: \(failure)"] }
        var notices: [String] = []
        if let trouble = status.trouble { notices.append("the history cannot be written now: \(trouble)") }
        if !status.loss.isNothing { notices.append("not in the history, because the disk is too slow: \(status.loss)") }
        return notices
    }

    /// All weights that are in force. Those that have not changed are passed over.
    package func record(_ splits: [TrafficSplit]) {
        recorder?.record(splits, at: SystemClock.monotonic())
    }

    /// What becomes of a store, for ``MetricStore/MetricStore/observer``.
    package func record(_ event: StoreEvent, at time: MonotonicTime) {
        recorder?.record(event, at: time)
    }

    /// Waits until what was told before is in a step, and in the file when that has ended.
    package func settle() { recorder?.settle() }

    /// Writes the rest and closes the file. Call it once, after the collector has ended.
    package func stop() -> RecordingStatus {
        past.withLock { $0.replay = nil }
        return recorder?.stop() ?? RecordingStatus()
    }

    /// Lets go of what was read for somebody who looked back, after a while.
    func relax(now: MonotonicTime) {
        // While somebody looks back there is nothing to let go of.
        _ = past.withLockIfAvailable { past in
            if past.replay != nil, past.lastUse.duration(to: now) > Self.rest { past.replay = nil }
        }
    }

    // MARK: Looking back

    /// How a snapshot of the past is to be made.
    package struct Look: Sendable {
        package var window: Duration
        package var view: GraphView
        package var health: HealthJudge
        package var inventory: MeshInventory

        package init(
            window: Duration, view: GraphView = GraphView(), health: HealthJudge = HealthJudge(),
            inventory: MeshInventory = .none
        ) {
            self.window = window
            self.view = view
            self.health = health
            self.inventory = inventory
        }
    }

    /// The mesh over a window that has ended. Reads the file: any thread but one that must not wait.
    package func snapshot(ending time: WallTime, _ look: Look) throws(MeshPastFailure) -> MeshSnapshot {
        let file = file
        let result: Result<MeshSnapshot, MeshPastFailure> = past.withLock { past in
            do throws(RecordingError) {
                let replay: Replay
                if let open = past.replay { replay = open } else { replay = try Replay(try Recording(file: file)) }
                past.replay = replay
                defer { past.lastUse = SystemClock.monotonic() }
                return try Self.snapshot(of: replay, ending: time, look)
            } catch {
                past.replay = nil
                if case .empty = error { return .failure(MeshPastFailure("the history is empty so far")) }
                return .failure(MeshPastFailure("\(error)"))
            }
        }
        return try result.get()
    }

    private static func snapshot(
        of replay: Replay, ending time: WallTime, _ look: Look
    ) throws(RecordingError) -> Result<MeshSnapshot, MeshPastFailure> {
        let begin = try replay.span().lowerBound
        guard time > begin else { return .failure(MeshPastFailure("the history begins later", earliest: begin)) }
        switch try replay.coverage(of: time, tolerance: longestStep) {
        case .nobodyLooked(let from, let until):
            return .failure(
                MeshPastFailure("nobody looked from \(second(from)) on" + (until.map { " until \(second($0))" } ?? "")))
        case .rows(let end):
            replay.health = look.health
            replay.inventory = look.inventory
            var snapshot = try replay.snapshot(at: end, window: look.window, view: look.view)
            snapshot.time = time
            // Numbered apart from live graphs and from those that memory holds.
            snapshot.structureVersion |= 3 << 62
            return .success(snapshot)
        }
    }

    /// `2026-11-20T00:10:00Z`.
    private static func second(_ time: WallTime) -> String { time.rfc3339.prefix(19) + "Z" }
}
