import Foundation
import JSONWire
import Quantities
import Synchronization
import SystemIO
import Testing

struct MeshTestFailure: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// How a command ended and what it said.
struct CommandResult {
    var status: Int32
    var output: String
    var errors: String
    /// When it had ended, on the monotonic clock that all processes share, in nanoseconds.
    var ended: Int
}

/// Runs a program, by its name or path, and waits for its end. One that takes more than `seconds` is ended with 124.
func run(
    _ program: String, _ arguments: [String], input: String? = nil, seconds: Int = 60
) throws -> CommandResult {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["timeout", "--foreground", "-k", "1", String(seconds), program] + arguments
    let output = Pipe()
    let errors = Pipe()
    process.standardOutput = output
    process.standardError = errors
    let pipe = Pipe()
    process.standardInput = pipe
    try process.run()
    pipe.fileHandleForWriting.write(Data((input ?? "").utf8))
    try pipe.fileHandleForWriting.close()
    // Errors are read on a thread of their own, so that neither pipe can fill up while the other is waited for.
    let errorText = Mutex("")
    let hasErrors = DispatchSemaphore(value: 0)
    Thread {
        let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        errorText.withLock { $0 = text }
        hasErrors.signal()
    }.start()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let ended = Clock.now
    process.waitUntilExit()
    hasErrors.wait()
    return CommandResult(
        status: process.terminationStatus, output: text, errors: errorText.withLock { $0 }, ended: ended)
}

/// What an address answers, as curl sees it.
func fetch(_ url: String, seconds: Int = 5) throws -> CommandResult {
    try run("curl", ["-sS", "--fail", "--max-time", String(seconds), url])
}

func fetchJSON(_ url: String, seconds: Int = 5) throws -> JSONValue {
    let answer = try fetch(url, seconds: seconds)
    guard answer.status == 0 else { throw MeshTestFailure("\(url): \(answer.errors)") }
    return try JSONValue(parsing: answer.output)
}

/// The clock of the shop's log.
enum Clock {
    /// Nanoseconds.
    static var now: Int { Int(clamping: SystemClock.monotonic().nanoseconds) }

    /// Lets other processes work between two looks at something.
    static func pause(milliseconds: Int) {
        _ = DispatchSemaphore(value: 0).wait(timeout: .now() + .milliseconds(milliseconds))
    }
}

/// Asks again and again until `condition` holds; an issue is recorded when it does not within `seconds`.
func eventually(
    _ what: String, within seconds: Int, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) throws {
    let deadline = Clock.now + seconds * 1_000_000_000
    while try !condition() {
        guard Clock.now < deadline else {
            Issue.record("\(what) did not happen within \(seconds) s", sourceLocation: sourceLocation)
            return
        }
        Clock.pause(milliseconds: 20)
    }
}
