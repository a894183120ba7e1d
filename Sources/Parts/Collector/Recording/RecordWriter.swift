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
    }

    private(set) var counts = RecordingCounts()
    private let database: Database
    private let clock: RecordingClock
    private var targets: [String: Target] = [:]
    private var nextTarget: Int64 = 1
    private var splits: [TrafficSplit]?

    init(_ database: Database, clock: RecordingClock) {
        self.database = database
        self.clock = clock
    }

    /// All of it in one transaction, or nothing.
    func write(_ entries: [RecordingQueue.Entry], loss: RecordingLoss, now: MonotonicTime) throws(StorageError) {
        guard !entries.isEmpty || !loss.isNothing else { return }
        try database.transaction { () throws(StorageError) in
            for entry in entries { try write(entry.fact, at: clock.time(of: entry.time)) }
            if !loss.isNothing { try event("dropped", nil, loss.description, at: clock.time(of: now)) }
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
        case .down(let name, let reason): try move(name, to: .down(reason), at: time)
        case .store(.scraped(let scrape)):
            // A target that is gone may have been asked before.
            if targets[scrape.target]?.state != .gone { try move(scrape.target, to: .up, at: time) }
            try name(scrape.newSeries, of: scrape.target, at: time)
            try write(scrape)
        case .names(let scrape): try name(scrape.newSeries, of: scrape.target, at: time)
        case .store(.renumbered(let name, let kept)): try renumber(name, kept, at: time)
        case .store(.removed(let name)): try forget(name, at: time)
        case .weights(let splits):
            guard splits != self.splits else { return }
            self.splits = splits
            try event("weights", nil, RecordedJSON.text(splits), at: time)
        case .traces(let traces): for trace in traces { try write(trace) }
        }
    }

    // MARK: Targets

    private func move(
        _ name: String, to state: Target.State, at time: Int64, _ identity: WorkloadIdentity? = nil
    ) throws(StorageError) {
        var target: Target
        if let known = targets[name] {
            target = known
        } else {
            target = Target(id: nextTarget, identity: identity)
            nextTarget += 1
            try database.execute(
                "INSERT INTO target VALUES (?, ?, ?, ?, NULL)",
                [
                    .integer(target.id), .text(name), .optional(identity.map(RecordedJSON.text)), .integer(time),
                ])
            counts.targets += 1
        }
        let before = target.state
        target.state = state
        targets[name] = target
        guard before != state else { return }
        switch state {
        case .listed: try event("listed", target.id, "", at: time)
        case .up: try event("up", target.id, "", at: time)
        case .gone: try event("gone", target.id, "", at: time)
        case .down(let reason): try event("down", target.id, reason, at: time)
        }
    }

    private func identify(_ name: String, _ identity: WorkloadIdentity?) throws(StorageError) {
        guard let target = targets[name], target.identity != identity else { return }
        targets[name]?.identity = identity
        try database.execute(
            "UPDATE target SET identity = ? WHERE id = ?",
            [.optional(identity.map(RecordedJSON.text)), .integer(target.id)])
    }

    private func forget(_ name: String, at time: Int64) throws(StorageError) {
        guard let target = targets.removeValue(forKey: name) else { return }
        try database.execute("UPDATE target SET until = ? WHERE id = ?", [.integer(time), .integer(target.id)])
    }

    private func event(_ kind: String, _ target: Int64?, _ text: String, at time: Int64) throws(StorageError) {
        try database.execute(
            "INSERT INTO event VALUES (?, ?, ?, ?)",
            [.integer(time), .text(kind), target.map { .integer($0) } ?? .null, .text(text)])
        counts.events += 1
    }

    // MARK: Series

    private func name(_ series: [ScrapeRecord.NewSeries], of name: String, at time: Int64) throws(StorageError) {
        guard !series.isEmpty, var target = targets.removeValue(forKey: name) else { return }
        defer { targets[name] = target }
        for new in series {
            while target.numbers.count <= new.number { target.numbers.append(-1) }
            target.numbers[new.number] = target.nextNumber
            try database.execute(
                "INSERT INTO series VALUES (?, ?, ?, ?, NULL)",
                [
                    .integer(target.id), .integer(Int64(target.nextNumber)), .text(RecordedJSON.text(new.key)),
                    .integer(time),
                ])
            target.nextNumber += 1
            counts.series += 1
        }
    }

    private func renumber(_ name: String, _ kept: [Int], at time: Int64) throws(StorageError) {
        guard var target = targets[name] else { return }
        let old = target.numbers
        target.numbers = kept.map { old.indices.contains($0) ? old[$0] : -1 }
        targets[name] = target
        for number in Set(old).subtracting(target.numbers) where number >= 0 {
            try database.execute(
                "UPDATE series SET until = ? WHERE target = ? AND number = ?",
                [.integer(time), .integer(target.id), .integer(Int64(number))])
        }
    }

    private func write(_ scrape: ScrapeRecord) throws(StorageError) {
        guard let target = targets[scrape.target] else { return }
        let changes = scrape.changes.compactMap { change -> SeriesChange? in
            let place = Int(change.series)
            guard target.numbers.indices.contains(place), target.numbers[place] >= 0 else { return nil }
            return SeriesChange(series: target.numbers[place], increase: change.increase)
        }
        let previous = scrape.previous.map { SQLValue.integer(clock.time(of: $0)) }
        try database.execute(
            "INSERT INTO scrape VALUES (?, ?, ?, ?)",
            [
                .integer(target.id), .integer(clock.time(of: scrape.time)), previous ?? .null,
                .text(ChangesText.text(changes)),
            ])
        counts.scrapes += 1
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
        counts.traces += 1
    }
}

/// The time of a recording: the wall clock's when it began, and from then on as the clock runs that is never set.
struct RecordingClock: Sendable {
    let wall: WallTime
    let monotonic: MonotonicTime

    /// In nanoseconds since 1970.
    func time(of time: MonotonicTime) -> Int64 {
        wall.advanced(by: monotonic.duration(to: time)).nanosecondsSinceEpoch
    }
}
