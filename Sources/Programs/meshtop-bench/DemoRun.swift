import Quantities
import SystemIO

/// The demo mesh as a child, for benchmarks of the whole chain.
struct DemoRun {
    let stateDirectory: String
    private let process: ChildProcess
    private let loop: EventLoop

    /// Starts it headless and waits until it is ready.
    init(program: String, directory: String, loop: EventLoop) throws {
        self.loop = loop
        stateDirectory = "\(directory)/state"
        let log = "\(directory)/demo.log"
        let process = try ChildProcess(
            ChildCommand(
                program, ["demo", "--headless", "--state-dir", stateDirectory], standardOutput: .file(log),
                standardError: .file(log)), loop: loop)
        self.process = process
        func text() -> String { String(decoding: (try? Files.read(log)) ?? [], as: UTF8.self) }
        let isReady = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(20))) {
            process.exit != nil || text().contains("\nready\n")
        }
        guard isReady, process.exit == nil else { throw BenchmarkFailure("the demo did not start:\n\(text())") }
    }

    func end() {
        process.terminate(grace: .seconds(8))
        _ = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(10))) { process.exit != nil }
    }
}
