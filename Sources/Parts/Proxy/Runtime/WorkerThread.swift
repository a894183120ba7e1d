import Quantities
import SystemIO

/// A worker on a thread of its own, reached from the admin thread by messages.
struct WorkerThread: Sendable {
    private let worker: Confined<Worker>
    private let loop: EventLoopHandle
    private let thread: ThreadHandle

    /// Starts the thread.
    ///
    /// - Parameter sendSpans: called on the worker's thread.
    init(
        index: Int, configuration: Worker.Configuration, sendSpans: @escaping @Sendable ([SpanRecord]) -> Void
    ) throws(SystemError) {
        // Made here, then only touched by the thread that runs its loop.
        let worker = Worker(loop: try EventLoop(), configuration: configuration, sendSpans: sendSpans)
        let confined = Confined(worker)
        self.worker = confined
        loop = worker.loop.handle
        thread = try Threads.spawn(name: "worker-\(index)") { confined.value.loop.run() }
    }

    /// Runs `question` on the worker and `answer`, with what it returned, on `admin`.
    func ask<Value: Sendable>(
        _ question: @escaping @Sendable (Worker) -> Value, then admin: EventLoopHandle,
        _ answer: @escaping @Sendable (Value) -> Void
    ) {
        let worker = worker
        loop.submit {
            let value = question(worker.value)
            admin.submit { answer(value) }
        }
    }

    /// ``Worker/drain(_:completion:)``, with the completion on `admin`.
    func drain(_ plan: DrainPlan, then admin: EventLoopHandle, _ completion: @escaping @Sendable (Int) -> Void) {
        let worker = worker
        loop.submit {
            worker.value.drain(plan) { cut in admin.submit { completion(cut) } }
        }
    }

    /// Ends the thread's loop and waits for it.
    func stop() {
        loop.stop()
        thread.join()
    }
}
