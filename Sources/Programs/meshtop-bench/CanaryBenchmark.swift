import Quantities
import SystemIO

/// How long after a weight change's answer a request can still reach the version that lost its weight.
///
/// All weight goes from one version of the demo's payment-service to the other, twenty times under load, and the shop's
/// log of who served what when tells: the last request to the old version that was sent after the command had ended.
struct CanaryBenchmark {
    private static let flips = 20

    private let program: String
    private let loop: EventLoop
    private let directory: String

    private struct Flip {
        var asked: UInt64
        var answered: UInt64
        var old: String
    }

    private struct Served {
        var start: UInt64
        var version: String
    }

    init(program: String) throws {
        self.program = program
        loop = try EventLoop()
        directory = try Files.makeTemporaryDirectory(prefix: "meshtop-bench-")
    }

    func run() throws {
        defer { try? Files.remove(directory) }
        let demo = try DemoRun(program: program, directory: directory, loop: loop)
        defer { demo.end() }
        pass(.seconds(2))
        var flips: [Flip] = []
        for number in 0..<Self.flips {
            let isEven = number.isMultiple(of: 2)
            let asked = SystemClock.monotonic().nanoseconds
            try change(v1: isEven ? 0 : 100, v2: isEven ? 100 : 0)
            let answered = SystemClock.monotonic().nanoseconds
            flips.append(Flip(asked: asked, answered: answered, old: isEven ? "v1" : "v2"))
            pass(.milliseconds(900))
        }
        // The log is written out five times a second.
        pass(.seconds(1))
        try report(flips, try served(demo))
    }

    private func report(_ flips: [Flip], _ served: [Served]) throws {
        var late = (asked: [Double](), answered: [Double]())
        for (index, flip) in flips.enumerated() {
            let end = index + 1 < flips.count ? flips[index + 1].asked : UInt64.max
            let after = served.filter { $0.start > flip.asked && $0.start < end }
            guard after.contains(where: { $0.start > flip.answered }) else {
                throw BenchmarkFailure("no payment was made after flip \(index + 1)")
            }
            let last = after.filter { $0.version == flip.old }.map(\.start).max() ?? 0
            late.asked.append(Double(max(last, flip.asked) - flip.asked) / 1e6)
            late.answered.append(Double(max(last, flip.answered) - flip.answered) / 1e6)
        }
        print("  over \(flips.count) flips and \(served.count) payments")
        print("  command, from its start to its answer: " + row(flips.map { Double($0.answered - $0.asked) / 1e6 }))
        print("  last request to the old version, after the command's start: " + row(late.asked))
        print("  last request to the old version, after the command's answer: " + row(late.answered))
    }

    private func row(_ milliseconds: [Double]) -> String {
        "median \(Humane.fixed(median(milliseconds), decimals: 1)) ms, "
            + "worst \(Humane.fixed(milliseconds.max() ?? 0, decimals: 1)) ms"
    }

    private func change(v1: Int, v2: Int) throws {
        let command = try ChildProcess(
            ChildCommand(
                program, ["weights", "payment-service", "v1=\(v1)", "v2=\(v2)", "--yes"],
                standardOutput: .discarded, standardError: .file("\(directory)/weights.log")), loop: loop)
        guard loop.run(until: SystemClock.monotonic().advanced(by: .seconds(10)), { command.exit != nil }),
            command.exit == .code(0)
        else {
            let log = String(decoding: (try? Files.read("\(directory)/weights.log")) ?? [], as: UTF8.self)
            throw BenchmarkFailure("the weights could not be changed:\n\(log)")
        }
    }

    private func served(_ demo: DemoRun) throws -> [Served] {
        let text = String(decoding: try Files.read("\(demo.stateDirectory)/served.log"), as: UTF8.self)
        return text.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 5, words[2] == "payment-service", let start = UInt64(words[1]) else { return nil }
            return Served(start: start, version: String(words[3]))
        }
    }

    /// Lets the mesh run.
    private func pass(_ duration: Duration) {
        _ = loop.run(until: SystemClock.monotonic().advanced(by: duration)) { false }
    }
}
