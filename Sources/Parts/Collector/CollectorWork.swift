internal import MeshModel
internal import Quantities
internal import SystemIO

/// The collector's work on its event loop: sources, and a snapshot of all of them per tick.
final class CollectorWork {
    private let configuration: CollectorConfiguration
    private let loop: EventLoop
    private let view: SharedView
    private let onSnapshot: (MeshSnapshot) -> Void
    private let history: MeshHistory?
    private let graph = GraphBuilder()
    /// The one that is believed most first.
    private var sources: [any MetricsSource] = []
    private let inventory = InventoryBook()
    private var objects: InventoryFeed?

    init(
        _ configuration: CollectorConfiguration, loop: EventLoop, view: SharedView, recorders: [Recorder] = [],
        history: MeshHistory? = nil, onSnapshot: @escaping (MeshSnapshot) -> Void
    ) {
        self.configuration = configuration
        self.loop = loop
        self.view = view
        self.onSnapshot = onSnapshot
        self.history = history
        if configuration.inventory != .none { inventory.set(configuration.inventory, of: .given) }
        graph.health = HealthJudge(configuration.health)
        // Without anybody to scrape the scraper does nothing, but says so.
        sources.append(
            Scraper(
                configuration, graph: graph, inventory: inventory, loop: loop, view: view, recorders: recorders))
        if let inbox = configuration.inbox {
            sources.append(PushSource(inbox, graph: graph, loop: loop, view: view, recorders: recorders))
        }
        if let prometheus = configuration.prometheus {
            sources.append(
                PrometheusSource(
                    prometheus, window: configuration.window, graph: graph, loop: loop,
                    dnsServer: configuration.sources.dnsServer))
        }
    }

    func start() {
        followObjects()
        for source in sources { source.start() }
        tick()
    }

    /// What the control plane says there is, or the cluster's API where there is none. A control plane's workloads are all
    /// there are when nobody else names any.
    private func followObjects() {
        let cluster = configuration.sources.clusters.first
        guard
            let server = configuration.control.map({ TargetURL(scheme: .http, host: .address($0)) }) ?? cluster?.server
        else { return }
        let isAlone =
            configuration.sources.isEmpty && configuration.prometheus == nil && configuration.inbox == nil
            && configuration.inventory == .none
        let errands = Errands(name: "control plane", width: 1, loop: loop.handle)
        let names = TargetNames(loop: loop, errands: errands, server: configuration.sources.dnsServer)
        // A control plane of this machine is told no secrets.
        let access = configuration.control == nil ? cluster?.access ?? TargetAccess() : TargetAccess()
        let asking = TargetAsking(access, loop: loop, names: names, errands: errands)
        let feed = InventoryFeed(of: server, hasAllWorkloads: isAlone, loop: loop, asking: asking) { [inventory] in
            inventory.set($0, of: .objects)
        }
        objects = feed
        asking.start { feed.start() }
    }

    /// The mesh as it was, from what the sources remember.
    func snapshot(ending time: WallTime, window: Duration?) -> Result<MeshSnapshot, MeshPastFailure> {
        let view = view.current
        // A window of less than two looks has no beginning or no end.
        let length = max(window ?? view.window, configuration.interval * 2)
        let wall = SystemClock.wall()
        let end = loop.now.advanced(by: .zero - max(.zero, time.duration(to: wall)))
        let told = sources.compactMap { $0.read(window: length, ending: end) }
        guard told.contains(where: { ($0.reading.covered ?? .zero) > .zero }) else {
            let oldest = sources.compactMap(\.oldest).min()
            let earliest = oldest.map { wall.advanced(by: .zero - $0.duration(to: loop.now)) }
            return .failure(MeshPastFailure("nothing is remembered of that time", earliest: earliest))
        }
        return .success(
            graph.snapshot(
                of: told.map(\.reading), view: view.graph, time: time, targets: told.flatMap(\.targets), isPast: true))
    }

    private func tick() {
        let view = view.current
        for source in sources { source.prepare(for: view.window) }
        var readings: [TrafficReading] = []
        for source in sources {
            let covered = readings.compactMap(\.covered).filter { $0 > .zero }.min()
            readings.append(source.read(window: view.window, beside: covered))
        }
        graph.inventory = inventory.inventory
        var snapshot = graph.snapshot(
            of: readings, view: view.graph, time: SystemClock.wall(), targets: sources.flatMap(\.targets))
        snapshot.notices = sources.flatMap(\.notices) + (history?.notices ?? []) + (objects?.troubles ?? [])
        history?.relax(now: loop.now)
        onSnapshot(snapshot)
        loop.schedule(after: configuration.interval) { [self] in tick() }
    }
}
