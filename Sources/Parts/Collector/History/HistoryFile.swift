internal import Quantities
internal import Storage
internal import SystemIO

/// The file of a history, open to be continued: a recording (``RecordingSchema``) with coarser rows and an end that
/// moves on.
///
/// Three things make it a history: `meta` has a row `kind` that says so, the file gives freed pages back, and only one
/// process at a time may hold it.
struct HistoryFile {
    /// Where a file of another kind would be spoilt.
    static let kind = "history"
    /// A row of a target takes some kilobytes; on pages of the usual 4,096 bytes half of the file would be air.
    private static let fresh = ["page_size=16384", "auto_vacuum=INCREMENTAL"]
    /// So much the clock may have been set back while nobody looked. What lies further ahead is removed.
    private static let clockTolerance: Int64 = 60_000_000_000

    let database: Database
    let lock: FileLock
    let clock: RecordingClock
    /// When the file was written last; nothing for a new one.
    let end: Int64?

    /// Opens a history, or makes one where there is no file or an empty one.
    init(_ file: String, _ options: HistoryOptions, _ time: HistoryClock) throws(RecordingError) {
        guard !Files.isDirectory(file) else { throw .noHistory(file: file, isRecording: false) }
        do throws(SystemError) {
            lock = try FileLock(file)
        } catch {
            guard FileLock.isHeldElsewhere(error) else {
                throw .storage(
                    StorageError(code: .other(error.code), file: file, operation: "open", message: error.reason))
            }
            throw .held(file: file)
        }
        // Looked at before anything is changed in it: it may be somebody else's.
        let isNew = try Self.isEmpty(file)
        if !isNew { try Self.check(file) }
        let now = (wall: time.wall(), monotonic: time.monotonic())
        do throws(StorageError) {
            database = try Database(path: file, durability: .normal, fresh: isNew ? Self.fresh : [], isChecked: false)
            // The log beside it is as large as its largest transaction, and need not stay so.
            try database.execute("PRAGMA journal_size_limit=16777216")
            if let pages = options.maximumPages { try database.execute("PRAGMA max_page_count=\(pages)") }
            try database.migrate(RecordingSchema.steps)
            try database.execute("CREATE INDEX IF NOT EXISTS series_until ON series (until) WHERE until IS NOT NULL")
            end = try Self.lastWritten(database, now: now.wall.nanosecondsSinceEpoch)
        } catch {
            throw RecordingError(error)
        }
        let begin = max(now.wall.nanosecondsSinceEpoch, (end ?? 0) + 1)
        clock = RecordingClock(wall: WallTime(nanosecondsSinceEpoch: begin), monotonic: now.monotonic)
    }

    /// Says whose the file is, when it is not a history.
    private static func check(_ file: String) throws(RecordingError) {
        do throws(RecordingError) {
            let kinds = try Recording(file: file).notes["kind"]
            guard kinds == kind else { throw .noHistory(file: file, isRecording: true) }
        } catch {
            if case .noRecording = error { throw .noHistory(file: file, isRecording: false) }
            throw error
        }
    }

    /// Whether nothing was written yet, or no more than SQLite writes before our first transaction.
    private static func isEmpty(_ file: String) throws(RecordingError) -> Bool {
        guard let begin = try? Files.readBeginning(file, count: 1), !begin.isEmpty else { return true }
        guard let database = try? Database(reading: file), let owner = try? database.pragma("application_id"),
            let version = try? database.pragma("user_version"),
            let tables = try? database.rows(
                "SELECT count(*) FROM sqlite_master", [], { (row) throws(StorageError) in try row.integer(0) }
            ).first
        else { return false }
        return tables == 0 && owner == 0 && version == 0
    }

    /// The time of the newest row; nothing when no target was ever listed. Rows far ahead of the clock were written while it was wrong, and stood in the way of
    /// all that come.
    private static func lastWritten(_ database: Database, now: Int64) throws(StorageError) -> Int64? {
        let limit = now + clockTolerance
        try database.transaction { () throws(StorageError) in
            for table in ["scrape", "event"] {
                try database.execute("DELETE FROM \(table) WHERE time > ?", [.integer(limit)])
            }
            for table in ["series", "target"] {
                try database.execute(
                    "UPDATE \(table) SET since = ?1 WHERE since > ?2", [.integer(now), .integer(limit)])
            }
        }
        let times = try database.rows(
            """
            SELECT max(coalesce((SELECT max(time) FROM scrape), 0), coalesce((SELECT max(time) FROM event), 0))
            FROM target LIMIT 1
            """
        ) { (row) throws(StorageError) in try row.optionalInteger(0) }
        return (times.first ?? nil).map { $0 > 0 ? $0 : now }
    }
}

extension Recording {
    /// What the file says of itself, by name.
    var notes: [String: String] {
        get throws(RecordingError) {
            let database = try open()
            return try Self.reading { () throws(StorageError) in
                let rows = try database.rows("SELECT name, value FROM meta") { (row) throws(StorageError) in
                    (try row.text(0), try row.text(1))
                }
                return Dictionary(rows, uniquingKeysWith: { first, _ in first })
            }
        }
    }
}
