package import MeshModel
package import MetricStore
package import Quantities
internal import Storage
internal import Synchronization
internal import SystemIO
package import TraceModel

/// Writes what a collector sees into one file, on a thread of its own: a disk that is slow delays no scrape.
///
/// What came in is written once a second in one transaction. When the process is killed, all but the last second is in
/// the file. Facts may come from any thread; those of one target in their order.
package final class Recorder: Sendable {
    package struct Options: Sendable {
        /// Bytes in the file beyond which the oldest is removed.
        package var limit = Int64.max
        /// Bytes that may wait to be written. What comes beyond is dropped and counted.
        package var queue = 64 << 20
        /// Between two transactions.
        package var pause = Duration.seconds(1)
        /// What is recorded, in words; kept in the file.
        package var source = ""

        package init() {}
    }

    private let queue: RecordingQueue
    private let shared = SharedStatus()
    private let loop: EventLoopHandle
    private let thread: ThreadHandle
    private let writeSoon: @Sendable () -> Void

    /// Makes the file and starts. There must be no file of that name.
    package convenience init(file: String, _ options: Options = Options()) throws(RecordingError) {
        guard !Files.exists(file) else { throw .exists(file: file) }
        let clock = RecordingClock(wall: SystemClock.wall(), monotonic: SystemClock.monotonic())
        let queue = RecordingQueue(capacity: options.queue)
        let work: RecordingWork
        do throws(StorageError) {
            let database = try Database(path: file, durability: .normal)
            try database.migrate(RecordingSchema.steps)
            let writer = RecordWriter(database, clock: clock)
            try writer.note("began", clock.wall.rfc3339)
            try writer.note("source", options.source)
            work = RecordingWork(database, writer, queue: queue, size: RecordingSize(limit: options.limit))
        } catch {
            throw RecordingError(error)
        }
        try self.init(work, queue: queue, pause: options.pause)
    }

    /// Starts to do `work` after each pause. When the recorder has stopped, the work and its file are let go of.
    init(_ work: any RecorderWork, queue: RecordingQueue, pause: Duration) throws(RecordingError) {
        self.queue = queue
        let desk = RecorderDesk(work)
        do throws(SystemError) {
            // Handed over to the thread below: nothing here touches it again, so that one thread has it at a time.
            nonisolated(unsafe) let loop = try EventLoop()
            self.loop = loop.handle
            writeSoon = { [shared, handle = loop.handle] in
                handle.submit { if let work = desk.work { shared.set(work.write()) } }
            }
            thread = try Threads.spawn(name: "recorder") { [shared] in
                func turn() {
                    if let work = desk.work { shared.set(work.write()) }
                    loop.schedule(after: pause) { turn() }
                }
                turn()
                loop.run()
                if let work = desk.work { shared.set(work.close()) }
                desk.work = nil
            }
        } catch {
            throw .noThread(reason: error.description)
        }
    }

    /// As of the last transaction.
    package var status: RecordingStatus { shared.status }

    /// Writes the rest, closes the file and waits for the thread. Call it once. What comes later is not recorded.
    package func stop() -> RecordingStatus {
        loop.stop()
        thread.join()
        return status
    }

    /// Waits until the thread has taken all that was told before.
    func settle() {
        guard let reply = try? Reply<Bool>() else { return }
        let writeSoon = writeSoon
        writeSoon()
        loop.submit { reply.bring(true) }
        _ = reply.wait(atMost: .seconds(60))
    }

    func record(_ fact: RecordedFact, at time: MonotonicTime) {
        if queue.put(fact, at: time) { writeSoon() }
    }
}

extension Recorder {
    /// What becomes of a store; for ``MetricStore/MetricStore/observer``.
    package func record(_ event: StoreEvent, at time: MonotonicTime) {
        record(.store(event), at: time)
    }

    /// A target is scraped from now on.
    package func list(_ target: String, _ identity: WorkloadIdentity?, at time: MonotonicTime) {
        record(.listed(target: target, identity), at: time)
    }

    /// Something has told who runs at a target that is scraped.
    package func identify(_ target: String, _ identity: WorkloadIdentity?, at time: MonotonicTime) {
        record(.identified(target: target, identity), at: time)
    }

    /// A target did not answer.
    package func fail(_ target: String, reason: String, at time: MonotonicTime) {
        record(.down(target: target, reason: reason), at: time)
    }

    /// A target is scraped no more.
    package func unlist(_ target: String, at time: MonotonicTime) {
        record(.gone(target: target), at: time)
    }

    /// All weights that are in force. Those that have not changed are passed over.
    package func record(_ splits: [TrafficSplit], at time: MonotonicTime) {
        record(.weights(splits), at: time)
    }

    /// Traces as they are known now; one that is recorded already is replaced.
    package func record(_ traces: [Trace], at time: MonotonicTime) {
        guard !traces.isEmpty else { return }
        record(.traces(traces), at: time)
    }
}

/// Where the thread finds its work.
///
/// Unchecked: the thread alone reads and writes ``work`` once it runs.
private final class RecorderDesk: @unchecked Sendable {
    var work: (any RecorderWork)?

    init(_ work: any RecorderWork) {
        self.work = work
    }
}

private final class SharedStatus: Sendable {
    private let newest = Mutex(RecordingStatus())

    var status: RecordingStatus { newest.withLock { $0 } }

    func set(_ status: RecordingStatus) { newest.withLock { $0 = status } }
}
