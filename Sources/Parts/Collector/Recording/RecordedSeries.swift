internal import ExpositionWire
internal import Storage

/// The names of series, read once and kept: a jump needs all of them again, and reading them is most of its work.
///
/// Of a large mesh they are not kept – a name takes a kilobyte or more in memory –, and those that were gone long before
/// are not read.
final class RecordedSeries {
    struct Entry {
        var number: Int
        var since: Int64
        var key: SeriesKey
    }

    /// A number beyond this is nobody's: a store takes fewer series of one target.
    private static let maximumNumber = 1_000_000

    /// More names than this are not kept.
    private static let capacity = 100_000
    /// A jump back that is no longer than this finds all that it needs.
    private static let slack: Int64 = 3_600_000_000_000

    private let database: Database
    /// Series that had gone by then were not read.
    private var begin = Int64.min
    private var count = 0
    private var isComplete = true
    private var entries: [Int64: [Entry]] = [:]
    private var readUpTo = Int64.min

    init(_ database: Database) {
        self.database = database
    }

    /// Of one target, by the time of their coming.
    func of(_ target: Int64) -> [Entry] { entries[target] ?? [] }

    /// Somebody begins anew at a moment.
    func restart(from time: Int64) {
        guard !isComplete || begin > time || readUpTo == .min else { return }
        entries = [:]
        count = 0
        isComplete = true
        readUpTo = .min
        begin = max(0, time - Self.slack)
    }

    /// Somebody has taken what he wanted.
    func relax() {
        guard count > Self.capacity else { return }
        entries = [:]
        count = 0
        isComplete = false
    }

    func read(upTo time: Int64) throws(StorageError) {
        guard time > readUpTo else { return }
        _ = try database.rows(
            """
            SELECT target, number, key, since FROM series
            WHERE since > ? AND since <= ? AND (until IS NULL OR until > ?) ORDER BY since, number
            """, [.integer(readUpTo), .integer(time), .integer(begin)]
        ) { (row) throws(StorageError) in
            let number = Int(try row.integer(1))
            guard (0...Self.maximumNumber).contains(number), let key = RecordedJSON.key(try row.text(2)) else { return }
            entries[try row.integer(0), default: []].append(
                Entry(number: number, since: try row.integer(3), key: key))
            count += 1
        }
        readUpTo = time
    }
}
