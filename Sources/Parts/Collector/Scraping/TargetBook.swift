internal import MeshModel
internal import Quantities

/// Who is to be scraped, and how it went: no sockets, no clock.
struct TargetBook {
    /// Tells one stay of a target in the book from the next, so that a scrape that began in one does not end in another.
    struct Stay: Hashable {
        fileprivate var place: TargetEntry.Place
        fileprivate var number: UInt64
        /// What the target is called, in the store and by people; no two in the book are called the same.
        var name: String
    }

    /// What a new list changes.
    struct Change {
        /// To be scraped from now on.
        var new: [Stay] = []
        /// The names of those that are scraped no more.
        var gone: [String] = []
        /// The names of those of whom others are said to run there now.
        var renamed: [String] = []
    }

    /// What to ask a target for.
    struct Question: Hashable {
        var url: TargetURL
        var interval: Duration
        var deadline: Duration
        /// How often it has failed in a row.
        var failures: Int
    }

    /// More targets than this are not scraped.
    static let capacity = 10_000
    /// Of more targets than this nobody waits for one that is about to start.
    private static let startsTogether = 1_000
    private static let longestPause = Duration.seconds(5)
    private static let longestDeadline = Duration.seconds(10)

    private struct Target {
        var stay: Stay
        var entry: TargetEntry
        /// Which of the entry's usual paths is asked for, when it names none.
        var usualPath = 0
        var state = ScrapeTarget.State.pending
        var lastSuccess: WallTime?
        var failures = 0
        var reading = TargetReading()
    }

    private var targets: [TargetEntry.Place: Target] = [:]
    private var names: Set<String> = []
    private var nextStay: UInt64 = 0
    /// How many targets of the last list found no room.
    private(set) var leftOut = 0

    /// Follows a list of all targets.
    mutating func follow(_ list: [TargetEntry]) -> Change {
        var change = Change()
        let listed = Set(list.map(\.place))
        for (place, target) in targets where !listed.contains(place) {
            targets[place] = nil
            names.remove(target.stay.name)
            change.gone.append(target.stay.name)
        }
        leftOut = 0
        for entry in list {
            if let known = targets[entry.place] {
                if known.entry.labels.identity != entry.labels.identity { change.renamed.append(known.stay.name) }
                targets[entry.place]?.entry = entry
            } else if targets.count < Self.capacity {
                change.new.append(insert(entry))
            } else {
                leftOut += 1
            }
        }
        return change
    }

    private mutating func insert(_ entry: TargetEntry) -> Stay {
        nextStay += 1
        // Nearly always there is one target at a port.
        let short = "\(entry.url.host)"
        let stay = Stay(place: entry.place, number: nextStay, name: names.contains(short) ? "\(entry.url)" : short)
        names.insert(stay.name)
        targets[entry.place] = Target(stay: stay, entry: entry)
        return stay
    }

    /// What to ask the target for; nothing when it is gone.
    func question(for stay: Stay, interval: Duration) -> Question? {
        guard let target = targets[stay.place], target.stay == stay else { return nil }
        let entry = target.entry
        let interval = entry.interval ?? interval
        var url = entry.url
        let usual = entry.usualPaths
        if url.path == nil, !usual.isEmpty { url.path = usual[target.usualPath % usual.count] }
        let deadline = entry.timeout ?? min(interval * 9 / 10, Self.longestDeadline)
        return Question(
            url: url, interval: interval, deadline: min(deadline, interval), failures: target.failures)
    }

    func isHere(_ stay: Stay) -> Bool { targets[stay.place]?.stay == stay }

    /// Who runs there, by the target's labels.
    func identity(of stay: Stay) -> WorkloadIdentity? { targets[stay.place]?.entry.labels.identity }

    /// The same for all targets that are called so.
    func identities(of names: [String]) -> [String: WorkloadIdentity] {
        guard !names.isEmpty else { return [:] }
        let wanted = Set(names)
        return targets.values.reduce(into: [:]) { found, target in
            if wanted.contains(target.stay.name) { found[target.stay.name] = target.entry.labels.identity }
        }
    }

    /// - Parameters:
    ///   - took: from the question to the whole answer.
    ///   - clockAhead: as for ``TargetReading/clockAhead``.
    mutating func succeed(
        _ stay: Stay, at time: WallTime, asked question: Question, took: Duration, clockAhead: Duration?
    ) {
        guard isHere(stay) else { return }
        targets[stay.place]?.reading.interval = question.interval
        targets[stay.place]?.reading.deadline = question.deadline
        targets[stay.place]?.reading.took = took
        targets[stay.place]?.reading.clockAhead = clockAhead
        targets[stay.place]?.state = .up
        targets[stay.place]?.lastSuccess = time
        targets[stay.place]?.failures = 0
    }

    mutating func fail(_ stay: Stay, reason: String) {
        guard isHere(stay) else { return }
        targets[stay.place]?.state = .down(reason: reason)
        targets[stay.place]?.failures += 1
    }

    /// There is nothing at the path that was asked for. When the path was a guess, the next guess has its turn; a target
    /// that has answered once has told its path.
    mutating func missPath(_ stay: Stay) {
        guard isHere(stay), targets[stay.place]?.lastSuccess == nil else { return }
        targets[stay.place]?.usualPath += 1
    }

    /// From the beginning of one scrape to the next. A target that fails is asked less and less often, its neighbours as
    /// before; one that has never answered is probably about to start and is asked more often, for five seconds.
    ///
    ///     failures       0   1   2   3   4…
    ///     pause at 1 s   1   1   2   4   5 s
    func pause(of stay: Stay, interval: Duration) -> Duration {
        guard let target = targets[stay.place] else { return interval }
        let interval = target.entry.interval ?? interval
        guard target.failures > 0 else { return interval }
        if target.lastSuccess == nil, target.failures <= 20, targets.count <= Self.startsTogether {
            return min(interval, .milliseconds(250))
        }
        let doubled = interval * (1 << min(target.failures - 1, 10))
        return max(interval, min(doubled, Self.longestPause))
    }

    /// All targets, sorted by name. `series` tells how many each has.
    func report(series: (String) -> Int) -> [ScrapeTarget] {
        targets.values.map { target in
            var report = ScrapeTarget(
                address: target.stay.name, workload: target.entry.labels.identity, state: target.state,
                lastSuccess: target.lastSuccess, series: series(target.stay.name))
            report.reading = target.reading
            return report
        }.sorted { $0.address < $1.address }
    }
}
