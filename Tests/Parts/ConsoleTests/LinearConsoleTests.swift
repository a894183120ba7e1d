import MeshModel
import Quantities
import Synchronization
import TerminalUI
import Testing
import TraceModel

@testable import Console

/// The sample mesh as a conversation.
@Suite("The console without a screen") struct LinearConsoleTests {
    /// The weights that the mesh stores.
    private final class Store: Sendable {
        let weights = Mutex([90, 10])
    }

    private func conversation(_ store: Store = Store(), mayChange: Bool = true) throws -> LinearConsole {
        let environment = ConsoleEnvironment(
            findTraces: { _ in .success(SampleTraces.all.map(\.summary)) },
            loadTrace: { id in
                SampleTraces.all.first { $0.id == id }.map { .success($0) }
                    ?? .failure(ConsoleFailure(message: "gone"))
            },
            changeWeights: { change, isTrial in
                if isTrial { return .validated }
                store.weights.withLock { $0 = [change.weights["v1"] ?? 0, change.weights["v2"] ?? 0] }
                return .applied(resourceVersion: "18")
            })
        let themes = try ThemeOptions(
            asked: "harbor", library: ThemeLibrary(folders: []), memory: nil, colorFGBG: nil)
        var options = ConsoleOptions(source: "shop demo", themes: themes)
        options.access = ChangeAccess(mayChange: mayChange)
        var console = LinearConsole(options: options, environment: environment, now: SampleMesh.start)
        _ = console.look(SampleMesh.snapshot(), at: SampleMesh.start)
        return console
    }

    @Test func `the graph is told worst first, in sentences`() throws {
        let lines = try conversation().screen

        #expect(
            lines[0].hasPrefix("shop demo, live, graph: degraded, 96.4/s requests, 0.1 % fail, p95 88 ms, 11 of 11"))
        #expect(lines[1].contains("payment v2: degraded; 4.1 % of requests fail"))
        #expect(
            lines.contains { $0.hasPrefix("web: ") && $0.contains("96.4/s requests") && $0.contains("calls catalog") })
        #expect(lines.joined().unicodeScalars.allSatisfy { $0.isASCII || $0 == "–" || $0 == "“" || $0 == "”" })
    }

    @Test func `tables, lists, help and pictures are lines, too`() throws {
        var console = try conversation()
        let services = console.answer("services")
        #expect(services.contains { $0.contains("payment-service; degraded; ") && $0.contains("rate 21.3/s") })
        #expect(services.contains("8 of 8 services") || services.contains { $0.hasSuffix(" services") })
        #expect(console.answer("filter pay").contains { $0.hasPrefix("2 of") })
        _ = console.answer("filter")
        #expect(console.answer("help").contains { $0.hasPrefix("sort-latency, keys P: ") })
        _ = console.answer("esc")
        #expect(console.answer("mesh").contains { $0.hasPrefix("proxies") })
        _ = console.answer("graph")
        #expect(console.answer("weights").contains { $0.contains("v2") && $0.contains("10 %") })
        let traces = console.answer("traces")
        #expect(!traces.contains { $0.contains("|") || $0.contains("----") })
    }

    @Test func `weights are moved as on the screen`() throws {
        let store = Store()
        var console = try conversation(store)
        _ = console.answer("select payment v2")
        _ = console.answer("weights")
        _ = console.answer("weight-20")
        let question = console.answer("enter")
        #expect(question.contains { $0.contains("Apply") })
        let done = console.answer("y")

        #expect(store.weights.withLock { $0 } == [80, 20])
        #expect(done.contains { $0.hasPrefix("done: stored: v1 80, v2 20") })
    }

    @Test func `what is new is told once, and a wrong word is explained`() throws {
        var console = try conversation(mayChange: false)
        #expect(console.answer("karma") == ["warning: no command is called “karma”; ? lists those that are valid here"])
        var worse = SampleMesh.snapshot(secondsLater: 20)
        worse.time = SampleMesh.start.advanced(by: .seconds(20))
        _ = console.look(worse, at: worse.time)
        #expect(console.look(worse, at: worse.time) == [])
        _ = console.answer("weights")
        _ = console.answer("2")
        #expect(console.answer("enter") == ["warning: read-only: :write allows changes"])
        #expect(console.answer("quit") == [])
        #expect(console.isFinished)
    }
}
