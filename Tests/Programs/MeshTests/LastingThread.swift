import Foundation
import Synchronization

/// A thread that lives as long as the tests do. The kernel ends a child with the thread that started it, so children
/// that must end with the tests, even killed ones, are started here.
final class LastingThread: Sendable {
    static let shared = LastingThread()

    private let work = Mutex<[@Sendable () -> Void]>([])
    private let signal = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in
            while true {
                signal.wait()
                let next = work.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                next?()
            }
        }
        thread.start()
    }

    /// Runs `body` over there and waits for it.
    func perform<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        let result = Mutex<Result<Value, any Error>?>(nil)
        let done = DispatchSemaphore(value: 0)
        work.withLock {
            $0.append {
                let value = Result(catching: body)
                result.withLock { $0 = value }
                done.signal()
            }
        }
        signal.signal()
        done.wait()
        guard let value = result.withLock({ $0 }) else { throw MeshTestFailure("the work was never done") }
        return try value.get()
    }
}

/// A program that runs beside the tests and is ended by the kernel when they end, however they end.
struct Companion: Sendable {
    let process: Process
    /// What it says on both its outputs.
    private let log: String

    private let signal: Int32

    /// - Parameters:
    ///   - words: the program, by path or by name, and its arguments.
    ///   - signal: what ends it: SIGKILL, or SIGTERM for one that has its own children to end.
    init(_ words: [String], log: String, endedBy signal: Int32 = SIGKILL) throws {
        self.log = log
        self.signal = signal
        process = try LastingThread.shared.perform {
            try Data().write(to: URL(fileURLWithPath: log))
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            // setpriv becomes the program, so the process keeps its number.
            process.arguments = ["setpriv", "--pdeathsig", signal == SIGKILL ? "KILL" : "TERM"] + words
            process.standardInput = FileHandle.nullDevice
            let file = FileHandle(forWritingAtPath: log)
            process.standardOutput = file
            process.standardError = file
            try process.run()
            return process
        }
    }

    var identifier: Int32 { process.processIdentifier }

    var said: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

    /// Ends it and waits until it has; one that does not within ten seconds is killed.
    func end() {
        kill(identifier, signal)
        let deadline = Clock.now + 10_000_000_000
        while process.isRunning {
            if Clock.now > deadline { kill(identifier, SIGKILL) }
            Clock.pause(milliseconds: 10)
        }
    }
}
