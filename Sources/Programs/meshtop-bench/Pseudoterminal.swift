import CLinux
import Glibc
import Quantities
import SystemIO

/// A terminal that nobody looks at: a program draws on it and its bytes are counted.
final class Pseudoterminal {
    /// One read from the program: when, and how many bytes.
    struct Chunk {
        var time: MonotonicTime
        var bytes: Int
    }

    private let master: CInt
    private let path: String
    private let loop: EventLoop
    private(set) var chunks: [Chunk] = []
    /// The last bytes that were drawn, to look for a word in them.
    private(set) var tail: [UInt8] = []
    private var registration: EventLoop.Registration?

    init(columns: Int, rows: Int, loop: EventLoop) throws {
        self.loop = loop
        var name = [CChar](repeating: 0, count: 64)
        master = meshtop_open_pseudoterminal(&name, name.count)
        guard master >= 0 else { throw BenchmarkFailure("no pseudoterminal could be made: errno \(errno)") }
        path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let size = try ChildProcess(
            ChildCommand("stty", ["-F", path, "rows", String(rows), "cols", String(columns)]), loop: loop)
        guard loop.run(until: SystemClock.monotonic().advanced(by: .seconds(2)), { size.exit != nil }) else {
            throw BenchmarkFailure("stty did not end")
        }
        registration = try loop.register(master, for: .readable, edgeTriggered: false) { [weak self] _ in self?.take() }
    }

    deinit {
        if let registration { loop.unregister(registration) }
        close(master)
    }

    /// Starts a program with this terminal as its input and output.
    func start(_ program: String, _ arguments: [String]) throws -> ChildProcess {
        let words = ([program] + arguments).map { "'\($0)'" }.joined(separator: " ")
        let environment = ChildCommand.inheritedEnvironment.filter { entry in
            !["TERM=", "COLORTERM=", "LC_ALL=", "NO_COLOR="].contains { entry.hasPrefix($0) }
        }
        return try ChildProcess(
            ChildCommand(
                "sh", ["-c", "exec \(words) <\(path) >\(path) 2>/dev/null"],
                environment: environment + [
                    "TERM=xterm-256color", "COLORTERM=truecolor", "LC_ALL=C.UTF-8", "XDG_STATE_HOME=/dev/null",
                ]),
            loop: loop
        )
    }

    /// Waits for the first frame: what comes before the first silence of 20 ms. Gives up after three seconds.
    func waitForFirstFrame(since start: MonotonicTime) {
        while start.duration(to: SystemClock.monotonic()) < .seconds(3) {
            _ = loop.run(until: SystemClock.monotonic().advanced(by: .milliseconds(2))) { false }
            guard let last = chunks.last, count(since: start).bytes > 500 else { continue }
            if last.time.duration(to: SystemClock.monotonic()) > .milliseconds(20) { return }
        }
    }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
    }

    /// Bytes and reads since `start`.
    func count(since start: MonotonicTime) -> (bytes: Int, reads: Int) {
        chunks.filter { $0.time >= start }.reduce(into: (0, 0)) { sum, chunk in
            sum.0 += chunk.bytes
            sum.1 += 1
        }
    }

    private func take() {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let got = read(master, &buffer, buffer.count)
        guard got > 0 else { return }
        chunks.append(Chunk(time: SystemClock.monotonic(), bytes: got))
        tail = Array((tail + buffer[..<got]).suffix(100_000))
    }
}
