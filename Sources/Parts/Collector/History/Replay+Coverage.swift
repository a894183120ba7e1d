internal import Quantities
internal import Storage

extension Replay {
    /// Whether anybody looked at a moment.
    enum Coverage {
        /// Somebody did, and what was counted then is in rows up to that time.
        case rows(upTo: WallTime)
        /// Until when there is nothing; for ever when absent.
        case nobodyLooked(from: WallTime, until: WallTime?)
    }

    /// - Parameter tolerance: how far apart rows may be that follow each other.
    func coverage(of time: WallTime, tolerance: Duration) throws(RecordingError) -> Coverage {
        let moment = time.nanosecondsSinceEpoch
        let (last, next) = try Recording.reading { () throws(StorageError) in
            let last =
                try database.rows("SELECT max(time) FROM scrape WHERE time <= ?", [.integer(moment)]) {
                    (row) throws(StorageError) in try row.optionalInteger(0)
                }.first ?? nil
            let next = try database.rows(
                "SELECT time, previous FROM scrape WHERE time > ? ORDER BY time LIMIT 1", [.integer(moment)]
            ) { (row) throws(StorageError) in (time: try row.integer(0), previous: try row.optionalInteger(1)) }.first
            return (last, next)
        }
        if let last, moment - last <= tolerance.nanoseconds { return .rows(upTo: time) }
        // While the file could not be written, rows became longer.
        if let next, let previous = next.previous, previous <= moment {
            return .rows(upTo: WallTime(nanosecondsSinceEpoch: next.time))
        }
        return .nobodyLooked(
            from: WallTime(nanosecondsSinceEpoch: last ?? 0),
            until: next.map { WallTime(nanosecondsSinceEpoch: $0.previous ?? $0.time) })
    }
}
