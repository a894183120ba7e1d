internal import MeshModel
internal import Quantities

/// Somebody who tells of the mesh's traffic: proxies that are scraped, or a server that has scraped them.
///
/// Sources work on the collector's loop, each at its own pace, and are read before each snapshot. Several at once are
/// joined flow by flow (``TrafficReading/joined(_:)``).
protocol MetricsSource: AnyObject {
    /// Begins.
    func start()

    /// Forgets what no snapshot will ask for again. Called before all sources are read.
    func prepare(for window: Duration)

    /// What the source knows now.
    ///
    /// - Parameters:
    ///   - window: the time that the snapshot shall cover.
    ///   - covered: the time that the sources before it cover; nothing when they have nothing to tell.
    func read(window: Duration, beside covered: Duration?) -> TrafficReading

    /// What the source remembers of a window that has ended, and whom it had it from; nothing when it remembers nothing.
    func read(window: Duration, ending: MonotonicTime) -> (reading: TrafficReading, targets: [ScrapeTarget])?

    /// How far back it remembers.
    var oldest: MonotonicTime? { get }

    /// Whom it asks, and how that goes.
    var targets: [ScrapeTarget] { get }

    /// What is missing or old in what it tells, in words for people.
    var notices: [String] { get }
}

extension MetricsSource {
    // A server is asked for its past over the network (``PrometheusHistory``), not from memory.
    func read(window: Duration, ending: MonotonicTime) -> (reading: TrafficReading, targets: [ScrapeTarget])? { nil }
    var oldest: MonotonicTime? { nil }
}
