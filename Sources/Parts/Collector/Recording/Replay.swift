package import MeshModel
internal import MetricStore
package import Quantities
internal import Storage

/// The mesh at any moment of a recording, as it was seen live.
///
/// Belongs to one thread. Going forward reads only what is new; going back, or far, reads what a window and idle traffic
/// need – some ten minutes. What came in after the file was opened is seen as well.
package final class Replay {
    package let recording: Recording
    let database: Database
    private let series: RecordedSeries
    private let states: RecordedStates
    private var graph = GraphBuilder()
    private var store: MetricStore<GraphBuilder.Meaning>
    private var structure = GraphStructure()
    /// By which the health of nodes and edges is judged.
    package var health = HealthJudge() {
        didSet { graph.health = health }
    }
    /// What the mesh's configuration says there is.
    package var inventory = MeshInventory.none {
        didSet { if inventory != oldValue { graph.inventory = inventory } }
    }
    /// What is in the store: by the target's row.
    private var targets: [Int64: LoadedTarget] = [:]
    /// Everything after the first and up to the second is in the store; nothing while it is empty.
    private var loaded: (begin: Int64, end: Int64)?
    /// When each target that is in the store was read last.
    private var lastRead: [String: WallTime] = [:]

    package init(_ recording: Recording) throws(RecordingError) {
        self.recording = recording
        database = try recording.open()
        series = RecordedSeries(database)
        states = RecordedStates(database)
        store = graph.makeStore()
    }

    /// From the first scrape to the last, as of now.
    package func span() throws(RecordingError) -> ClosedRange<WallTime> {
        try Recording.span(of: database, file: recording.file)
    }

    /// The graph at `time`, over the last `window` before it.
    package func snapshot(
        at time: WallTime, window: Duration, view: GraphView = GraphView()
    ) throws(RecordingError) -> MeshSnapshot {
        try Recording.reading { () throws(StorageError) in
            let end = max(0, time.nanosecondsSinceEpoch)
            try load(upTo: end, reach: max(window, GraphBuilder.idleTime).nanoseconds)
            store.watch(window)
            let listed = try states.targets(at: end)
            var snapshot = graph.snapshot(
                of: readings(window: window, now: Self.monotonic(end)), view: view, time: time,
                targets: listed.map(scrapeTarget).sorted { $0.address < $1.address })
            // The builder begins anew with each jump; the picture must not.
            snapshot.structureVersion = structure.version(of: snapshot)
            snapshot.splits = try states.splits(at: end)
            snapshot.notices = try states.losses(after: end - window.nanoseconds, upTo: end)
            return snapshot
        }
    }

    /// As the collector joins its sources: who was scraped is believed more than who has sent.
    private func readings(window: Duration, now: MonotonicTime) -> [TrafficReading] {
        let hasSenders = store.targetNames.contains(where: PushSource.isName)
        let hasOthers = !hasSenders || !store.targetNames.allSatisfy(PushSource.isName)
        var readings: [TrafficReading] = []
        if hasOthers {
            readings.append(graph.reading(of: store, window: window, now: now) { !PushSource.isName($0) })
        }
        if hasSenders { readings.append(graph.reading(of: store, window: window, now: now, where: PushSource.isName)) }
        return readings
    }

    private func scrapeTarget(_ listed: RecordedStates.Target) -> ScrapeTarget {
        ScrapeTarget(
            address: listed.name, workload: listed.identity, state: listed.state, lastSuccess: lastRead[listed.name],
            series: store.seriesCount(of: listed.name))
    }

    // MARK: Loading

    private func load(upTo end: Int64, reach: Int64) throws(StorageError) {
        if let loaded, loaded.end <= end, end - loaded.end <= reach, loaded.begin <= max(0, end - reach) {
            try follow(after: loaded.end, upTo: end)
            self.loaded?.end = end
            return
        }
        loaded = nil
        targets = [:]
        lastRead = [:]
        graph = GraphBuilder()
        graph.health = health
        graph.inventory = inventory
        store = graph.makeStore()
        let begin = max(0, end - reach)
        series.restart(from: begin)
        try follow(after: begin, upTo: end)
        loaded = (begin, end)
    }

    /// Puts what was recorded in that time into the store.
    private func follow(after begin: Int64, upTo end: Int64) throws(StorageError) {
        try followTargets(at: end)
        try series.read(upTo: end)
        for id in targets.keys { nameSeries(of: id, upTo: end) }
        series.relax()
        _ = try database.rows(
            "SELECT target, time, previous, changes FROM scrape WHERE time > ? AND time <= ? ORDER BY time, rowid",
            [.integer(begin), .integer(end)]
        ) { (row) throws(StorageError) in
            // What a target counted before it was forgotten was forgotten with it.
            guard let target = targets[try row.integer(0)] else { return }
            let time = try row.integer(1)
            let previous = try row.optionalInteger(2)
            store.replay(
                ScrapeRecord(
                    target: target.name, time: Self.monotonic(time), previous: previous.map(Self.monotonic),
                    newSeries: [], changes: target.changes(try row.text(3))))
            lastRead[target.name] = WallTime(nanosecondsSinceEpoch: time)
        }
    }

    /// Forgets who is forgotten at `time`, and meets who is new.
    private func followTargets(at time: Int64) throws(StorageError) {
        let known = try database.rows(
            "SELECT id, name, identity FROM target WHERE since <= ?1 AND (until IS NULL OR until > ?1) ORDER BY id",
            [.integer(time)]
        ) { (row) throws(StorageError) in (try row.integer(0), try row.text(1), try row.optionalText(2)) }
        let stay = Set(known.map(\.0))
        for (id, target) in targets where !stay.contains(id) {
            targets[id] = nil
            lastRead[target.name] = nil
            graph.forget(target.name, in: &store)
        }
        for (id, name, identity) in known {
            if targets[id] == nil { targets[id] = LoadedTarget(name: name) }
            graph.identify(name, as: identity.flatMap { RecordedJSON.identity($0) }, in: &store)
        }
    }

    private func nameSeries(of id: Int64, upTo time: Int64) {
        guard var target = targets[id] else { return }
        let new = target.meet(series.of(id), upTo: time)
        targets[id] = target
        if !new.isEmpty { store.introduce(new, of: target.name) }
    }

    private static func monotonic(_ time: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: UInt64(max(0, time))) }
}
