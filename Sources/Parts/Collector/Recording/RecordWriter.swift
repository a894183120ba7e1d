internal import HTTPWire
internal import JSONWire
internal import MeshModel
internal import MetricStore
internal import Quantities
internal import Storage
internal import TraceModel

/// Turns facts into rows. Belongs to the recorder's thread.
///
/// Stores number series anew when some have vanished; in the file a series keeps its number, so that rows written long
/// ago still mean the same.
final class RecordWriter {
    private struct Target {
        enum State: Equatable {
            case listed, up, gone
            case down(String)
        }

        var id: Int64
        var identity: WorkloadIdentity?
        var state: State?
        /// By the store's number: the file's, or −1 for a series that is not recorded.
        var numbers: [Int32] = []
        var nextNumber: Int32 = 0
        /// Whether its row is from an earlier process, whose series' names were not read yet.
        var isReopened = false
        /// Series of an earlier process that were not seen again so far: the file's numbers by what they are called.
        var former: [String: Int32] = [:]
    }

    /// What is known of the file beside its rows.
    private struct State {
        var counts = RecordingCounts()
        var targets: [String: Target] = [:]
        var nextTarget: Int64 = 1
        var splits: [TrafficSplit]?
    }

    /// A target whose series have come and gone so often gets a new row: numbers are places in arrays.
    private static let largestNumber: Int64 = 500_000

    var counts: RecordingCounts { state.counts }
    var clock: RecordingClock
    private let database: Database
    private var state = State()

    init(_ database: Database, clock: RecordingClock) {
        self.database = database
        self.clock = clock
    }

    /// All of it in one transaction, or nothing: then the same may be tried again.
    func write(_ entries: [RecordingQueue.Entry], loss: RecordingLoss, now: MonotonicTime) throws(StorageError) {
        guard !entries.isEmpty || !loss.isNothing else { return }
        try undoing { () throws(StorageError) in
            for entry in entries { try write(entry.fact, at: clock.time(of: entry.time)) }
            if !loss.isNothing { try event("dropped", nil, loss.description, at: clock.time(of: now)) }
        }
    }

    /// A transaction that leaves what is known as it was when it fails.
    private func undoing(_ body: () throws(StorageError) -> Void) throws(StorageError) {
        let before = state
        do throws(StorageError) {
            try database.transaction(body)
        } catch {
            state = before
            throw error
        }
    }

    func note(_ name: String, _ value: String) throws(StorageError) {
        try database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [.text(name), .text(value)])
    }

    private func write(_ fact: RecordedFact, at time: Int64) throws(StorageError) {
        switch fact {
        case .listed(let name, let identity):
            try move(name, to: .listed, at: time, identity)
            try identify(name, identity)
        case .identified(let name, let identity): try identify(name, identity)
        case .gone(let name): try move(name, to: .gone, at: time)
        case .up(let name): try rise(name, at: time)
        case .down(let name, let reason): try move(name, to: .down(reason), at: time)
        case .store(.scraped(let scrape)):
            try rise(scrape.target, at: time)
            try name(scrape)
            try write(scrape)
        case .names(let scrape): try name(scrape)
        case .counted(let scrape): try write(scrape)
        case .store(.renumbered(let name, let kept)): try renumber(name, kept, at: time)
        case .store(.removed(let name)): try forget(name, at: time)
        case .weights(let splits):
            guard splits != state.splits else { return }
            state.splits = splits
            try event("weights", nil, RecordedJSON.text(splits), at: time)
        case .traces(let traces): for trace in traces { try write(trace) }
        }
    }

    // MARK: Targets

    private func rise(_ name: String, at time: Int64) throws(StorageError) {
        // A target that is gone may have been asked before.
        if state.targets[name]?.state != .gone { try move(name, to: .up, at: time) }
    }

    private func move(
        _ name: String, to new: Target.State, at time: Int64, _ identity: WorkloadIdentity? = nil
    ) throws(StorageError) {
        var target: Target
        if let known = state.targets[name] {
            target = known
        } else {
            target = Target(id: state.nextTarget, identity: identity)
            state.nextTarget += 1
            try database.execute(
                "INSERT INTO target VALUES (?, ?, ?, ?, NULL)",
                [
                    .integer(target.id), .text(name), .optional(identity.map(RecordedJSON.text)), .integer(time),
                ])
            state.counts.targets += 1
        }
        let before = target.state
        target.state = new
        state.targets[name] = target
        guard before != new else { return }
        switch new {
        case .listed: try event("listed", target.id, "", at: time)
        case .up: try event("up", target.id, "", at: time)
        case .gone: try event("gone", target.id, "", at: time)
        case .down(let reason): try event("down", target.id, reason, at: time)
        }
    }

    private func identify(_ name: String, _ identity: WorkloadIdentity?) throws(StorageError) {
        guard let target = state.targets[name], target.identity != identity else { return }
        state.targets[name]?.identity = identity
        try database.execute(
            "UPDATE target SET identity = ? WHERE id = ?",
            [.optional(identity.map(RecordedJSON.text)), .integer(target.id)])
    }

    private func forget(_ name: String, at time: Int64) throws(StorageError) {
        guard let target = state.targets.removeValue(forKey: name) else { return }
        try database.execute("UPDATE target SET until = ? WHERE id = ?", [.integer(time), .integer(target.id)])
    }

    private func event(_ kind: String, _ target: Int64?, _ text: String, at time: Int64) throws(StorageError) {
        try database.execute(
            "INSERT INTO event VALUES (?, ?, ?, ?)",
            [.integer(time), .text(kind), target.map { .integer($0) } ?? .null, .text(text)])
        state.counts.events += 1
    }

    // MARK: Series

    /// Series, and their target, are there from the scrape on that showed them, which a sender may have made a while ago.
    private func name(_ scrape: ScrapeRecord) throws(StorageError) {
        let time = clock.time(of: scrape.time)
        guard !scrape.newSeries.isEmpty, var target = state.targets.removeValue(forKey: scrape.target) else { return }
        defer { state.targets[scrape.target] = target }
        try database.execute(
            "UPDATE target SET since = ?1 WHERE id = ?2 AND since > ?1", [.integer(time), .integer(target.id)])
        if target.isReopened {
            target.isReopened = false
            target.former = try formerSeries(of: target.id)
        }
        for new in scrape.newSeries {
            while target.numbers.count <= new.number { target.numbers.append(-1) }
            let key = RecordedJSON.text(new.key)
            if let former = target.former.removeValue(forKey: key) {
                target.numbers[new.number] = former
                continue
            }
            target.numbers[new.number] = target.nextNumber
            try database.execute(
                "INSERT INTO series VALUES (?, ?, ?, ?, NULL)",
                [.integer(target.id), .integer(Int64(target.nextNumber)), .text(key), .integer(time)])
            target.nextNumber += 1
            state.counts.series += 1
        }
    }

    private func renumber(_ name: String, _ kept: [Int], at time: Int64) throws(StorageError) {
        guard var target = state.targets[name] else { return }
        let old = target.numbers
        target.numbers = kept.map { old.indices.contains($0) ? old[$0] : -1 }
        state.targets[name] = target
        for number in Set(old).subtracting(target.numbers) where number >= 0 {
            try end(number, of: target.id, at: time)
        }
    }

    private func write(_ scrape: ScrapeRecord) throws(StorageError) {
        guard let target = state.targets[scrape.target] else { return }
        // Series that an earlier process has numbered may stand in another order.
        var isSorted = true
        var last: Int32 = -1
        var changes = scrape.changes.compactMap { change -> SeriesChange? in
            let place = Int(change.series)
            guard target.numbers.indices.contains(place), target.numbers[place] >= 0 else { return nil }
            if target.numbers[place] < last { isSorted = false }
            last = target.numbers[place]
            return SeriesChange(series: last, increase: change.increase)
        }
        if !isSorted { changes.sort { $0.series < $1.series } }
        let previous = scrape.previous.map { SQLValue.integer(clock.time(of: $0)) }
        try database.execute(
            "INSERT INTO scrape VALUES (?, ?, ?, ?)",
            [
                .integer(target.id), .integer(clock.time(of: scrape.time)), previous ?? .null,
                .text(ChangesText.text(changes)),
            ])
        state.counts.scrapes += 1
    }

    // MARK: A file that is continued

    /// Takes up the targets that were there when the file was written last, at `end`. Their series keep their numbers.
    ///
    /// From then on until somebody lists them again nobody has asked them.
    func reopen(at end: Int64) throws(StorageError) {
        try undoing { () throws(StorageError) in
            state.nextTarget =
                try database.rows("SELECT max(id) FROM target") { (row) throws(StorageError) in
                    (try row.optionalInteger(0) ?? 0) + 1
                }.first ?? 1
            try database.execute(
                """
                INSERT INTO event SELECT ?, 'gone', id, '' FROM target WHERE until IS NULL AND coalesce(
                    (SELECT kind FROM event WHERE event.target = target.id ORDER BY time DESC, rowid DESC LIMIT 1),
                    'gone') <> 'gone'
                """, [.integer(end)])
            let known = try database.rows("SELECT id, name, identity FROM target WHERE until IS NULL") {
                (row) throws(StorageError) in
                (try row.integer(0), try row.text(1), try row.optionalText(2).flatMap { RecordedJSON.identity($0) })
            }
            for (id, name, identity) in known {
                let next =
                    try database.rows("SELECT max(number) FROM series WHERE target = ?", [.integer(id)]) {
                        (row) throws(StorageError) in (try row.optionalInteger(0) ?? -1) + 1
                    }.first ?? 0
                guard (0...Self.largestNumber).contains(next), state.targets[name] == nil else {
                    try database.execute(
                        "UPDATE target SET until = ? WHERE id = ?", [.integer(end), .integer(id)])
                    continue
                }
                var target = Target(id: id, identity: identity)
                target.nextNumber = Int32(truncatingIfNeeded: next)
                target.isReopened = true
                state.targets[name] = target
            }
        }
    }

    private func formerSeries(of target: Int64) throws(StorageError) -> [String: Int32] {
        let known = try database.rows(
            "SELECT key, number FROM series WHERE target = ? AND until IS NULL", [.integer(target)]
        ) { (row) throws(StorageError) in (try row.text(0), Int32(clamping: try row.integer(1))) }
        return Dictionary(known, uniquingKeysWith: { first, _ in first })
    }

    /// Gives up on what an earlier process has counted and nobody has seen since.
    func forgetFormer(now: MonotonicTime) throws(StorageError) {
        let time = clock.time(of: now)
        try undoing { () throws(StorageError) in
            for (name, target) in state.targets {
                if target.state == nil { try forget(name, at: time) }
                guard !target.former.isEmpty else { continue }
                for number in target.former.values { try end(number, of: target.id, at: time) }
                state.targets[name]?.former = [:]
            }
        }
    }

    private func end(_ number: Int32, of target: Int64, at time: Int64) throws(StorageError) {
        try database.execute(
            "UPDATE series SET until = ? WHERE target = ? AND number = ?",
            [.integer(time), .integer(target), .integer(Int64(number))])
    }

    // MARK: Traces

    private func write(_ trace: Trace) throws(StorageError) {
        let summary = trace.summary
        try database.execute(
            """
            INSERT INTO trace VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET
                time = excluded.time, duration = excluded.duration, service = excluded.service, name = excluded.name,
                spans = excluded.spans, errors = excluded.errors, services = excluded.services, body = excluded.body
            """,
            [
                .text(summary.id.description), .integer(summary.start.nanosecondsSinceEpoch),
                .integer(summary.duration.nanoseconds), .text(summary.rootService), .text(summary.rootName),
                .integer(Int64(summary.spanCount)), .integer(Int64(summary.errorCount)),
                .text(RecordedJSON.text(summary.services)),
                .blob(Gzip.pack(Array(JaegerJSON.document([trace]).text.utf8))),
            ])
        state.counts.traces += 1
    }
}

/// The time of a recording: the wall clock's when it began, and from then on as the clock runs that is never set.
struct RecordingClock: Sendable {
    private(set) var wall: WallTime
    private(set) var monotonic: MonotonicTime

    init(wall: WallTime, monotonic: MonotonicTime) {
        self.wall = wall
        self.monotonic = monotonic
    }

    /// Goes by the wall clock again when that has run ahead: the machine was asleep, or the clock was set. It never goes
    /// back, so that what comes later has a later time.
    mutating func follow(wall: WallTime, monotonic: MonotonicTime) {
        guard wall.nanosecondsSinceEpoch - time(of: monotonic) > 2_000_000_000 else { return }
        self.wall = wall
        self.monotonic = monotonic
    }

    /// In nanoseconds since 1970.
    func time(of time: MonotonicTime) -> Int64 {
        wall.advanced(by: monotonic.duration(to: time)).nanosecondsSinceEpoch
    }
}
