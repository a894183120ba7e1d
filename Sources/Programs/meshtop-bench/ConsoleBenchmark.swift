import Glibc
import Quantities
import SystemIO

/// The real console on the real demo mesh, on a terminal whose bytes are counted.
struct ConsoleBenchmark {
    private static let sizes = [(columns: 120, rows: 40), (columns: 200, rows: 50)]
    private static let watched = Duration.seconds(8)

    private let program: String
    private let loop: EventLoop
    private let directory: String

    init(program: String) throws {
        self.program = program
        loop = try EventLoop()
        directory = try Files.makeTemporaryDirectory(prefix: "meshtop-bench-")
    }

    func run() throws {
        defer { try? Files.remove(directory) }
        let demo = try DemoRun(program: program, directory: directory, loop: loop)
        defer { demo.end() }
        try measureStart()
        for size in Self.sizes { try measureAnimation(columns: size.columns, rows: size.rows) }
    }

    /// From starting the process to the last byte of its first frame.
    private func measureStart() throws {
        var milliseconds: [Double] = []
        for _ in 0..<9 {
            let terminal = try Pseudoterminal(columns: 120, rows: 40, loop: loop)
            let start = SystemClock.monotonic()
            let console = try terminal.start(program, ["--no-animation"])
            terminal.waitForFirstFrame(since: start)
            guard let last = terminal.chunks.last else { throw BenchmarkFailure("the console drew nothing") }
            milliseconds.append(start.duration(to: last.time).milliseconds)
            terminal.type("q")
            end(console)
        }
        print("  start to first frame, 120×40: \(Humane.fixed(median(milliseconds), decimals: 0)) ms")
    }

    private func measureAnimation(columns: Int, rows: Int) throws {
        let terminal = try Pseudoterminal(columns: columns, rows: rows, loop: loop)
        let console = try terminal.start(program, [])
        // Three seconds in, rates are there and dots move.
        _ = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(3))) { console.exit != nil }
        let start = SystemClock.monotonic()
        let before = try ProcessUsage(of: console)
        _ = loop.run(until: start.advanced(by: Self.watched)) { console.exit != nil }
        let after = try ProcessUsage(of: console)
        let seconds = start.duration(to: SystemClock.monotonic()).inSeconds
        let count = terminal.count(since: start)
        terminal.type("q")
        end(console)
        guard count.reads > 0 else { throw BenchmarkFailure("nothing moved on the screen") }
        let share = Ratio((after.processorSeconds - before.processorSeconds) / seconds)
        print(
            "  animated, \(columns)×\(rows): \(count.bytes / count.reads) bytes a frame, "
                + "\(Humane.fixed(Double(count.reads) / seconds, decimals: 1)) frames/s, "
                + "\(Humane.percent(share)) of a processor, "
                + "peak \(Humane.fixed(after.peakMegabytes, decimals: 0)) MB")
    }

    private func end(_ process: ChildProcess) {
        process.terminate(grace: .seconds(8))
        _ = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(10))) { process.exit != nil }
    }
}
