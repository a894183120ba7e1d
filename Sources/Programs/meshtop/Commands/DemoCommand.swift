import Collector
import Console
import Glibc
import Quantities
import SystemIO

extension Command {
    static let demo = Command(
        name: "demo", summary: "start the demo mesh on this machine, then the console on it",
        discussion: """
            A control plane, a proxy for every workload of demo/mesh, and a shop with its shoppers, all on loopback
            addresses. Everything ends with meshtop, however it ends.
            """,
        options: [
            Option(name: "--headless", summary: "no console: print the endpoints and run until Ctrl-C"),
            Option(name: "--rate", value: "RPS", summary: "requests a second at the gateway (default 100)"),
            Option(name: "--mesh", value: "DIR", summary: "mesh files to run instead of demo/mesh"),
            Option(name: "--state-dir", value: "DIR", summary: "keep logs, certificates and weights there"),
        ] + ConsoleSession.options + TraceSession.options + HistoryPlace.options
    ) { invocation in
        let text = invocation.value("--rate") ?? "100"
        guard let rate = Double(text), rate > 0, rate <= 20_000 else {
            throw UsageError("--rate wants requests a second, above 0 and at most 20000, not “\(text)”")
        }
        let places = try DemoPlaces(mesh: invocation.value("--mesh"), state: invocation.value("--state-dir"))
        if !invocation.has("--headless"), !invocation.has("--linear") { try ConsoleSession.requireTerminal() }
        return invocation.has("--headless")
            ? try runHeadless(places, rate: rate, invocation) : try runWithConsole(places, rate: rate, invocation)
    }

    private static func runHeadless(_ places: DemoPlaces, rate: Double, _ invocation: Invocation) throws -> ExitCode {
        let loop = try EventLoop()
        // Before any other thread exists, so that the signals reach this loop alone.
        try loop.watchSignals([SIGINT, SIGTERM, SIGHUP]) { _ in loop.stop() }
        let traces = try TraceSession.open(invocation, metrics: false)
        defer { traces.stop() }
        let demo = try DemoSession(places: places, rate: rate)
        print(
            """
            ready
            shop       http://127.0.1.1:8080 (Host: shop.example)
            control    http://127.0.0.1:15010
            metrics    http://127.0.1.N:15090/stats/prometheus, listed at http://127.0.0.1:15010/v1/targets
            traces     http://127.0.0.1:4318
            logs       \(places.state)/logs
            console    meshtop
            """)
        fflush(nil)
        loop.run()
        demo.stop()
        return .success
    }

    private static func runWithConsole(_ places: DemoPlaces, rate: Double, _ invocation: Invocation) throws -> ExitCode
    {
        let traces = try TraceSession.open(invocation)
        defer { traces.stop() }
        let demo = try DemoSession(places: places, rate: rate)
        defer { demo.stop() }
        var source = Source(control: SocketAddress(Source.defaultControl))
        source.history = try HistoryPlace(invocation)
        // It is there to be played with.
        return try ConsoleSession.run(
            source, traces: traces, invocation, name: "demo", access: ChangeAccess(mayChange: true))
    }
}
