package import MeshModel
package import Quantities
internal import Synchronization
package import SystemIO

/// What to watch and how.
package struct CollectorConfiguration: Sendable {
    /// A control plane whose list of targets is followed.
    package var control: SocketAddress?
    /// Where targets come from beside it.
    package var sources: TargetSources
    /// A server that has scraped the proxies already. What is scraped here as well is believed more.
    package var prometheus: PrometheusConfiguration?
    /// What is pushed to us, when somebody receives it.
    package var inbox: MetricInbox?
    /// Between two scrapes of a target that names no interval of its own, and between two snapshots. At least 100 ms.
    package var interval: Duration
    /// The window that snapshots cover, once there is as much history.
    package var window: Duration
    /// What the graph shows, and in which form.
    package var view: GraphView
    /// What the mesh's configuration says there is, for whoever knows.
    package var inventory = MeshInventory.none
    /// By which the health of nodes and edges is judged.
    package var health = HealthRules.standard

    /// - Parameter targets: to scrape beside those of `sources`.
    package init(
        control: SocketAddress? = nil, targets: [SocketAddress] = [], sources: TargetSources = TargetSources(),
        prometheus: PrometheusConfiguration? = nil, interval: Duration = .seconds(1),
        window: Duration = .seconds(60), grouping: GraphGrouping = .versionedApp, showsIdle: Bool = true
    ) {
        self.control = control
        self.sources = sources
        self.sources.targets += targets.map { TargetEntry(url: TargetURL(host: .address($0))) }
        self.prometheus = prometheus
        self.interval = max(.milliseconds(100), interval)
        self.window = window
        view = GraphView(grouping: grouping, showsIdle: showsIdle)
    }
}

/// Asks the sources of the mesh's metrics and makes a snapshot of the whole once per interval.
///
/// All of it happens on one event loop on a thread of its own. Snapshots leave through `onSnapshot`, on that thread.
package final class Collector: Sendable {
    private let handle: EventLoopHandle
    private let thread: ThreadHandle
    private let view: SharedView
    private let desk = CollectorDesk()
    private let configuration: CollectorConfiguration
    private let history: MeshHistory?

    /// Starts collecting.
    ///
    /// - Parameters:
    ///   - recorder: is told of everything that is scraped, when somebody wants to keep it.
    ///   - history: is told of everything, too, and asked for what is no longer in memory. It is to be stopped after the
    ///     collector.
    ///   - onSnapshot: called after every tick, on the collector's thread.
    package init(
        _ configuration: CollectorConfiguration, recorder: Recorder? = nil, history: MeshHistory? = nil,
        onSnapshot: @escaping @Sendable (MeshSnapshot) -> Void
    ) throws(SystemError) {
        // Handed over to the thread below: nothing here touches the loop again, so that one thread has it at a time.
        nonisolated(unsafe) let loop = try EventLoop()
        let view = SharedView(configuration)
        handle = loop.handle
        self.view = view
        self.configuration = configuration
        self.history = history
        let desk = desk
        thread = try Threads.spawn(name: "collector") {
            let work = CollectorWork(
                configuration, loop: loop, view: view, recorders: [recorder, history?.recorder].compactMap(\.self),
                history: history, onSnapshot: onSnapshot)
            desk.work = work
            loop.soon { work.start() }
            loop.run()
            desk.work = nil
        }
    }

    /// Changes what snapshots cover and how they are grouped, from the next one on. From any thread.
    package func show(window: Duration, grouping: GraphGrouping) {
        view.set(window: window) { $0.grouping = grouping }
    }

    /// Changes what snapshots cover and all that they show, from the next one on. From any thread.
    package func show(window: Duration, view new: GraphView) {
        view.set(window: window) { $0 = new }
    }

    /// Ends collecting and waits for the thread. Call it once, from another thread.
    package func stop() {
        handle.stop()
        thread.join()
    }
}

extension Collector: MeshPast {
    /// How long an answer about the past may take: the collector may be in the middle of reading a large mesh.
    private static let patience = Duration.seconds(10)

    package func snapshot(ending time: WallTime, window: Duration?) throws(MeshPastFailure) -> MeshSnapshot {
        do throws(MeshPastFailure) {
            return try remembered(ending: time, window: window)
        } catch {
            guard let history else { throw error }
            return try Self.snapshot(of: history, ending: time, look(window: window), beside: error)
        }
    }

    /// From the file, which remembers further back than memory.
    private static func snapshot(
        of history: MeshHistory, ending time: WallTime, _ look: MeshHistory.Look, beside memory: MeshPastFailure
    ) throws(MeshPastFailure) -> MeshSnapshot {
        do throws(MeshPastFailure) {
            return try history.snapshot(ending: time, look)
        } catch {
            var failure = error
            if let earliest = failure.earliest {
                failure.earliest = memory.earliest.map { min($0, earliest) } ?? earliest
            }
            throw failure
        }
    }

    private func look(window: Duration?) -> MeshHistory.Look {
        let current = view.current
        return MeshHistory.Look(
            window: max(window ?? current.window, configuration.interval * 2), view: current.graph,
            health: HealthJudge(configuration.health), inventory: configuration.inventory)
    }

    private func remembered(ending time: WallTime, window: Duration?) throws(MeshPastFailure) -> MeshSnapshot {
        let reply: Reply<Result<MeshSnapshot, MeshPastFailure>>
        do throws(SystemError) {
            reply = try Reply()
        } catch {
            throw MeshPastFailure("the past cannot be asked for: \(error)")
        }
        let desk = desk
        handle.submit {
            guard let work = desk.work else { return reply.bring(.failure(MeshPastFailure("the collector has ended"))) }
            reply.bring(work.snapshot(ending: time, window: window))
        }
        guard let result = reply.wait(atMost: Self.patience) else {
            throw MeshPastFailure("the collector does not answer")
        }
        return try result.get()
    }
}

/// Where questions find the collector's work.
///
/// Unchecked: the loop's thread alone reads and writes ``work``; others only hand it work to do there.
private final class CollectorDesk: @unchecked Sendable {
    var work: CollectorWork?
}

/// What snapshots cover and show, as somebody on another thread wants it.
final class SharedView: Sendable {
    private let state: Mutex<(window: Duration, graph: GraphView)>

    init(_ configuration: CollectorConfiguration) {
        state = Mutex((configuration.window, configuration.view))
    }

    var current: (window: Duration, graph: GraphView) { state.withLock { $0 } }

    func set(window: Duration, _ change: (inout GraphView) -> Void) {
        state.withLock {
            $0.window = window
            change(&$0.graph)
        }
    }
}
