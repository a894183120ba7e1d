import Glibc
import Quantities
import SystemIO

@main
enum Program {
    private static let usage = """
        Figures for people, with the peer beside us where there is one.

        usage: meshtop-bench [SUBJECT…]

          proxy        HTTP/1.1 proxying, CPU per request, nginx in turn in the same run
          exposition   reading scrapes of known series, MB/s
          collector    a thousand proxies scraped every second: processor, memory, time to the graph
          kept         the same with a history in a file
          fleet        ten thousand of them every ten seconds
          hanging      a thousand every second, of which three hundred never answer
          idle         what a series takes in memory that counts nothing
          history      fifteen minutes of it: memory, the time to a graph, and the same in a file
          traces       spans taken in, bytes a span kept, and opening a trace of 10,000
          waterfall    such a trace on the console's screen
          graph        from the counters of a large mesh to its graph
          layout       laying out graphs of 300 and 1,000 nodes, and fifty others with dot beside it
          canary       from a weight change's answer to the last request under the old weights
          demo         from the command to traffic on the screen, and the memory of the whole mesh
          console      first frame, frame time and bytes per animated frame
          peers        the console beside htop, btop and tig, where they are installed

        Without a subject, all of them. Build it with: swift build -c release --static-swift-stdlib
        """

    private static let all = [
        "proxy", "exposition", "collector", "kept", "fleet", "hanging", "idle", "history", "traces", "waterfall",
        "graph",
        "layout", "canary", "demo", "console", "peers",
    ]

    static func main() {
        Allocator.returnLargeBlocks()
        let words = CommandLine.arguments.dropFirst()
        if words.contains("--help") || words.contains("-h") {
            print(usage)
            exit(0)
        }
        if words.contains("--version") {
            print("meshtop-bench 0.1.0")
            exit(0)
        }
        // What the collector's benchmark starts beside itself.
        let numbers = words.dropFirst().compactMap(Int.init)
        if words.first == "farm", numbers.count == 5 {
            do {
                try TargetFarm.serve(
                    TargetFarm.Plan(
                        targets: numbers[0]..<numbers[0] + numbers[1], all: numbers[2], series: numbers[3],
                        hangingOfTen: numbers[4]))
                exit(0)
            } catch {
                complain("farm: \(error)")
                exit(1)
            }
        }
        if let unknown = words.first(where: { !all.contains($0) }) {
            complain("“\(unknown)” is no subject; --help lists them")
            exit(2)
        }
        let subjects = words.isEmpty ? all : Array(words)
        for subject in subjects {
            do {
                // Each in a process of its own, so that none finds the memory of another.
                if subjects.count > 1 { try runApart(subject) } else { try run(subject) }
            } catch let failure as BenchmarkFailure {
                complain("\(subject): \(failure.message)")
                exit(1)
            } catch {
                complain("\(subject): \(error)")
                exit(1)
            }
        }
    }

    private static func runApart(_ subject: String) throws {
        let loop = try EventLoop()
        let child = try ChildProcess(ChildCommand(programPath, [subject]), loop: loop)
        _ = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(1_800))) { child.exit != nil }
        guard child.exit == .code(0) else { exit(1) }
    }

    private static var programPath: String { CommandLine.arguments.first ?? "meshtop-bench" }

    private static func run(_ subject: String) throws {
        switch subject {
        case "proxy":
            print("HTTP/1.1 proxying: 64 connections, 128-byte body, one processor each")
            try ProxyBenchmark(.init(programs: directoryOfThisProgram)).run()
        case "exposition":
            print("Exposition: 50,000 series of Istio's labels, about 460 bytes a line")
            try ExpositionBenchmark().run()
        case "collector":
            print("Collector: 1,000 proxies with 500 series each, every second")
            try CollectorBenchmark(program: programPath, .everySecond).run()
        case "kept":
            print("Kept: 1,000 proxies with 500 series each, every second, and their history in a file")
            try CollectorBenchmark(program: programPath, .kept).run()
        case "fleet":
            print("Fleet: 10,000 proxies with 500 series each, every ten seconds")
            try CollectorBenchmark(program: programPath, .fleet).run()
        case "hanging":
            print("Hanging: 1,000 proxies every second, of which 300 take the question and never answer")
            try CollectorBenchmark(program: programPath, .hanging).run()
        case "idle":
            print("Idle: the series of 1,000 proxies that count nothing, in memory")
            try IdleSeriesBenchmark().run()
        case "history":
            print("History: the same for 15 minutes, without sockets and with made-up time")
            try HistoryBenchmark().run()
            print("History on disk: five minutes of the same, told to a file while they are counted")
            let directory = try Files.makeTemporaryDirectory(prefix: "meshtop-bench-")
            defer { try? Files.remove(directory) }
            try HistoryFileBenchmark(directory: directory).run()
        case "traces":
            print("Traces: requests of ten spans with 14 to 18 attributes, 510 spans in a body of OTLP's protobuf")
            try TracesBenchmark().run()
        case "waterfall":
            print("Waterfall: a trace of 10,000 spans on the console's screen")
            try WaterfallBenchmark().run()
        case "graph":
            print("Graph: 5,000 services, 20,000 edges, 1,000 targets")
            try GraphBenchmark().run()
        case "layout":
            print("Layout: layered graphs, 1.5 edges a node")
            try LayoutBenchmark().run()
        case "canary":
            print("Canary: all weight from one version to the other, under the demo's load")
            try CanaryBenchmark(program: "\(directoryOfThisProgram)/meshtop").run()
        case "demo":
            print("Demo: meshtop demo on a terminal, 120×40")
            try DemoBenchmark(program: "\(directoryOfThisProgram)/meshtop").run()
        case "console":
            print("Console: the demo mesh, dots moving")
            try ConsoleBenchmark(program: "\(directoryOfThisProgram)/meshtop").run()
        case "peers":
            print("Terminal programs, 120×40: the demo mesh, this machine's processes, a repository of 60 changes")
            try TerminalPeersBenchmark(program: "\(directoryOfThisProgram)/meshtop").run()
        default: throw BenchmarkFailure("there is no such subject; --help lists them")
        }
    }

    private static var directoryOfThisProgram: String {
        let path = programPath
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return String(path[..<slash])
    }

    private static func complain(_ message: String) {
        let line = Array("meshtop-bench: \(message)\n".utf8)
        // A word that cannot be said is no reason to stop.
        _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }
}
