internal import Quantities
internal import Storage
internal import SystemIO

/// A history's work on its recorder's thread: what was counted is joined to steps, the steps go into the file, and what
/// is old goes out of it.
///
/// A file that cannot be written – a disk that is full, somebody who has locked it – is tried again and again; until then
/// steps grow longer, and nothing is lost but their resolution. Only where names of series pile up is it given up.
final class HistoryWork: RecorderWork {
    /// After that, series and targets of an earlier process that nobody has shown again are gone.
    private static let formerPatience = Duration.seconds(300)
    private static let retryPause = Duration.seconds(5)
    /// Bytes that may wait beyond the batch that could not be written.
    private static let maximumHeld = 64 << 20

    private let queue: RecordingQueue
    private let step: Duration
    private let time: HistoryClock
    private let writer: RecordWriter
    private let database: Database
    private var steps: HistorySteps
    private var joining: HistoryJoining
    private var size: RecordingSize
    private var status = RecordingStatus()
    /// What was lost and is not yet noted in the file.
    private var loss = RecordingLoss()
    private var lastTaken: MonotonicTime
    private var nextTry: MonotonicTime
    private var nextForgetting: MonotonicTime
    /// What waited when it could not be written first.
    private var heldBefore: Int?
    /// Let go of after the database: see ``FileLock``.
    private let lock: FileLock

    init(
        _ file: HistoryFile, _ options: HistoryOptions, _ time: HistoryClock, queue: RecordingQueue
    ) throws(StorageError) {
        self.time = time
        self.queue = queue
        step = options.step
        database = file.database
        lock = file.lock
        writer = RecordWriter(file.database, clock: file.clock)
        steps = HistorySteps(step: options.step)
        joining = try HistoryJoining(file.database, age: options.fineAge, step: options.coarseStep)
        // Some of the file is free pages that wait to be used again.
        size = RecordingSize(limit: options.size / 20 * 19, age: options.age, shrinks: true)
        let now = file.clock.monotonic
        (lastTaken, nextTry, nextForgetting) = (now, now, now.advanced(by: Self.formerPatience))
        if let end = file.end { try writer.reopen(at: end) }
        try database.transaction { () throws(StorageError) in
            try database.execute("DELETE FROM meta WHERE name = 'ended'")
            try writer.note("kind", HistoryFile.kind)
            try writer.note("began", file.clock.wall.rfc3339)
            try writer.note("source", options.source)
        }
        status.bytes = try RecordingSize.used(database)
    }

    func write() -> RecordingStatus {
        guard status.failure == nil else { return status }
        let now = time.monotonic()
        take(now)
        // Nobody is scraped any more: what was counted last must not wait for more.
        if lastTaken.duration(to: now) > step * 2 { steps.finishStep(at: now) }
        guard steps.isDue || status.trouble != nil, now >= nextTry else { return status }
        flush(now)
        return status
    }

    func close() -> RecordingStatus {
        guard status.failure == nil else { return status }
        let now = time.monotonic()
        take(now)
        queue.close()
        steps.finishStep(at: now)
        flush(now)
        if let trouble = status.trouble { status.failure = trouble }
        guard status.failure == nil else { return status }
        // What is left in the log is taken over by whoever opens the file next.
        try? writer.note("ended", time.wall().rfc3339)
        try? database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return status
    }

    private func take(_ now: MonotonicTime) {
        let (entries, loss) = queue.take()
        if !entries.isEmpty { lastTaken = now }
        status.loss.add(loss)
        self.loss.add(loss)
        for entry in entries { steps.take(entry) }
    }

    private func flush(_ now: MonotonicTime) {
        do throws(StorageError) {
            writer.clock.follow(wall: time.wall(), monotonic: now)
            try writer.write(steps.finished, loss: loss, now: now)
            // The names of a mesh come all at once, and then hardly ever.
            let isHeap = steps.size > HistorySteps.enough
            steps.forgetFinished()
            if isHeap { Allocator.returnFreed() }
            steps.isHeld = false
            loss = RecordingLoss()
            heldBefore = nil
            status.counts = writer.counts
            try tidy(now)
            status.trouble = nil
        } catch {
            suffer(error, now)
        }
    }

    /// Keeps the file in its bounds.
    private func tidy(_ now: MonotonicTime) throws(StorageError) {
        let nanoseconds = writer.clock.time(of: now)
        try joining.join(now: nanoseconds)
        let removed = size.removed
        status.bytes = try size.trim(database, now: nanoseconds)
        if size.removed > removed {
            status.removed = size.removed
            status.begin = size.begin.map { WallTime(nanosecondsSinceEpoch: $0) }
        }
        guard now >= nextForgetting else { return }
        nextForgetting = now.advanced(by: Self.formerPatience)
        try writer.forgetFormer(now: now)
    }

    private func suffer(_ error: StorageError, _ now: MonotonicTime) {
        status.trouble = RecordingError(error)
        nextTry = now.advanced(by: Self.retryPause)
        steps.isHeld = true
        let before = heldBefore ?? steps.size
        heldBefore = before
        guard error.code == .damaged || steps.size - before > Self.maximumHeld else { return }
        status.failure = RecordingError(error)
        queue.close()
    }
}
