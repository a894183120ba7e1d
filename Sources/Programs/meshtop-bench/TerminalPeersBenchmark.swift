import Glibc
import Quantities
import SystemIO

/// The console beside other programs that people keep open in a terminal, each on a terminal of the same size, one after
/// the other.
struct TerminalPeersBenchmark {
    private struct Subject {
        var name: String
        var program: String
        var arguments: [String] = []
        /// What moves a cursor there and back.
        var keys = ["\u{1B}[B", "\u{1B}[A"]
    }

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
        print("                     start   first frame     live   bytes/s   key    quit   memory")
        try measure(Subject(name: "meshtop, dots moving", program: program, keys: ["\u{1B}[C", "\u{1B}[D"]))
        try measure(
            Subject(
                name: "meshtop, still", program: program, arguments: ["--no-animation"], keys: ["\u{1B}[C", "\u{1B}[D"])
        )
        for peer in [
            Subject(name: "htop", program: "htop"),
            Subject(name: "btop", program: "btop"),
        ]
        where Files.exists("/usr/bin/\(peer.program)") {
            try measure(peer)
        }
        if Files.exists("/usr/bin/tig"), Files.exists("/usr/bin/git") {
            try makeRepository()
            // It reads from the terminal that it is started on, and so wants one of its own.
            let words = ["--ctty", "--wait", "tig", "-C", "\(directory)/repository"]
            try measure(Subject(name: "tig", program: "setsid", arguments: words, keys: ["j", "k"]))
        }
    }

    private func measure(_ subject: Subject) throws {
        var starts: [Double] = []
        var quits: [Double] = []
        var firstBytes = 0
        for _ in 0..<5 {
            let terminal = try Pseudoterminal(columns: 120, rows: 40, loop: loop)
            let start = SystemClock.monotonic()
            let process = try terminal.start(subject.program, subject.arguments)
            terminal.waitForFirstFrame(since: start)
            guard let last = terminal.chunks.last else { throw BenchmarkFailure("\(subject.name) drew nothing") }
            starts.append(start.duration(to: last.time).milliseconds)
            firstBytes = terminal.count(since: start).bytes
            let leaving = SystemClock.monotonic()
            terminal.type("q")
            _ = loop.run(until: leaving.advanced(by: .seconds(5))) { process.exit != nil }
            quits.append(leaving.duration(to: SystemClock.monotonic()).milliseconds)
            end(process)
        }
        let terminal = try Pseudoterminal(columns: 120, rows: 40, loop: loop)
        let process = try terminal.start(subject.program, subject.arguments)
        _ = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(3))) { process.exit != nil }
        let start = SystemClock.monotonic()
        let before = try ProcessUsage(of: process)
        _ = loop.run(until: start.advanced(by: Self.watched)) { process.exit != nil }
        let after = try ProcessUsage(of: process)
        let seconds = start.duration(to: SystemClock.monotonic()).inSeconds
        let bytes = terminal.count(since: start).bytes
        let keys = answerTimes(of: subject, on: terminal)
        terminal.type("q")
        end(process)
        func padded(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.unicodeScalars.count)) + text
        }
        let share = Ratio((after.processorSeconds - before.processorSeconds) / seconds)
        print(
            "  " + subject.name + String(repeating: " ", count: max(0, 20 - subject.name.count))
                + padded("\(Humane.fixed(median(starts), decimals: 0)) ms", 8)
                + padded("\(Humane.bytes(Double(firstBytes)))", 10) + padded(Humane.percent(share), 10)
                + padded("\(Humane.fixed(Double(bytes) / seconds, decimals: 0))", 9)
                + padded("\(Humane.fixed(median(keys), decimals: 1)) ms", 9)
                + padded("\(Humane.fixed(median(quits), decimals: 0)) ms", 8)
                + padded("\(Humane.fixed(after.peakMegabytes, decimals: 0)) MB", 9))
    }

    /// From a key to the first byte after it, where nothing else is drawn between.
    private func answerTimes(of subject: Subject, on terminal: Pseudoterminal) -> [Double] {
        var milliseconds: [Double] = []
        for turn in 0..<20 {
            let now = SystemClock.monotonic()
            terminal.type(subject.keys[turn % subject.keys.count])
            let isAnswered = loop.run(until: now.advanced(by: .milliseconds(500))) {
                terminal.chunks.last.map { $0.time > now } ?? false
            }
            if isAnswered, let first = terminal.chunks.first(where: { $0.time > now }) {
                milliseconds.append(now.duration(to: first.time).milliseconds)
            }
            // Never in step with what is drawn by itself.
            _ = loop.run(until: SystemClock.monotonic().advanced(by: .milliseconds(53 + turn * 7))) { false }
        }
        return milliseconds
    }

    /// Something for tig to show.
    private func makeRepository() throws {
        let script = """
            mkdir repository && cd repository && git init -q . && for n in $(seq 60); do
            git -c user.name=A -c user.email=a@b.example commit -q --allow-empty -m "change $n"; done
            """
        let making = try ChildProcess(ChildCommand("sh", ["-c", script], directory: directory), loop: loop)
        _ = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(30))) { making.exit != nil }
    }

    private func end(_ process: ChildProcess) {
        process.terminate(grace: .seconds(8))
        _ = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(10))) { process.exit != nil }
    }
}
