import Foundation
import JSONWire
import Synchronization
import Testing

/// The demo mesh, started once for all end-to-end tests from the release programs, headless.
final class RunningMesh: Sendable {
    /// Where the programs are; absent when the tests are run without them, and then these suites are skipped.
    static let programs = ProcessInfo.processInfo.environment["MESHTOP_PROGRAMS"]
    static let peers = ProcessInfo.processInfo.environment["MESHTOP_PEERS"] ?? ""
    static let mustHavePeers = ProcessInfo.processInfo.environment["MESHTOP_REQUIRE_PEERS"] != nil

    /// How many proxies the demo has.
    static let proxyCount = 13

    private static let shared = Mutex<RunningMesh?>(nil)

    let stateDirectory: String
    let demo: Companion

    /// The one mesh of this run, started by whoever asks first.
    static func running() throws -> RunningMesh {
        try shared.withLock { mesh in
            if let mesh, mesh.demo.process.isRunning { return mesh }
            let started = try RunningMesh()
            if mesh == nil { atexit { RunningMesh.end() } }
            mesh = started
            return started
        }
    }

    /// Ends it and what tests have restarted of it, so that the next to ask gets a fresh one.
    static func end() {
        guard let mesh = shared.withLock({ $0 }) else { return }
        mesh.demo.end()
        let restarted = (try? mesh.processIDs()) ?? []
        for identifier in restarted { kill(identifier, SIGKILL) }
        while restarted.contains(where: { commandLine(of: $0) != nil }) { Clock.pause(milliseconds: 5) }
        // What stays lies in the directory for temporary files.
        try? FileManager.default.removeItem(atPath: mesh.stateDirectory)
    }

    private init() throws {
        stateDirectory =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("meshtop-tests-\(UInt32.random(in: 0 ... .max))").path
        try FileManager.default.createDirectory(atPath: stateDirectory, withIntermediateDirectories: true)
        // Its addresses are fixed, and somebody may be trying the demo by hand on this machine: that may take a while.
        let deadline = Clock.now + 60_000_000_000
        while true {
            let demo = try Companion(
                [try Self.path(of: "meshtop"), "demo", "--headless", "--rate", "100", "--state-dir", stateDirectory],
                log: "\(stateDirectory)/demo.log", endedBy: SIGTERM)
            try eventually("the demo's start", within: 30) { demo.said.contains("ready\n") || !demo.process.isRunning }
            if demo.process.isRunning {
                self.demo = demo
                return
            }
            guard demo.said.contains("Does another mesh run"), Clock.now < deadline else {
                throw MeshTestFailure("the demo did not start: \(demo.said)")
            }
            Clock.pause(milliseconds: 500)
        }
    }

    // MARK: Commands

    static func path(of program: String) throws -> String {
        "\(try #require(programs))/\(program)"
    }

    /// Runs `meshtop` with these words and waits for its end.
    func meshtop(_ arguments: [String], seconds: Int = 60) throws -> CommandResult {
        try run(Self.path(of: "meshtop"), arguments, seconds: seconds)
    }

    /// Totals since the start, as the shop counted them itself.
    func shopReport() throws -> ShopReport {
        ShopReport(json: try fetchJSON("http://127.0.2.1:8081/"))
    }

    /// The weights of the payment canary, v1's first.
    func weights() throws -> [Int] {
        let result = try meshtop(["weights", "-o", "json"])
        let split = try JSONValue(parsing: result.output)["splits"]?[0]
        return split?["shares"]?.array?.compactMap { $0["weight"]?.int } ?? []
    }

    // MARK: Processes

    /// A process of the mesh, by the words on its command line.
    func processID(matching words: [String]) throws -> Int32 {
        let found = try processIDs().first { identifier in
            let text = Self.commandLine(of: identifier)?.joined(separator: " ") ?? ""
            return words.allSatisfy(text.contains)
        }
        guard let found else { throw MeshTestFailure("no process of the mesh has \(words) on its command line") }
        return found
    }

    /// All processes of this mesh and of no other: they have its state directory on their command lines.
    func processIDs() throws -> [Int32] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap(Int32.init).filter { identifier in
            Self.commandLine(of: identifier)?.contains { $0.contains(stateDirectory) } == true
        }
    }

    /// The words a process was started with; nothing when it has ended, even if nobody has asked for its end yet.
    static func commandLine(of identifier: Int32) -> [String]? {
        guard let file = FileHandle(forReadingAtPath: "/proc/\(identifier)/cmdline"),
            let data = try? file.readToEnd(), !data.isEmpty
        else { return nil }
        return data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Starts a program of the mesh again with the words it had.
    func restart(_ commandLine: [String]) throws -> Companion {
        try Companion(commandLine, log: "\(stateDirectory)/restarted-\(UInt32.random(in: 0 ... .max)).log")
    }
}
