internal import Quantities
internal import Storage

/// Keeps a recording below its limits: the oldest goes, a tenth or ``rowsAtOnce`` rows at a time. Traces go first: what
/// was counted takes little room beside them, and tells more.
///
/// A recording's file does not shrink; what is freed is used again. A history's does, a few pages at a time. The
/// write-ahead log beside it, some megabytes, is not counted.
struct RecordingSize {
    /// Rows that one transaction removes.
    private static let rowsAtOnce = 5_000
    /// Pages that the file shrinks by in one go.
    private static let pagesAtOnce = 1_000

    /// Bytes in use.
    let limit: Int64
    /// What is older goes, too; for ever when absent.
    let age: Duration?
    /// Whether the file is made smaller by what was freed.
    let shrinks: Bool
    /// How many rows of what was counted were removed.
    private(set) var removed = 0
    /// What was counted before is gone; nothing while all is there.
    private(set) var begin: Int64?
    /// Traces that began before are gone; nothing while all are there.
    private(set) var tracesBegin: Int64?

    init(limit: Int64, age: Duration? = nil, shrinks: Bool = false) {
        self.limit = limit
        self.age = age
        self.shrinks = shrinks
    }

    /// What is in use, in bytes.
    static func used(_ database: Database) throws(StorageError) -> Int64 {
        let pages = try database.pragma("page_count") - database.pragma("freelist_count")
        return pages * (try database.pragma("page_size"))
    }

    /// - Parameter now: nanoseconds since 1970, by the file's clock.
    /// - Returns: the bytes in use afterwards.
    mutating func trim(_ database: Database, now: Int64) throws(StorageError) -> Int64 {
        try removeAged(database, now: now)
        var used = try Self.used(database)
        // Names of series that are still counted stay; where they alone are too much, nothing more can be done.
        for _ in 0..<20 where used > limit {
            if let cut = try Self.firstTenth(of: "trace", database) {
                try database.execute("DELETE FROM trace WHERE time < ?", [.integer(cut)])
                tracesBegin = cut
            } else if let cut = try Self.firstTenth(of: "scrape", database) {
                try remove(before: cut, database)
            } else {
                break
            }
            used = try Self.used(database)
        }
        if shrinks { try Self.shrink(database) }
        return used
    }

    private mutating func removeAged(_ database: Database, now: Int64) throws(StorageError) {
        guard let age else { return }
        let horizon = now - age.nanoseconds
        // Not for every scrape: a minute more or less is nothing to what has an age of hours.
        guard let oldest = try Self.oldest(database), oldest < horizon - 60_000_000_000 else { return }
        for _ in 0..<4 {
            guard let oldest = try Self.oldest(database), oldest < horizon else { return }
            try remove(before: max(oldest + 1, min(horizon, try Self.end(of: "scrape", database) ?? horizon)), database)
        }
    }

    private mutating func remove(before cut: Int64, _ database: Database) throws(StorageError) {
        let rows = try database.transaction { () throws(StorageError) in
            try database.execute("DELETE FROM scrape WHERE time < ?1", [.integer(cut)])
            let rows = database.changes
            for sql in Self.removals { try database.execute(sql, [.integer(cut)]) }
            return rows
        }
        removed += rows
        begin = cut
    }

    /// Pages at the end of the file take the place of free ones, and the file is cut. Some free ones stay, to be used.
    private static func shrink(_ database: Database) throws(StorageError) {
        let free = try database.pragma("freelist_count")
        guard free > 4, free * 20 > (try database.pragma("page_count")) else { return }
        try database.execute("PRAGMA incremental_vacuum(\(pagesAtOnce))")
    }

    private static func oldest(_ database: Database) throws(StorageError) -> Int64? {
        try database.rows("SELECT min(time) FROM scrape") { (row) throws(StorageError) in
            try row.optionalInteger(0)
        }.first ?? nil
    }

    /// The time of the first row that one transaction does not remove; nothing when it may remove all.
    private static func end(of table: StaticString, _ database: Database) throws(StorageError) -> Int64? {
        try database.rows("SELECT time FROM \(table) ORDER BY time LIMIT 1 OFFSET \(rowsAtOnce)") {
            (row) throws(StorageError) in try row.integer(0)
        }.first
    }

    private static func firstTenth(of table: StaticString, _ database: Database) throws(StorageError) -> Int64? {
        // Each by itself is one look into the index.
        let ends = try database.rows("SELECT (SELECT min(time) FROM \(table)), (SELECT max(time) FROM \(table))") {
            (row) throws(StorageError) in (begin: try row.optionalInteger(0), end: try row.optionalInteger(1))
        }.first
        guard let begin = ends?.begin, let end = ends?.end, begin < end else { return nil }
        let (length, overflow) = end.subtractingReportingOverflow(begin)
        guard !overflow else { return 0 }
        // Many rows may have one time: those at least go.
        return max(begin + 1, min(begin + max(1, length / 10), try Self.end(of: table, database) ?? .max))
    }

    /// What happened last to a target, and the last weights, are what is the case from then on.
    private static let removals = [
        "DELETE FROM series WHERE until < ?1",
        """
        DELETE FROM event WHERE time < ?1 AND rowid NOT IN
            (SELECT max(rowid) FROM event WHERE time < ?1 GROUP BY target, kind = 'weights')
        """,
        "DELETE FROM event WHERE target IN (SELECT id FROM target WHERE until < ?1)",
        "DELETE FROM series WHERE target IN (SELECT id FROM target WHERE until < ?1)",
        "DELETE FROM target WHERE until < ?1",
    ]
}
