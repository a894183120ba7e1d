internal import MeshModel
internal import Quantities
internal import Storage
internal import SystemIO

/// What a recorder does on its thread.
protocol RecorderWork {
    /// Writes what waits.
    func write() -> RecordingStatus

    /// Writes the rest and closes the file.
    func close() -> RecordingStatus
}

/// A recording's work: what waits goes into the file, all of it.
final class RecordingWork: RecorderWork {
    private let database: Database
    private let writer: RecordWriter
    private let queue: RecordingQueue
    private var size: RecordingSize
    private var status = RecordingStatus()

    init(_ database: Database, _ writer: RecordWriter, queue: RecordingQueue, size: RecordingSize) {
        self.database = database
        self.writer = writer
        self.queue = queue
        self.size = size
    }

    /// Writes what waits. After a failure – a full disk – nothing more is taken.
    func write() -> RecordingStatus {
        guard status.failure == nil else { return status }
        do throws(StorageError) {
            let (entries, loss) = queue.take()
            status.loss.add(loss)
            try writer.write(entries, loss: loss, now: SystemClock.monotonic())
            status.bytes = try size.trim(database, now: writer.clock.time(of: SystemClock.monotonic()))
            status.removed = size.removed
            status.begin = size.begin.map { WallTime(nanosecondsSinceEpoch: $0) }
            status.tracesBegin = size.tracesBegin.map { WallTime(nanosecondsSinceEpoch: $0) }
            status.counts = writer.counts
        } catch {
            fail(error)
        }
        return status
    }

    /// Writes the rest and leaves one file without another beside it, to be read where nothing can be written.
    func close() -> RecordingStatus {
        _ = write()
        queue.close()
        guard status.failure == nil else { return status }
        do throws(StorageError) {
            try writer.note("ended", SystemClock.wall().rfc3339)
            // Somebody who reads it keeps it in write-ahead mode, which is no harm.
            do { try database.execute("PRAGMA journal_mode=DELETE") } catch  where error.code == .busy {}
        } catch {
            fail(error)
        }
        return status
    }

    private func fail(_ error: StorageError) {
        status.failure = RecordingError(error)
        queue.close()
    }
}
