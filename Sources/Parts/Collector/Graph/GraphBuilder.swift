package import ExpositionWire
package import MeshModel
package import MetricStore
package import Quantities

/// Makes the graph of what the proxies counted.
///
/// Belongs to the thread that owns the store. It numbers the kinds of traffic when their series are first seen, so that
/// a tick adds numbers into arrays and compares no labels; which edges each flow runs over is worked out when a flow is
/// new or another view is asked for.
///
///     store ─▶ TrafficNumbers ─▶ FlowCounts ─▶ GraphSums ─▶ FinishedGraph ─▶ MeshSnapshot
///              by kind           by flow       by edge      only what changed: LiveGraph
package final class GraphBuilder {
    /// What a store keeps of a series: twelve bytes of numbers.
    package struct Meaning: Sendable {
        private var kindNumber: Int32
        /// Where the counts of a bucket go; of all else, nowhere.
        var bucket: Int32
        var quantity: TrafficSeries.Quantity
        /// Counts only where its target speaks no other format.
        var givesWay: Bool
        /// As for ``TrafficSeries/isSubstitute``.
        var isSubstitute: Bool
        /// Whether its examples' values are seconds, where bounds are milliseconds.
        var isInSeconds: Bool

        /// Of ``TrafficNumbering``.
        var kind: Int {
            get { Int(kindNumber) }
            set { kindNumber = Int32(clamping: newValue) }
        }

        init(
            kind: Int, bucket: Int32 = 0, quantity: TrafficSeries.Quantity, givesWay: Bool = false,
            isSubstitute: Bool = false, isInSeconds: Bool = false
        ) {
            kindNumber = Int32(clamping: kind)
            self.bucket = bucket
            self.quantity = quantity
            self.givesWay = givesWay
            self.isSubstitute = isSubstitute
            self.isInSeconds = isInSeconds
        }
    }

    /// What a plan was made for.
    private struct PlanKey: Equatable {
        var view: GraphView
        var inventory: MeshInventory
        var flows: Int
        /// Only in a view of operations: they have cells of their own.
        var cells: Int
    }

    /// Traffic that stopped stays in the graph this long, with rate 0: boxes do not come and go with the shoppers.
    package static let idleTime = Duration.seconds(600)

    private var numbering = TrafficNumbering()
    /// The flows with all that is known of their ends, and how they stand to each other.
    private var resolved: [Flow] = []
    private var relations = FlowRelations([])
    private var live: LiveGraph?
    private var planKey: PlanKey?
    private var structure = GraphStructure()
    /// Of graphs of the past, which must not make live ones look new.
    private var pastStructure = GraphStructure()

    /// By which the health of nodes and edges is judged.
    package var health: HealthJudge {
        get { judge }
        set {
            judge = newValue
            live?.startOver()
        }
    }
    private var judge = HealthJudge()
    /// Rates that somebody else has worked out, until newer ones come.
    private var rated: [(meaning: Meaning, perSecond: Double)] = []
    /// When each flow was last seen moving in them, by its number.
    private var ratedActivity: [Int: RatedActivity] = [:]

    private let formats: [any MetricFormat]
    private var voices: TargetVoices
    /// Who exposes a target's metrics, by the target's name in the store.
    package private(set) var reporters: [String: WorkloadIdentity] = [:]

    /// Requests whose traces are known, by flow.
    private(set) var exemplars = ExemplarBook()

    /// What the mesh's configuration says there is.
    package var inventory = MeshInventory.none

    package init(formats: [any MetricFormat] = MetricFormats.all) {
        self.formats = formats
        voices = TargetVoices(formats)
    }

    /// An empty store of the series that graphs are made of.
    package func makeStore(limits: MetricStoreLimits = MetricStoreLimits()) -> MetricStore<Meaning> {
        // The builder does not know the store, so there is no cycle.
        MetricStore(
            limits: limits, families: Set(formats.flatMap(\.families)).sorted(), patterns: formats.flatMap(\.patterns),
            exceptions: formats.flatMap(\.patternExceptions)
        ) {
            self.meaning(of: $0, on: $1)
        }
    }

    private func meaning(of key: SeriesKey, on target: String) -> Meaning? {
        for (number, format) in formats.enumerated() where format.reads(key.name) {
            guard
                let series = format.series(
                    key, of: reporters[target] ?? (target.isEmpty ? Self.identity(in: key) : nil))
            else { continue }
            voices.hear(target, number, key)
            var meaning = Meaning(
                kind: numbering.kind(of: series.traffic), quantity: series.number.quantity,
                givesWay: format.givesWay, isSubstitute: series.isSubstitute)
            if case .latencyBucket(let bound) = series.number {
                meaning.bucket = numbering.bucket(of: meaning.kind, upTo: bound)
                meaning.isInSeconds = Self.isInSeconds(key, bound)
            }
            return meaning
        }
        if let gap = formats.lazy.filter({ $0.reads(key.name) }).compactMap({ $0.gap(in: key) }).first {
            voices.miss(target, gap)
        }
        return nil
    }

    /// Who a series is of by its own labels, where there is no target to know it by.
    private static func identity(in key: SeriesKey) -> WorkloadIdentity? {
        var tags = IdentityTags()
        tags.see(key)
        return tags.identity
    }

    /// Whether a bucket is written in seconds: its own bound tells, and where that is infinite, its name.
    private static func isInSeconds(_ key: SeriesKey, _ milliseconds: Double) -> Bool {
        guard milliseconds.isFinite, let written = key["le"].flatMap({ Double($0) }), written > 0 else {
            return key.name.hasSuffix("_seconds_bucket")
        }
        return milliseconds / written > 500
    }

    // MARK: Who speaks

    /// Says who exposes a target's metrics, or that nobody knows. Series that were read as another's are read anew, and
    /// keep what they counted.
    package func identify(
        _ target: String, as identity: WorkloadIdentity?, in store: inout MetricStore<Meaning>
    ) {
        guard reporters[target] != identity else { return }
        reporters[target] = identity
        planKey = nil
        // What it says of itself stays: it is heard again at the next scrape, and until then nothing else is known.
        store.readAnew(target)
    }

    /// What a target's metrics are, in the words of ``MetricFormat/name``; empty while nothing was recognised.
    package func formats(of target: String) -> [String] { voices.formats(of: target) }

    /// Which labels a target's series lack, so that they are left out.
    package func gaps(of target: String) -> [LabelGap] { voices.gaps(of: target) }

    /// Whether a target is an Envoy of no mesh, so that its metrics do not say whose they are.
    package func isNameless(_ target: String) -> Bool {
        !voices.saysBetter(target) && !voices.formats(of: target).isEmpty
    }

    /// Who a target is by labels that all its series have.
    package func tagIdentity(of target: String) -> WorkloadIdentity? { voices.tagIdentity(of: target) }

    /// Forgets what was known of a target that is gone, together with what it counted.
    package func forget(_ target: String, in store: inout MetricStore<Meaning>) {
        if reporters.removeValue(forKey: target) != nil { planKey = nil }
        voices.forget(target)
        store.remove(target)
    }

    private func renumber(_ meaning: inout Meaning, of old: TrafficNumbering) {
        let bound = meaning.quantity == .latencyBucket ? old.bound(of: meaning.bucket, of: meaning.kind) : nil
        meaning.kind = numbering.kind(of: old.traffic(of: meaning.kind))
        if let bound { meaning.bucket = numbering.bucket(of: meaning.kind, upTo: bound) }
    }

    /// Forgets kinds of traffic of which the store has no series any more: numbers must not grow with every workload
    /// that ever was.
    package func forgetUnused(in store: inout MetricStore<Meaning>) {
        guard numbering.places.count > 2 * (store.seriesCount + rated.count) + 1024 else { return }
        let old = numbering
        numbering = TrafficNumbering()
        planKey = nil
        store.updateMeanings { renumber(&$0, of: old) }
        for index in rated.indices { renumber(&rated[index].meaning, of: old) }
        exemplars.renumber { numbering.number(ofKnown: old.flows[Int($0)]).map { Int32(clamping: $0) } }
        // Of flows without any series nobody will ask again.
        ratedActivity = ratedActivity.reduce(into: [:]) { kept, item in
            if let number = numbering.number(ofKnown: old.flows[item.key]) { kept[number] = item.value }
        }
    }

    /// Takes an example of what a series counts, when it is one of latency and names a trace.
    ///
    /// - Parameter time: when it was read.
    func take(_ exemplar: Exemplar, of meaning: Meaning, at time: WallTime) {
        guard meaning.quantity == .latencyBucket, let traceID = exemplar.traceID,
            let bound = numbering.bound(of: meaning.bucket, of: meaning.kind)
        else { return }
        // A clock that is ahead must not keep the place of all that come later.
        let told = exemplar.timestampMilliseconds.map { WallTime(secondsSinceEpoch: Double($0) / 1000) }
        let ended = min(told ?? time, time)
        exemplars.add(
            TraceExemplar(
                traceID: traceID, milliseconds: meaning.isInSeconds ? exemplar.value * 1000 : exemplar.value,
                time: ended),
            to: numbering.places[meaning.kind].flow, upTo: bound)
    }

    // MARK: The graph

    /// The graph over the last `window`, or over as long a one that ended earlier.
    ///
    /// - Parameters:
    ///   - targets: who was scraped; put into the snapshot. Where one is down, its clients' word is taken.
    ///   - ending: when the window ended; now when it is absent. Targets whose history does not reach back so far have
    ///     counted nothing.
    package func snapshot(
        of store: MetricStore<Meaning>, window: Duration, view: GraphView, now: MonotonicTime, time: WallTime,
        targets: [ScrapeTarget] = [], ending: MonotonicTime? = nil
    ) -> MeshSnapshot {
        snapshot(
            of: [reading(of: store, window: window, now: now, ending: ending)], view: view, time: time, targets: targets
        )
    }

    /// The graph of rates that somebody else has worked out, such as a Prometheus server.
    ///
    /// - Parameters:
    ///   - rates: increases a second over the window, each series once. Series that no format knows are passed over.
    ///   - window: what the rates cover.
    package func snapshot(
        of rates: some Sequence<(key: SeriesKey, perSecond: Double)>, window: Duration, view: GraphView, time: WallTime,
        targets: [ScrapeTarget] = []
    ) -> MeshSnapshot {
        let numbers = count(readings(rates), window: window)
        return snapshot(
            of: [TrafficReading(numbers: numbers, covered: window)], view: view, time: time, targets: targets)
    }

    /// The graph of what several sources tell.
    ///
    /// - Parameters:
    ///   - readings: made since the last call of ``forgetUnused(in:)``, the source that is believed most first.
    ///   - isPast: whether it is a look back, whose structure is numbered apart from that of live graphs.
    func snapshot(
        of readings: [TrafficReading], view: GraphView, time: WallTime, targets: [ScrapeTarget], isPast: Bool = false
    ) -> MeshSnapshot {
        let all = TrafficReading.joined(readings, numbering)
        let troubles = TargetTroubles(targets)
        prepare(view)
        // A look back has nothing in common with the tick before it.
        var graph = (isPast ? nil : live) ?? LiveGraph(view, inventory, resolved, relations, numbering)
        // So that it is changed in its place.
        if !isPast { live = nil }
        // A look back has no examples: only the newest are known.
        var none = ExemplarBook()
        let (nodes, edges, boxes) =
            isPast
            ? graph.update(all.numbers, troubles, numbering, &none, &judge)
            : graph.update(all.numbers, troubles, numbering, &exemplars, &judge)
        var snapshot = MeshSnapshot(
            time: time, window: all.covered ?? .zero, nodes: nodes, edges: edges, boxes: boxes, targets: targets)
        if isPast {
            snapshot.structureVersion = pastStructure.version(of: snapshot) | 1 << 63
        } else {
            live = graph
            snapshot.structureVersion = structure.version(of: snapshot, onlyBoxes: graph.isShapeKept)
        }
        judge.joinWholes(into: &snapshot)
        return snapshot
    }

    /// Finds out who is who, when anything about that has changed.
    private func prepare(_ view: GraphView) {
        let key = PlanKey(
            view: view, inventory: inventory, flows: numbering.flows.count,
            cells: view.showsOperations ? numbering.cells.count : 0)
        guard key != planKey else { return }
        let directory = PeerDirectory(reporters.values, flows: numbering.flows)
        resolved = numbering.flows.map { directory.resolved($0, isByVersion: view.grouping != .app) }
        relations = FlowRelations(resolved)
        planKey = key
        live = nil
    }
}

// What is counted, in a store or elsewhere.
extension GraphBuilder {
    /// What rates mean. Whose they are, their labels say, or nobody.
    private func readings(
        _ rates: some Sequence<(key: SeriesKey, perSecond: Double)>
    ) -> [(meaning: Meaning, perSecond: Double)] {
        let readings = rates.compactMap { key, perSecond in meaning(of: key, on: "").map { ($0, perSecond) } }
        let flowsTold = Set(readings.lazy.filter { !$0.0.isSubstitute }.map { self.subject(of: $0.0) })
        let isToldBetter = readings.contains { !$0.0.givesWay }
        return readings.filter { meaning, _ in
            !(meaning.givesWay && isToldBetter)
                && !(meaning.isSubstitute && flowsTold.contains(subject(of: meaning)))
        }
    }

    private func count(_ readings: [(meaning: Meaning, perSecond: Double)], window: Duration) -> TrafficNumbers {
        var numbers = TrafficNumbers(numbering)
        let seconds = window.inSeconds
        for (meaning, perSecond) in readings {
            if meaning.quantity.isTraffic, perSecond > 0 { numbers.markAlive(meaning.kind) }
            numbers.add(perSecond * seconds, perSecond: perSecond, as: meaning, numbering.places)
        }
        return numbers
    }

    /// The edges at each of several times, of rates that somebody else has worked out.
    ///
    /// - Parameters:
    ///   - series: each with `count` rates, nothing where there is none.
    ///   - window: what each rate covers.
    func forEachStep(
        of series: [(key: SeriesKey, perSecond: [Double?])], count: Int, window: Duration, grouping: GraphGrouping,
        _ body: (Int, [MeshEdge]) -> Void
    ) {
        let known = series.compactMap { key, rates in meaning(of: key, on: "").map { (meaning: $0, rates: rates) } }
        for index in 0..<count {
            let readings = known.compactMap { meaning, rates in rates[index].map { (meaning: meaning, perSecond: $0) } }
            let step = TrafficReading(numbers: self.count(readings, window: window), covered: window)
            let snapshot = snapshot(
                of: [step], view: GraphView(grouping: grouping), time: WallTime(nanosecondsSinceEpoch: 0), targets: [])
            body(index, snapshot.edges)
        }
    }

    // MARK: Rates beside a store

    /// Takes over rates that somebody else has worked out, such as a Prometheus server, in the place of all earlier ones.
    ///
    /// - Parameter rates: as for ``snapshot(of:window:grouping:time:targets:showsIdle:)``.
    func take(rates: some Sequence<(key: SeriesKey, perSecond: Double)>, now: MonotonicTime) {
        rated = readings(rates)
        ratedActivity = ratedActivity.filter { $0.value.newest.duration(to: now) <= Self.idleTime }
        for (meaning, perSecond) in rated where perSecond > 0 && meaning.quantity.isTraffic {
            let place = numbering.places[meaning.kind]
            ratedActivity[Int(place.flow), default: RatedActivity()].see(place.reporter, at: now)
        }
    }

    /// What the rates tell that were taken over last, of which traffic that stopped is remembered for ``idleTime``.
    ///
    /// - Parameter window: for how long they are counted up, so that they can be added to others.
    func ratedReading(window: Duration, now: MonotonicTime) -> TrafficReading {
        var numbers = count(rated, window: window)
        for (flow, activity) in ratedActivity {
            for reporter in activity.reporters(since: now.advanced(by: .zero - Self.idleTime)) {
                numbers.markAlive(reporter, of: flow)
            }
        }
        return TrafficReading(numbers: numbers, covered: window)
    }

    /// What was counted, and the longest time that any target's samples cover.
    ///
    /// - Parameter isRead: which targets are read, by their names.
    func reading(
        of store: MetricStore<Meaning>, window length: Duration, now: MonotonicTime, ending: MonotonicTime? = nil,
        where isRead: (String) -> Bool = { _ in true }
    ) -> TrafficReading {
        var numbers = TrafficNumbers(numbering)
        let places = numbering.places
        var covered = Duration.zero
        for target in store.targetNames where isRead(target) {
            let window =
                ending.map { store.window(of: target, length: length, endingAt: $0) }
                ?? store.window(of: target, length: length, now: now)
            // A target that fell silent counts nothing any more, but what it did is remembered as idle.
            guard let read = window ?? store.window(of: target, length: Self.idleTime, now: now) else { continue }
            covered = max(covered, window?.duration ?? .zero)
            let idleSince = now.advanced(by: .zero - Self.idleTime)
            let seconds = read.duration.inSeconds
            func add(_ meaning: Meaning, _ increase: Double, _ lastChange: MonotonicTime) {
                if meaning.quantity.isTraffic, lastChange > idleSince { numbers.markAlive(meaning.kind) }
                guard window != nil else { return }
                numbers.add(increase, perSecond: increase / seconds, as: meaning, places)
            }
            let saysBetter = voices.saysBetter(target)
            var substitutes: [(meaning: Meaning, increase: Double, lastChange: MonotonicTime)] = []
            guard let (meanings, growth) = store.series(of: target, over: read) else { continue }
            for (number, meaning) in meanings.enumerated() {
                guard let meaning, !(meaning.givesWay && saysBetter) else { continue }
                let (increase, lastChange) = growth[number]
                if meaning.isSubstitute {
                    substitutes.append((meaning, increase, lastChange))
                } else {
                    add(meaning, increase, lastChange)
                }
            }
            guard !substitutes.isEmpty else { continue }
            var told: Set<Subject> = []
            store.forEachMeaning(of: target) { meaning in
                if !meaning.isSubstitute { told.insert(subject(of: meaning)) }
            }
            for substitute in substitutes where !told.contains(subject(of: substitute.meaning)) {
                add(substitute.meaning, substitute.increase, substitute.lastChange)
            }
        }
        return TrafficReading(numbers: numbers, covered: covered)
    }

    /// What a number is about: two of one subject count the same.
    private struct Subject: Hashable {
        enum Quantity {
            case requests, retries, latency, bytes, bytesSent, bytesReceived, messagesSent, messagesReceived
        }

        var flow: Int
        var quantity: Quantity
    }

    private func subject(of meaning: Meaning) -> Subject {
        let quantity: Subject.Quantity
        switch meaning.quantity {
        case .requests, .failures: quantity = .requests
        case .retries: quantity = .retries
        case .latencyBucket: quantity = .latency
        case .bodyBytes, .streamBytes: quantity = .bytes
        case .requestBytes, .streamBytesSent: quantity = .bytesSent
        case .responseBytes, .streamBytesReceived: quantity = .bytesReceived
        case .requestMessages: quantity = .messagesSent
        case .responseMessages: quantity = .messagesReceived
        }
        return Subject(flow: Int(numbering.places[meaning.kind].flow), quantity: quantity)
    }
}

// The same with the view in parts.
extension GraphBuilder {
    /// The graph over the last `window`, of whatever the view leaves at its defaults.
    package func snapshot(
        of store: MetricStore<Meaning>, window: Duration, grouping: GraphGrouping = .versionedApp, now: MonotonicTime,
        time: WallTime, targets: [ScrapeTarget] = [], showsIdle: Bool = true
    ) -> MeshSnapshot {
        snapshot(
            of: store, window: window, view: GraphView(grouping: grouping, showsIdle: showsIdle), now: now, time: time,
            targets: targets)
    }

    /// The graph of rates, of whatever the view leaves at its defaults.
    package func snapshot(
        of rates: some Sequence<(key: SeriesKey, perSecond: Double)>, window: Duration,
        grouping: GraphGrouping = .versionedApp, time: WallTime, targets: [ScrapeTarget] = [], showsIdle: Bool = true
    ) -> MeshSnapshot {
        snapshot(
            of: rates, window: window, view: GraphView(grouping: grouping, showsIdle: showsIdle), time: time,
            targets: targets)
    }
}
