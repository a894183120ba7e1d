internal import MeshModel
internal import Storage

/// How targets stood and which weights were in force, by what happened last.
final class RecordedStates {
    struct Target {
        var name: String
        var identity: WorkloadIdentity?
        var state: ScrapeTarget.State
    }

    private let database: Database
    /// The weights that were asked for last, as they are written and as they are.
    private var splits: (text: String, value: [TrafficSplit]) = ("[]", [])

    init(_ database: Database) {
        self.database = database
    }

    /// Who was scraped at `time`.
    func targets(at time: Int64) throws(StorageError) -> [Target] {
        try database.rows(
            """
            SELECT target.name, target.identity, event.kind, event.text FROM target
                JOIN event ON event.rowid =
                    (SELECT rowid FROM event WHERE target = target.id AND time <= ?1 ORDER BY time DESC, rowid DESC LIMIT 1)
            WHERE since <= ?1 AND (until IS NULL OR until > ?1)
            """, [.integer(time)]
        ) { (row) throws(StorageError) -> Target? in
            let state: ScrapeTarget.State
            switch try row.text(2) {
            case "up": state = .up
            case "down": state = .down(reason: try row.text(3))
            case "gone": return nil
            default: state = .pending
            }
            return Target(
                name: try row.text(0), identity: try row.optionalText(1).flatMap { RecordedJSON.identity($0) },
                state: state)
        }.compactMap(\.self)
    }

    func splits(at time: Int64) throws(StorageError) -> [TrafficSplit] {
        let text =
            try database.rows(
                "SELECT text FROM event WHERE kind = 'weights' AND time <= ? ORDER BY time DESC, rowid DESC LIMIT 1",
                [.integer(time)]
            ) { (row) throws(StorageError) in try row.text(0) }.first ?? "[]"
        if text != splits.text { splits = (text, RecordedJSON.splits(text)) }
        return splits.value
    }

    /// What is missing from a window, in words.
    func losses(after begin: Int64, upTo end: Int64) throws(StorageError) -> [String] {
        try database.rows(
            "SELECT text FROM event WHERE kind = 'dropped' AND time > ? AND time <= ? ORDER BY time LIMIT 10",
            [.integer(begin), .integer(end)]
        ) { (row) throws(StorageError) in "not recorded, because the disk was too slow: \(try row.text(0))" }
    }
}
