internal import Storage

/// Keeps a recording below its limit: the oldest tenth goes, again and again. Traces go first: what was counted takes
/// little room beside them, and tells more.
///
/// The file does not shrink; what is freed is used again. The write-ahead log beside it, some megabytes, is not counted.
struct RecordingSize {
    let limit: Int64
    /// What was counted before is gone; nothing while all is there.
    private(set) var begin: Int64?
    /// Traces that began before are gone; nothing while all are there.
    private(set) var tracesBegin: Int64?

    init(limit: Int64) {
        self.limit = limit
    }

    /// What is in use, in bytes.
    static func used(_ database: Database) throws(StorageError) -> Int64 {
        let pages = try database.pragma("page_count") - database.pragma("freelist_count")
        return pages * (try database.pragma("page_size"))
    }

    /// - Returns: the bytes in use afterwards.
    mutating func trim(_ database: Database) throws(StorageError) -> Int64 {
        var used = try Self.used(database)
        // Names of series that are still counted stay; where they alone are too much, nothing more can be done.
        for _ in 0..<20 where used > limit {
            if let cut = try Self.firstTenth(of: "trace", database) {
                try database.execute("DELETE FROM trace WHERE time < ?", [.integer(cut)])
                tracesBegin = cut
            } else if let cut = try Self.firstTenth(of: "scrape", database) {
                try database.transaction { () throws(StorageError) in
                    for sql in Self.removals { try database.execute(sql, [.integer(cut)]) }
                }
                begin = cut
            } else {
                break
            }
            used = try Self.used(database)
        }
        return used
    }

    private static func firstTenth(of table: StaticString, _ database: Database) throws(StorageError) -> Int64? {
        // Each by itself is one look into the index.
        let ends = try database.rows("SELECT (SELECT min(time) FROM \(table)), (SELECT max(time) FROM \(table))") {
            (row) throws(StorageError) in (begin: try row.optionalInteger(0), end: try row.optionalInteger(1))
        }.first
        guard let begin = ends?.begin, let end = ends?.end, begin < end else { return nil }
        let (length, overflow) = end.subtractingReportingOverflow(begin)
        return overflow ? 0 : begin + max(1, length / 10)
    }

    /// What happened last to a target, and the last weights, are what is the case from then on.
    private static let removals = [
        "DELETE FROM scrape WHERE time < ?1",
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
