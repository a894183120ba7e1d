import Discovery
import Glibc
import HTTPTransport
import JSONWire
import Quantities
import SystemIO
import TLSTransport

/// The whole proxy: workers that carry requests, and this, the admin thread, for everything else – signals, discovery,
/// certificates, the admin pages, spans. A slow scrape or a lost control plane never delays a request.
package final class ProxyRuntime {
    package static let version = "0.1.0"

    let setup: ProxySetup
    let loop: EventLoop
    let workers: [WorkerThread]
    let exporter: SpanExporter?
    let overload: OverloadGuard
    private let passed: PassedConnections
    let startedAt = SystemClock.wall()

    /// What is in force, and since when, by type.
    private(set) var resources: ResourceSet
    private(set) var discoverySince: [ResourceType: WallTime] = [:]
    private(set) var discoveryRefused: UInt64 = 0
    private(set) var isReady = false
    private(set) var isDraining = false
    /// Whether somebody wants the proxy to count as not ready.
    var isHealthCheckFailed = false
    private(set) var secrets = SecretBook()
    private(set) var identity: WorkloadIdentityClient?
    private(set) var discovery: DiscoveryClient?

    private let log = Log(subsystem: "proxy")
    private var builder: SnapshotBuilder
    private var store: IdentityStore?
    private var admin: AdminServer?
    private let takeoverPath: String?
    private var takeover: Takeover?
    private var offer: TakeoverOffer?
    private var isApplyScheduled = false
    /// What the snapshot in force leaves out; each is reported once.
    private var omissions: [SnapshotBuilder.Omission] = []
    private var isQuitting = false
    private var drained: Int?
    private var whenDrained: [(Int) -> Void] = []
    private var exitCode: Int32 = 0
    private var startFailure: ProxyError?

    /// Reads the files that the options name and starts the workers' threads. Call on the main thread, before others
    /// exist: signals are watched here.
    package init(_ options: ProxyOptions) throws(ProxyError) {
        switch options.source {
        case .mesh(let mesh): setup = try ProxySetup(mesh: mesh)
        case .bootstrap(let file):
            let bytes: [UInt8]
            do throws(SystemError) { bytes = try Files.read(file) } catch { throw .environment("\(error)") }
            setup = try ProxySetup(bootstrap: try BootstrapFile.read(bytes, file: file))
        }
        let receiver = try options.otlp.map { (text) throws(ProxyError) -> SocketAddress in
            guard let address = SocketAddress(text) else { throw .usage("--otlp \(text): expected ADDRESS:PORT") }
            return address
        }
        takeoverPath = options.takeoverPath
        takeover =
            options.takesOver
            ? try options.takeoverPath.flatMap { (path) throws(ProxyError) in try Takeover(path: path) } : nil
        if options.takesOver, takeover == nil { log.info("nobody to take over from", ["path": takeoverPath ?? ""]) }
        if let before = takeover?.sockets.workers, let wanted = options.concurrency, wanted < before {
            throw .usage(
                "--concurrency \(wanted): the proxy that runs has \(before) workers, and what waits for the others would be "
                    + "lost; give \(before) or more")
        }
        resources = setup.bootstrap
        builder = SnapshotBuilder(local: setup.local, ownAddress: setup.ownAddress)
        try secrets.add(setup.bootstrap.secrets, read: SnapshotBuilder.read)

        overload = OverloadGuard(
            connectionLimit: options.connectionLimit
                ?? OverloadGuard.connectionLimit(descriptors: DescriptorLimit.raise()),
            memoryLimit: options.memoryLimit ?? ControlGroup.memoryLimit())
        let configuration = Worker.Configuration(
            local: setup.local, nodeID: setup.node.id,
            sampling: receiver.map { _ in TraceSampling(perTenThousand: options.samplePerTenThousand) },
            inherited: takeover?.sockets, overload: overload)
        passed = configuration.passed
        do throws(SystemError) {
            let loop = try EventLoop()
            self.loop = loop
            let exporter = receiver.map { SpanExporter(loop: loop, address: $0, local: configuration.local) }
            self.exporter = exporter
            let receiving = Confined(exporter)
            let handle = loop.handle
            var workers: [WorkerThread] = []
            let count = options.concurrency ?? max(Threads.processorCount, takeover?.sockets.workers ?? 0)
            for index in 0..<count {
                var own = configuration
                // Workers with equal draws would all turn to the same endpoints.
                own.seed = options.seed.map { $0 &+ UInt64(index) }
                workers.append(
                    try WorkerThread(index: index, configuration: own) { records in
                        handle.submit { receiving.value?.add(records) }
                    })
            }
            self.workers = workers
        } catch {
            throw .environment("\(error)")
        }
    }

    /// Runs until a signal or the admin page ends it, and returns the exit code: 0 when all requests finished, 1 when
    /// some were cut or the proxy could not start.
    package func run() throws(ProxyError) -> Int32 {
        do throws(SystemError) {
            try loop.watchSignals([SIGTERM, SIGINT]) { [weak self] signal in
                self?.quit(because: signal == SIGTERM ? "SIGTERM" : "SIGINT")
            }
            // Two that answer with two sets of counters would look like restarts: the pages go over last.
            if takeover == nil { try openPages() }
        } catch {
            throw .environment("\(error)")
        }
        try startConfiguration()
        if overload.memoryLimit != nil { watchMemory() }
        watchFiles()
        loop.run()
        offer?.close()
        for worker in workers { worker.stop() }
        for file in builder.logFiles.values { file.close() }
        if let startFailure { throw startFailure }
        return exitCode
    }

    /// Looks at the memory in use, again and again.
    private func watchMemory() {
        if let bytes = ProcessMemory.residentBytes(), let level = overload.look(bytes: bytes) {
            log.warning(
                "memory",
                ["level": "\(level)", "megabytes": bytes >> 20, "limitMegabytes": (overload.memoryLimit ?? 0) >> 20])
        }
        loop.schedule(after: OverloadGuard.interval) { [weak self] in self?.watchMemory() }
    }

    /// How often the files of certificates are looked at.
    private static let fileInterval: Duration = .seconds(5)

    /// Takes up certificates anew when the files that the configuration names have changed.
    private func watchFiles() {
        loop.schedule(after: Self.fileInterval) { [weak self] in
            guard let self else { return }
            if !isDraining, builder.haveFilesChanged { apply() }
            watchFiles()
        }
    }

    // MARK: Configuration

    private func startConfiguration() throws(ProxyError) {
        if let directory = setup.stateDirectory {
            let store = try IdentityStore(directory: directory)
            self.store = store
            loadStored(store)
        }
        if let plane = setup.controlPlane {
            discovery = try DiscoveryClient(
                loop: loop, plane: plane, node: setup.node, resources: resources,
                delegate: DiscoveryClient.Delegate(
                    changed: { [weak self] resources in self?.discovered(resources) },
                    refused: { [weak self] _, _ in self?.discoveryRefused &+= 1 }))
        }
        if let identitySetup = setup.identity, let plane = setup.controlPlane, let store,
            let first = plane.addresses.first, let address = SocketAddress(ip: first.ip, port: first.port)
        {
            let client = WorkloadIdentityClient(
                loop: loop, setup: identitySetup, address: address, acceptedURIs: plane.acceptedURIs, store: store
            ) { [weak self] identity in self?.identityChanged(identity) }
            identity = client
            client.start()
        } else {
            discovery?.start(tls: nil)
        }
        scheduleApply()
    }

    private func loadStored(_ store: IdentityStore) {
        guard let bytes = store.loadConfiguration() else { return }
        do {
            resources = try ResourceSet(stored: try JSONValue.parse(bytes), node: setup.node.id)
            log.info("last configuration loaded", ["listeners": resources.listeners.count])
        } catch {
            log.warning("last configuration not usable; waiting for the control plane", ["reason": "\(error)"])
        }
    }

    private func discovered(_ new: ResourceSet) {
        for type in ResourceType.allCases where new.versions[type] != resources.versions[type] {
            discoverySince[type] = SystemClock.wall()
        }
        resources = new
        // At once: a changed weight must not wait for anything.
        apply()
        if let store {
            do throws(SystemError) {
                try store.save(configuration: new.stored(node: setup.node.id).serialized())
            } catch {
                log.warning("configuration not saved", ["error": error.description])
            }
        }
    }

    private func identityChanged(_ new: WorkloadIdentityClient.Identity) {
        secrets = SecretBook(workload: new.material, roots: new.roots)
        do throws(ProxyError) {
            discovery?.start(tls: try identity?.controlPlaneContext())
        } catch {
            log.error("certificate not usable", ["reason": error.description])
        }
        scheduleApply()
    }

    private func scheduleApply() {
        guard !isApplyScheduled else { return }
        isApplyScheduled = true
        loop.soon { [weak self] in
            self?.isApplyScheduled = false
            self?.apply()
        }
    }

    /// Makes a snapshot of what is known and has every worker take it up.
    private func apply() {
        guard !isDraining else { return }
        let (snapshot, omissions) = builder.build(resources, secrets)
        for omission in omissions where !omission.isWaiting && !self.omissions.contains(omission) {
            log.warning("left out of the configuration", ["reason": omission.reason])
        }
        self.omissions = omissions
        let isComplete = !snapshot.listeners.isEmpty && !omissions.contains { $0.isWaiting }
        ask({ $0.apply(snapshot) }) { [unowned self] answers in
            var problems: [String] = []
            for problem in answers.joined() where !problems.contains(problem) { problems.append(problem) }
            applied(isComplete: isComplete, problems: problems)
        }
    }

    private func applied(isComplete: Bool, problems: [String]) {
        for problem in problems { log.error("configuration not in force everywhere", ["reason": problem]) }
        if !problems.isEmpty {
            guard setup.controlPlane != nil || isReady else {
                // A static configuration that cannot be served will not get better by waiting.
                startFailure = .environment(problems.joined(separator: "; "))
                return loop.stop()
            }
            loop.schedule(after: .seconds(1)) { [weak self] in self?.scheduleApply() }
        }
        guard isComplete, problems.isEmpty, !isReady else { return }
        isReady = true
        takeover?.finish(on: loop) { [weak self] in self?.takenOver() }
        log.info("ready", ["node": setup.node.id, "workers": workers.count, "listeners": resources.listeners.count])
    }

    // MARK: Successors and predecessors

    private func openPages() throws(SystemError) {
        admin = try AdminServer(self, inherited: takeover?.sockets)
        guard let takeoverPath else { return }
        do throws(SystemError) {
            offer = try TakeoverOffer(
                loop: loop, path: takeoverPath,
                delegate: TakeoverOffer.Delegate(
                    sockets: { [unowned self] in gatherSockets($0) },
                    release: { [unowned self] in
                        admin?.close()
                        loop.soon { [unowned self] in quit(because: "takeover", .takeover) }
                    }))
        } catch {
            // Nothing else depends on it.
            log.warning("nobody can take over from this proxy", ["reason": error.description])
        }
    }

    /// The proxy before has let go.
    private func takenOver() {
        do throws(SystemError) {
            try openPages()
            log.info("took over")
        } catch {
            log.error("took over, but without pages", ["reason": error.description])
        }
        takeover?.sockets.closeRest()
        takeover = nil
    }

    private func gatherSockets(_ completion: @escaping ([Socket]) -> Void) {
        let pages = admin?.duplicateSockets() ?? []
        ask({ $0.duplicateSockets() }) { completion(pages + Array($0.joined())) }
    }

    // MARK: Questions

    /// Asks every worker, and calls back on the admin loop with all answers.
    private func ask<Answer: Sendable>(
        _ question: @escaping @Sendable (Worker) -> Answer, then completion: @escaping ([Answer]) -> Void
    ) {
        let gathering = Confined(Gathering(count: workers.count, completion))
        for worker in workers {
            worker.ask(question, then: loop.handle) { gathering.value.add($0) }
        }
    }

    /// Gathers the workers' reports and calls back on the admin loop.
    func gatherReports(_ completion: @escaping ([WorkerReport]) -> Void) {
        ask({ $0.report }, then: completion)
    }

    /// What the metrics page says about the process.
    var facts: ProcessFacts {
        ProcessFacts(
            version: Self.version, startedAt: startedAt, residentBytes: ProcessMemory.residentBytes(),
            discovery: ResourceType.allCases.compactMap { type in
                guard let version = resources.versions[type] else { return nil }
                return ProcessFacts.DiscoveryFact(
                    type: type.rawValue, version: version, since: discoverySince[type] ?? startedAt)
            },
            isControlPlaneConnected: discovery?.isConnected, certificateNotAfter: identity?.current?.notAfter,
            spansDropped: exporter?.dropped ?? 0, spansExported: exporter?.exported ?? 0,
            discoveryRefused: discoveryRefused, outliers: outlierReports, breakers: breakerReports,
            access: builder.access.reports, redirectionLoops: passed.loopCount, overload: overload.report,
            accessLogs: builder.logFiles.map { (path: $0.key, tally: $0.value.tally) }.sorted { $0.path < $1.path })
    }

    /// The ejections of every cluster that has rules for them, by name.
    var outlierReports: [OutlierReport] {
        let now = SystemClock.monotonic()
        return builder.outliers.values.map { $0.report(now: now) }.sorted { $0.cluster < $1.cluster }
    }

    /// Opens the files of access logs anew, as after they were moved away.
    func reopenLogs() {
        for file in builder.logFiles.values {
            file.reopen { [log] error in
                guard let error else { return }
                log.error("access log not opened anew; the old file goes on", ["reason": error.description])
            }
        }
    }

    /// The circuit breakers of every cluster that has limits, by name.
    var breakerReports: [BreakerReport] {
        builder.breakers.values.map(\.report).sorted { $0.cluster < $1.cluster }
    }

    // MARK: The end

    /// Stops accepting and lets requests finish; then `completion` with the number of those that were cut. Asked again,
    /// it tells of the one drain that there is.
    func drain(_ plan: DrainPlan = .ending, _ completion: @escaping (Int) -> Void) {
        if let drained { return completion(drained) }
        whenDrained.append(completion)
        guard !isDraining else { return }
        isDraining = true
        discovery?.stop()
        let gathering = Confined(
            Gathering<Int>(count: workers.count) { [weak self] counts in
                guard let self else { return }
                let cut = counts.reduce(0, +)
                drained = cut
                for completion in whenDrained { completion(cut) }
                whenDrained = []
            })
        for worker in workers {
            worker.drain(plan, then: loop.handle) { gathering.value.add($0) }
        }
    }

    /// Drains, sends the last spans and ends ``run()``. A second call ends it at once.
    func quit(because reason: String, _ plan: DrainPlan = .ending) {
        guard !isQuitting else {
            exitCode = 1
            return loop.stop()
        }
        isQuitting = true
        log.info("draining", ["because": reason])
        drain(plan) { [weak self] cut in
            guard let self else { return }
            if cut > 0 {
                log.warning("drain deadline passed; requests were cut", ["requests": cut])
                exitCode = 1
            }
            // Spans have one second more, so that the last requests show up in their traces.
            finishSpans(until: SystemClock.monotonic().advanced(by: .seconds(1)))
        }
    }

    private func finishSpans(until deadline: MonotonicTime) {
        guard let exporter, !exporter.isIdle, SystemClock.monotonic() < deadline else { return loop.stop() }
        loop.schedule(after: .milliseconds(20)) { [weak self] in self?.finishSpans(until: deadline) }
    }
}
