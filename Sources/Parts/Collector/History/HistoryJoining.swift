internal import MetricStore
internal import Quantities
internal import Storage

/// Makes long rows of short ones when they have become old: what happened yesterday is asked for by the minute.
///
/// Works through the file minute by minute, a few at a time. How far it has come stands in the file, written together
/// with the rows, so that an end in the middle of it loses and doubles nothing.
struct HistoryJoining {
    private struct Row {
        var id: Int64
        var time: Int64
        var previous: Int64?
        var changes: String
    }

    private static let note = "joined"
    /// Steps of one call.
    private static let stepsAtOnce = 4

    private let age: Int64
    private let step: Int64
    private let database: Database
    /// All before is joined.
    private var begin: Int64

    init(_ database: Database, age: Duration, step: Duration) throws(StorageError) {
        self.database = database
        self.age = age.nanoseconds
        self.step = max(1, step.nanoseconds)
        let note = try database.rows("SELECT value FROM meta WHERE name = ?", [.text(Self.note)]) {
            (row) throws(StorageError) in try row.text(0)
        }.first
        begin = note.flatMap { Int64($0) } ?? 0
    }

    /// - Parameter now: nanoseconds since 1970, by the file's clock.
    mutating func join(now: Int64) throws(StorageError) {
        let horizon = (now - age) / step * step
        for _ in 0..<Self.stepsAtOnce where begin < horizon {
            let next =
                try database.rows("SELECT min(time) FROM scrape WHERE time > ?", [.integer(begin)]) {
                    (row) throws(StorageError) in try row.optionalInteger(0)
                }.first ?? nil
            // Steps stand on a grid, and end with it: (…:00, …:60].
            guard let next, next < horizon else { return }
            let end = (next + step - 1) / step * step
            try database.transaction { () throws(StorageError) in
                try joinRows(after: end - step, upTo: end)
                try database.execute(
                    "INSERT OR REPLACE INTO meta VALUES (?, ?)", [.text(Self.note), .text(String(end))])
            }
            begin = end
        }
    }

    private func joinRows(after begin: Int64, upTo end: Int64) throws(StorageError) {
        var targets: [Int64: [Row]] = [:]
        _ = try database.rows(
            "SELECT rowid, target, time, previous, changes FROM scrape WHERE time > ? AND time <= ? ORDER BY time, rowid",
            [.integer(begin), .integer(end)]
        ) { (row) throws(StorageError) in
            targets[try row.integer(1), default: []].append(
                Row(
                    id: try row.integer(0), time: try row.integer(2), previous: try row.optionalInteger(3),
                    changes: try row.text(4)))
        }
        for rows in targets.values {
            var start = 0
            for place in rows.indices where place > start && rows[place].previous != rows[place - 1].time {
                // What does not follow stays apart: between the two nobody looked.
                try join(rows[start..<place])
                start = place
            }
            try join(rows[start...])
        }
    }

    private func join(_ rows: ArraySlice<Row>) throws(StorageError) {
        guard rows.count > 1, let first = rows.first, let last = rows.last else { return }
        var sums: [Int32: Double] = [:]
        for row in rows {
            ChangesText.forEach(row.changes) { first, count, increase in
                guard increase > 0, increase.isFinite, first <= 1_000_000, count <= 1_000_000 else { return }
                for number in first..<first + count { sums[Int32(number), default: 0] += increase }
            }
        }
        let changes = sums.map { SeriesChange(series: $0.key, increase: $0.value) }.sorted { $0.series < $1.series }
        for row in rows.dropLast() { try database.execute("DELETE FROM scrape WHERE rowid = ?", [.integer(row.id)]) }
        // A first scrape counts nothing: what follows counts from its time on.
        try database.execute(
            "UPDATE scrape SET previous = ?, changes = ? WHERE rowid = ?",
            [.integer(first.previous ?? first.time), .text(ChangesText.text(changes)), .integer(last.id)])
    }
}
