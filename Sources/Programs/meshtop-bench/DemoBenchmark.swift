import Quantities
import SystemIO

/// What a person waits for who types `meshtop demo`, and what it costs: control plane, proxies, shop and console.
struct DemoBenchmark {
    private static let starts = 5
    private static let settled = Duration.seconds(10)

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
        var seconds: [Double] = []
        var megabytes = 0.0
        for number in 1...Self.starts {
            let terminal = try Pseudoterminal(columns: 120, rows: 40, loop: loop)
            let start = SystemClock.monotonic()
            // Each start begins with an empty state: certificates are made and configuration is read.
            let demo = try terminal.start(program, ["demo", "--state-dir", "\(directory)/state-\(number)"])
            defer { end(demo) }
            let end = start.advanced(by: .seconds(20))
            while !Self.showsRate(terminal.tail), demo.exit == nil, SystemClock.monotonic() < end {
                _ = loop.run(until: SystemClock.monotonic().advanced(by: .milliseconds(5))) { false }
            }
            guard Self.showsRate(terminal.tail) else { throw BenchmarkFailure("no traffic came on the screen") }
            seconds.append(start.duration(to: SystemClock.monotonic()).inSeconds)
            if number == Self.starts {
                _ = loop.run(until: SystemClock.monotonic().advanced(by: Self.settled)) { demo.exit != nil }
                megabytes = try ProcessUsage.proportionalMegabytes(of: demo)
            }
            terminal.type("q")
        }
        print(
            "  start to the first rate on the graph: median \(Humane.fixed(median(seconds), decimals: 2)) s, "
                + "worst \(Humane.fixed(seconds.max() ?? 0, decimals: 2)) s of \(seconds.count)")
        print(
            "  memory of all processes, \(Self.settled.components.seconds) s later: \(Humane.fixed(megabytes, decimals: 0)) MB"
        )
    }

    /// Whether a rate above zero was drawn: a digit other than 0 in what stands before `/s`.
    private static func showsRate(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        return text.split(separator: "/s").dropLast().contains { before in
            before.reversed().prefix { $0.isNumber || $0 == "." || $0 == "k" }.contains { ("1"..."9").contains($0) }
        }
    }

    private func end(_ process: ChildProcess) {
        process.terminate(grace: .seconds(8))
        _ = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(10))) { process.exit != nil }
    }
}
