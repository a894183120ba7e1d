package import MeshModel
package import Quantities
internal import Storage

/// What is inside a recording, for people.
package struct RecordingContents: Sendable {
    package struct Target: Hashable, Sendable {
        package var name: String
        /// Who runs there, when known.
        package var identity: WorkloadIdentity?
        package var series: Int
        package var scrapes: Int
    }

    package struct Event: Hashable, Sendable {
        package var time: WallTime
        /// `listed`, `up`, `down`, `gone`, `weights` or `dropped`.
        package var kind: String
        /// Nothing for what is no target's.
        package var target: String?
        package var text: String
    }

    /// Events beyond this are not read.
    package static let maximumEvents = 10_000

    /// What was recorded, in words.
    package var source: String
    /// Whether it was closed in order: not while it is written, nor after a crash.
    package var isClosed: Bool
    /// From the first scrape to the last.
    package var span: ClosedRange<WallTime>
    /// In the order of their coming.
    package var targets: [Target]
    package var traces: Int
    /// Oldest first.
    package var events: [Event]
    /// What the file has in use.
    package var bytes: Int64
}

extension Recording {
    package func contents() throws(RecordingError) -> RecordingContents {
        let database = try open()
        let span = try Self.span(of: database, file: file)
        return try Self.reading { () throws(StorageError) in
            let meta = Dictionary(
                try database.rows("SELECT name, value FROM meta") { (row) throws(StorageError) in
                    (try row.text(0), try row.text(1))
                }, uniquingKeysWith: { first, _ in first })
            return RecordingContents(
                source: meta["source"] ?? "", isClosed: meta["ended"] != nil, span: span,
                targets: try Self.targets(database),
                traces: try database.rows("SELECT count(*) FROM trace") { (row) throws(StorageError) in
                    Int(try row.integer(0))
                }.first ?? 0,
                events: try Self.events(database), bytes: try RecordingSize.used(database))
        }
    }

    private static func targets(_ database: Database) throws(StorageError) -> [RecordingContents.Target] {
        func counts(_ table: String) throws(StorageError) -> [Int64: Int] {
            Dictionary(
                try database.rows("SELECT target, count(*) FROM \(table) GROUP BY target") {
                    (row) throws(StorageError) in (try row.integer(0), Int(try row.integer(1)))
                }, uniquingKeysWith: { first, _ in first })
        }
        let series = try counts("series")
        let scrapes = try counts("scrape")
        return try database.rows("SELECT id, name, identity FROM target ORDER BY id") {
            (row) throws(StorageError) in
            let id = try row.integer(0)
            return RecordingContents.Target(
                name: try row.text(1), identity: try row.optionalText(2).flatMap { RecordedJSON.identity($0) },
                series: series[id] ?? 0, scrapes: scrapes[id] ?? 0)
        }
    }

    private static func events(_ database: Database) throws(StorageError) -> [RecordingContents.Event] {
        try database.rows(
            """
            SELECT event.time, event.kind, target.name, event.text
            FROM event LEFT JOIN target ON target.id = event.target ORDER BY event.rowid LIMIT ?
            """, [.integer(Int64(RecordingContents.maximumEvents))]
        ) { (row) throws(StorageError) in
            let kind = try row.text(1)
            let text = try row.text(3)
            return RecordingContents.Event(
                time: WallTime(nanosecondsSinceEpoch: try row.integer(0)), kind: kind,
                target: try row.optionalText(2), text: kind == "weights" ? words(RecordedJSON.splits(text)) : text)
        }
    }

    /// `payments/payment-service v1=90 v2=10`.
    private static func words(_ splits: [TrafficSplit]) -> String {
        splits.map { split in
            "\(split.service)" + split.shares.map { " \($0.subset)=\($0.weight)" }.joined()
        }.joined(separator: ", ")
    }
}
