package import ExpositionWire
package import MeshModel
package import MetricStore
package import Quantities

/// Makes the graph of what the proxies counted.
///
/// Belongs to the thread that owns the store. It numbers the kinds of traffic when their series are first seen, so that
/// a tick adds numbers into arrays and compares no labels.
package final class GraphBuilder {
    /// What a store keeps of a series.
    package struct Meaning: Sendable {
        fileprivate var number: TrafficSeries.Number
        fileprivate var kind: Int
        /// Counts only where its target speaks no other format.
        fileprivate var givesWay: Bool
        /// As for ``TrafficSeries/isSubstitute``.
        fileprivate var isSubstitute: Bool
    }

    private struct Kind {
        var flow: Int
        var facts: TrafficFacts
    }

    /// Traffic that stopped stays in the graph this long, with rate 0: boxes do not come and go with the shoppers.
    package static let idleTime = Duration.seconds(600)

    private var kinds: [Kind] = []
    private var kindNumbers: [Traffic: Int] = [:]
    private var flows: [Flow] = []
    private var flowNumbers: [Flow: Int] = [:]
    /// The flows with all that is known of their ends, how they stand to each other, and the nodes of each, for the
    /// grouping that was asked for last.
    private var resolved: [Flow] = []
    private var relations = FlowRelations([])
    private var nodes: [FlowNodes] = []
    private var nodesGrouping: GraphGrouping?
    private var structure = GraphStructure()

    /// Rates that somebody else has worked out, until newer ones come.
    private var rated: [(meaning: Meaning, perSecond: Double)] = []
    /// When each flow was last seen moving in them, by its number.
    private var ratedActivity: [Int: RatedActivity] = [:]

    private let formats: [any MetricFormat]
    private var voices: TargetVoices
    /// Who exposes a target's metrics, by the target's name in the store.
    package private(set) var reporters: [String: WorkloadIdentity] = [:]

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
            return Meaning(
                number: series.number, kind: self.number(of: series.traffic), givesWay: format.givesWay,
                isSubstitute: series.isSubstitute)
        }
        return nil
    }

    /// Who a series is of by its own labels, where there is no target to know it by.
    private static func identity(in key: SeriesKey) -> WorkloadIdentity? {
        var tags = IdentityTags()
        tags.see(key)
        return tags.identity
    }

    // MARK: Who speaks

    /// Says who exposes a target's metrics, or that nobody knows. Series that were read as another's are read anew, and
    /// keep what they counted.
    package func identify(
        _ target: String, as identity: WorkloadIdentity?, in store: inout MetricStore<Meaning>
    ) {
        guard reporters[target] != identity else { return }
        reporters[target] = identity
        nodesGrouping = nil
        // What it says of itself stays: it is heard again at the next scrape, and until then nothing else is known.
        store.readAnew(target)
    }

    /// What a target's metrics are, in the words of ``MetricFormat/name``; empty while nothing was recognised.
    package func formats(of target: String) -> [String] { voices.formats(of: target) }

    /// Whether a target is an Envoy of no mesh, so that its metrics do not say whose they are.
    package func isNameless(_ target: String) -> Bool {
        !voices.saysBetter(target) && !voices.formats(of: target).isEmpty
    }

    /// Who a target is by labels that all its series have.
    package func tagIdentity(of target: String) -> WorkloadIdentity? { voices.tagIdentity(of: target) }

    /// Forgets what was known of a target that is gone, together with what it counted.
    package func forget(_ target: String, in store: inout MetricStore<Meaning>) {
        if reporters.removeValue(forKey: target) != nil { nodesGrouping = nil }
        voices.forget(target)
        store.remove(target)
    }

    private func number(of traffic: Traffic) -> Int {
        if let number = kindNumbers[traffic] { return number }
        let flow = flowNumbers[traffic.flow] ?? flows.count
        if flow == flows.count {
            flowNumbers[traffic.flow] = flow
            flows.append(traffic.flow)
            nodesGrouping = nil
        }
        kindNumbers[traffic] = kinds.count
        kinds.append(Kind(flow: flow, facts: traffic.facts))
        return kinds.count - 1
    }

    /// Forgets kinds of traffic of which the store has no series any more: numbers must not grow with every workload
    /// that ever was.
    package func forgetUnused(in store: inout MetricStore<Meaning>) {
        guard kinds.count > 2 * (store.seriesCount + rated.count) + 1024 else { return }
        var old = [Traffic?](repeating: nil, count: kinds.count)
        for (traffic, number) in kindNumbers { old[number] = traffic }
        let oldFlows = flows
        kinds = []
        kindNumbers = [:]
        flows = []
        flowNumbers = [:]
        nodesGrouping = nil
        store.updateMeanings { meaning in
            // Every kind has a number, and every meaning a kind.
            if let traffic = old[meaning.kind] { meaning.kind = number(of: traffic) }
        }
        for index in rated.indices {
            if let traffic = old[rated[index].meaning.kind] { rated[index].meaning.kind = number(of: traffic) }
        }
        // Of flows without any series nobody will ask again.
        ratedActivity = ratedActivity.reduce(into: [:]) { kept, item in
            if let number = flowNumbers[oldFlows[item.key]] { kept[number] = item.value }
        }
    }

    // MARK: The graph

    /// The graph over the last `window`.
    ///
    /// - Parameters:
    ///   - targets: who was scraped; put into the snapshot. Where one is down, its clients' word is taken.
    ///   - showsIdle: whether traffic that stopped stays for ``idleTime``.
    package func snapshot(
        of store: MetricStore<Meaning>, window: Duration, grouping: GraphGrouping = .versionedApp,
        now: MonotonicTime, time: WallTime, targets: [ScrapeTarget] = [], showsIdle: Bool = true
    ) -> MeshSnapshot {
        snapshot(
            of: [reading(of: store, window: window, now: now)], grouping: grouping, time: time, targets: targets,
            showsIdle: showsIdle)
    }

    /// The graph of what several sources tell.
    ///
    /// - Parameter readings: made since the last call of ``forgetUnused(in:)``, the source that is believed most first.
    func snapshot(
        of readings: [TrafficReading], grouping: GraphGrouping, time: WallTime, targets: [ScrapeTarget],
        showsIdle: Bool
    ) -> MeshSnapshot {
        let all = TrafficReading.joined(readings)
        // A later reading may have met flows that an earlier one had no number for.
        let missing = [FlowCounts](repeating: FlowCounts(), count: max(0, flows.count - all.counts.count))
        return snapshot(
            of: all.counts + missing, covered: all.covered ?? .zero, grouping: grouping, time: time, targets: targets,
            showsIdle: showsIdle)
    }

    /// The graph of rates that somebody else has worked out, such as a Prometheus server.
    ///
    /// - Parameters:
    ///   - rates: increases a second over the window, each series once. Series that no format knows are passed over.
    ///   - window: what the rates cover.
    package func snapshot(
        of rates: some Sequence<(key: SeriesKey, perSecond: Double)>, window: Duration,
        grouping: GraphGrouping = .versionedApp, time: WallTime, targets: [ScrapeTarget] = [], showsIdle: Bool = true
    ) -> MeshSnapshot {
        let readings = readings(rates)
        let counts = count(readings, window: window)
        return snapshot(
            of: counts, covered: window, grouping: grouping, time: time, targets: targets, showsIdle: showsIdle)
    }

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

    private func count(_ readings: [(meaning: Meaning, perSecond: Double)], window: Duration) -> [FlowCounts] {
        var counts = [FlowCounts](repeating: FlowCounts(), count: flows.count)
        let seconds = window.inSeconds
        for (meaning, perSecond) in readings {
            let kind = kinds[meaning.kind]
            if Self.tellsOfLife(meaning), perSecond > 0 { counts[kind.flow].markAlive(kind.facts.reporter) }
            counts[kind.flow].add(perSecond * seconds, perSecond: perSecond, as: meaning.number, of: kind.facts)
        }
        return counts
    }

    private static func tellsOfLife(_ meaning: Meaning) -> Bool {
        meaning.number == .requests || meaning.number == .streamBytes
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
            let step = TrafficReading(counts: self.count(readings, window: window), covered: window)
            let snapshot = snapshot(
                of: [step], grouping: grouping, time: WallTime(nanosecondsSinceEpoch: 0), targets: [], showsIdle: true)
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
        for (meaning, perSecond) in rated where perSecond > 0 && Self.tellsOfLife(meaning) {
            let kind = kinds[meaning.kind]
            ratedActivity[kind.flow, default: RatedActivity()].see(kind.facts.reporter, at: now)
        }
    }

    /// What the rates tell that were taken over last, of which traffic that stopped is remembered for ``idleTime``.
    ///
    /// - Parameter window: for how long they are counted up, so that they can be added to others.
    func ratedReading(window: Duration, now: MonotonicTime) -> TrafficReading {
        var counts = count(rated, window: window)
        for (flow, activity) in ratedActivity {
            for reporter in activity.reporters(since: now.advanced(by: .zero - Self.idleTime)) {
                counts[flow].markAlive(reporter)
            }
        }
        return TrafficReading(counts: counts, covered: window)
    }

    private func snapshot(
        of counts: [FlowCounts], covered: Duration, grouping: GraphGrouping, time: WallTime, targets: [ScrapeTarget],
        showsIdle: Bool
    ) -> MeshSnapshot {
        let troubles = TargetTroubles(targets)
        prepareNodes(grouping)
        let counts = relations.joiningBytes(relations.joiningLatency(counts))
        var graph = GraphSums()
        for (number, count) in counts.enumerated() where count.isAlive {
            let flow = resolved[number]
            var (chosen, reporter) = count.chosen(isDestinationSilent: troubles.isSilent(flow.destination))
            let share = relations.untold(number, flow, in: counts, requests: chosen.requests)
            guard share > 0 else { continue }
            if share < 1 { chosen = chosen.share(share) }
            guard showsIdle || chosen.requests > 0 || chosen.bytesPerSecond > 0 else { continue }
            graph.add(chosen, reporter, of: flow, between: nodes[number])
        }
        var snapshot = MeshSnapshot(
            time: time, window: covered, nodes: graph.finishedNodes(troubles), edges: graph.finishedEdges(),
            targets: targets)
        snapshot.structureVersion = structure.version(of: snapshot)
        return snapshot
    }

    /// Counts by flow, and the longest time that any target's samples cover.
    func reading(
        of store: MetricStore<Meaning>, window length: Duration, now: MonotonicTime
    ) -> TrafficReading {
        var counts = [FlowCounts](repeating: FlowCounts(), count: flows.count)
        var covered = Duration.zero
        for target in store.targetNames {
            let window = store.window(of: target, length: length, now: now)
            // A target that fell silent counts nothing any more, but what it did is remembered as idle.
            guard let read = window ?? store.window(of: target, length: Self.idleTime, now: now) else { continue }
            covered = max(covered, window?.duration ?? .zero)
            let idleSince = now.advanced(by: .zero - Self.idleTime)
            let seconds = read.duration.inSeconds
            func add(_ meaning: Meaning, _ increase: Double, _ lastChange: MonotonicTime) {
                let kind = kinds[meaning.kind]
                if Self.tellsOfLife(meaning), lastChange > idleSince {
                    counts[kind.flow].markAlive(kind.facts.reporter)
                }
                guard window != nil else { return }
                counts[kind.flow].add(increase, perSecond: increase / seconds, as: meaning.number, of: kind.facts)
            }
            let saysBetter = voices.saysBetter(target)
            var substitutes: [(meaning: Meaning, increase: Double, lastChange: MonotonicTime)] = []
            store.forEachSeries(of: target, over: read) { meaning, increase, lastChange in
                guard !(meaning.givesWay && saysBetter) else { return }
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
        return TrafficReading(counts: counts, covered: covered)
    }

    /// What a number is about: two of one subject count the same.
    private struct Subject: Hashable {
        enum Quantity { case requests, retries, latency, bytes }

        var flow: Int
        var quantity: Quantity
    }

    private func subject(of meaning: Meaning) -> Subject {
        let quantity: Subject.Quantity
        switch meaning.number {
        case .requests, .failures: quantity = .requests
        case .retries: quantity = .retries
        case .latencyBucket: quantity = .latency
        case .bodyBytes, .streamBytes: quantity = .bytes
        }
        return Subject(flow: kinds[meaning.kind].flow, quantity: quantity)
    }

    private func prepareNodes(_ grouping: GraphGrouping) {
        guard nodesGrouping != grouping else { return }
        nodesGrouping = grouping
        let directory = PeerDirectory(reporters.values, flows: flows)
        resolved = flows.map { directory.resolved($0, isByVersion: grouping == .versionedApp || grouping == .workload) }
        relations = FlowRelations(resolved)
        var served: [Peer: Flow] = [:]
        for flow in resolved where !flow.destination.isUnknown && isKnown(flow.serviceName) {
            // A workload behind several services is drawn behind the first by name: its requests cannot be told apart,
            // and drawn behind each they would be counted twice.
            if let other = served[flow.destination], other.serviceName <= flow.serviceName { continue }
            served[flow.destination] = flow
        }
        nodes = resolved.map { flow in grouping.nodes(of: flow) { served[$0] } }
    }
}
