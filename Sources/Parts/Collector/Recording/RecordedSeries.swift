internal import ExpositionWire
internal import Storage

/// The names of series, read once and kept: a jump needs all of them again, and reading them is most of its work.
final class RecordedSeries {
    struct Entry {
        var number: Int
        var since: Int64
        var key: SeriesKey
    }

    /// A number beyond this is nobody's: a store takes fewer series of one target.
    private static let maximumNumber = 1_000_000

    private let database: Database
    private var entries: [Int64: [Entry]] = [:]
    private var readUpTo = Int64.min

    init(_ database: Database) {
        self.database = database
    }

    /// Of one target, by the time of their coming.
    func of(_ target: Int64) -> [Entry] { entries[target] ?? [] }

    func read(upTo time: Int64) throws(StorageError) {
        guard time > readUpTo else { return }
        _ = try database.rows(
            "SELECT target, number, key, since FROM series WHERE since > ? AND since <= ? ORDER BY since, number",
            [.integer(readUpTo), .integer(time)]
        ) { (row) throws(StorageError) in
            let number = Int(try row.integer(1))
            guard (0...Self.maximumNumber).contains(number), let key = RecordedJSON.key(try row.text(2)) else { return }
            entries[try row.integer(0), default: []].append(
                Entry(number: number, since: try row.integer(3), key: key))
        }
        readUpTo = time
    }
}
