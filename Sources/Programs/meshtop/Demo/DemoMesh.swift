import Glibc
import HTTPTransport
import Quantities
import SystemIO

/// The demo's processes: a control plane, a proxy for every workload, and the shop. Started in that order, each once
/// the ones before are ready, and all ended together.
///
/// Everything here runs on one event loop. The kernel kills the children when the thread of that loop ends, however
/// it ends, so that nothing outlives the demo.
final class DemoMesh {
    struct Settings: Sendable {
        var programs: String
        var meshDirectory: String
        var stateDirectory: String
        /// Requests a second at the gateway, on average.
        var rate: Double
        /// How long the whole mesh may take to be ready.
        var patience: Duration = .seconds(20)
    }

    enum Event {
        /// A sentence on how far the start has come.
        case progress(String)
        case ready
        /// Why it cannot go on, with what to look at.
        case failed(String)
    }

    private let settings: Settings
    private let plan: DemoPlan
    private let loop: EventLoop
    private let client: HTTPClient
    private let started: MonotonicTime
    private let report: (Event) -> Void
    private var children: [(name: String, process: ChildProcess)] = []
    private var isStopping = false
    private var isReady = false

    init(
        _ settings: Settings, plan: DemoPlan, loop: EventLoop, report: @escaping (Event) -> Void
    ) {
        self.settings = settings
        self.plan = plan
        self.loop = loop
        self.report = report
        client = HTTPClient(loop: loop)
        started = SystemClock.monotonic()
    }

    /// Logs of the children, one file each.
    var logDirectory: String { "\(settings.stateDirectory)/logs" }

    func start() {
        do {
            for directory in ["logs", "tokens", "control"] {
                try Files.makeDirectory("\(settings.stateDirectory)/\(directory)")
            }
            try DemoBank.makeCertificates(in: settings.stateDirectory)
            try checkPorts()
            try startControlPlane()
        } catch {
            return fail("\(error)")
        }
        report(.progress("control plane"))
        awaitAnswer("127.0.0.1:15014", "/ready", what: "the control plane") { [self] in startProxies() }
    }

    /// Ends all children, newest first, and calls `finish` when the last is gone.
    func stop(then finish: @escaping () -> Void) {
        isStopping = true
        let running = children.filter { $0.process.exit == nil }
        var waiting = running.count
        guard waiting > 0 else { return finish() }
        for child in running.reversed() {
            child.process.onExit = { _ in
                waiting -= 1
                if waiting == 0 { finish() }
            }
            child.process.terminate(grace: .seconds(6))
        }
    }

    // MARK: The three steps

    private func startControlPlane() throws {
        try spawn(
            "control", program: "meshtop-control",
            [
                "--config-dir", settings.meshDirectory, "--state-dir", "\(settings.stateDirectory)/control",
                "--token-dir", "\(settings.stateDirectory)/tokens",
            ])
    }

    private func startProxies() {
        do {
            for workload in plan.workloads { try startProxy(workload) }
        } catch {
            return fail("\(error)")
        }
        report(.progress("\(plan.workloads.count) proxies"))
        var waiting = plan.workloads.count
        for workload in plan.workloads {
            awaitAnswer("\(workload.address):15021", "/healthz/ready", what: "the proxy of \(workload.name)") {
                [self] in
                waiting -= 1
                if waiting == 0 { startShop() }
            }
        }
    }

    private func startProxy(_ workload: DemoPlan.Workload) throws {
        let state = "\(settings.stateDirectory)/proxies/\(workload.namespace).\(workload.name)"
        try Files.makeDirectory(state)
        let labels = workload.labels.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        try spawn(
            "proxy-\(workload.namespace).\(workload.name)", program: "meshtop-proxy",
            [
                "--node", workload.nodeID, "--workload-labels", labels, "--service-account", workload.serviceAccount,
                "--app-address", workload.applicationAddress, "--control", "127.0.0.1:15012",
                "--root-cert", "\(settings.stateDirectory)/control/root-cert.pem",
                "--token-file", "\(settings.stateDirectory)/tokens/\(workload.namespace).\(workload.name).token",
                "--state-dir", state, "--otlp", "127.0.0.1:4318", "--concurrency", "1",
            ])
    }

    private func startShop() {
        do {
            try spawn(
                "shop", program: "shop",
                [
                    "--rate", Humane.fixed(settings.rate, decimals: 3), "--log",
                    "\(settings.stateDirectory)/served.log",
                    "--bank-certificates", DemoBank.directory(in: settings.stateDirectory),
                ])
        } catch {
            return fail("\(error)")
        }
        report(.progress("shop"))
        awaitAnswer("127.0.2.1:8081", "/", what: "the shop") { [self] in
            isReady = true
            report(.ready)
        }
    }

    // MARK: Children

    /// Everyone's working directory is the state's: configuration may name files there.
    private func spawn(_ name: String, program: String, _ arguments: [String]) throws {
        let log = "\(logDirectory)/\(name).log"
        let command = ChildCommand(
            "\(settings.programs)/\(program)", arguments, directory: settings.stateDirectory,
            standardOutput: .file(log), standardError: .file(log))
        let process = try ChildProcess(command, loop: loop)
        process.onExit = { [weak self] exit in
            guard let self, !isStopping, !isReady else { return }
            let said = ((try? Files.read(log)) ?? []).split(separator: UInt8(ascii: "\n")).last ?? []
            fail("\(name) ended with \(exit): \(String(decoding: said, as: UTF8.self)) (log: \(log))")
        }
        children.append((name, process))
    }

    /// Asks `address` every few milliseconds until it answers 200, then goes on.
    private func awaitAnswer(_ address: String, _ path: String, what: String, then proceed: @escaping () -> Void) {
        guard !isStopping else { return }
        guard let destination = SocketAddress(address) else { return fail("“\(address)” is not an address") }
        guard started.duration(to: loop.now) < settings.patience else {
            return fail(
                "\(what) was not ready within \(settings.patience.components.seconds) s; "
                    + "the logs are in \(logDirectory)")
        }
        var request = HTTPRequest("GET", path)
        request.headers.add("host", address)
        client.send(request, to: destination, deadline: .milliseconds(500), maximumBody: 1 << 20) { [self] result in
            if case .success(let response) = result, response.status == 200 { return proceed() }
            loop.schedule(after: .milliseconds(15)) { [self] in
                awaitAnswer(address, path, what: what, then: proceed)
            }
        }
    }

    /// A port that is taken is the one trouble worth telling before anything is started.
    private func checkPorts() throws(CommandFailure) {
        let needed = [15010, 15012, 15014].map { "127.0.0.1:\($0)" } + plan.workloads.map { "\($0.address):15001" }
        for text in needed {
            guard let address = SocketAddress(text) else { throw CommandFailure("“\(text)” is not an address") }
            do {
                try Socket.listening(on: address).close()
            } catch {
                throw CommandFailure(
                    "\(error). Does another mesh run on this machine? End it first, or look at it with meshtop.")
            }
        }
    }

    private func fail(_ message: String) {
        guard !isStopping else { return }
        report(.failed(message))
    }
}
