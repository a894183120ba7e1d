internal import Storage

/// The layout of a recording: one SQLite file that `sqlite3` reads without us.
///
/// Times are nanoseconds since 1970-01-01 UTC, on a clock that is read once and then only runs forward; the view has
/// seconds, as SQLite's own functions want them.
///
///     target   who was scraped: a row from the first sight until what was counted is forgotten
///     series   the names of what a target counts, as the JSON object that Prometheus' HTTP API writes:
///              {"__name__":"istio_requests_total","reporter":"source",…}
///     scrape   what grew since the scrape before: [[first,count,increase],…] – the series numbered from `first`,
///              `count` of them, grew by `increase` each
///     trace    one request; `body` is a document that Jaeger's page opens, packed with gzip,
///              because traces are most of a recording
///     event    what happened: listed, up, down, gone (of a target), weights (all of them, as JSON), dropped
///
/// A history (``MeshHistory``) has the same layout. Its rows of `scrape` cover ten seconds or a minute each, `meta` says
/// `kind` `history` and up to when rows are `joined`, and it has no traces. A row whose `previous` is not the `time` of
/// its target's row before it begins anew: between the two nobody looked.
///
///     sqlite3 FILE "SELECT json_extract(key, '$.destination_app') AS app, sum(increase) FROM increases
///                   WHERE json_extract(key, '$.__name__') = 'istio_requests_total' GROUP BY app"
enum RecordingSchema {
    /// `mtop`, in the file's header: <https://www.sqlite.org/pragma.html#pragma_application_id>.
    static let applicationID: Int64 = 0x6D74_6F70
    static var version: Int { steps.count }

    /// For ``Database/migrate(_:)``: only ever appended to.
    static let steps = [
        [
            "PRAGMA application_id = \(applicationID)",
            "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
            """
            CREATE TABLE target (
                id INTEGER PRIMARY KEY, name TEXT NOT NULL, identity TEXT, since INTEGER NOT NULL, until INTEGER)
            """,
            """
            CREATE TABLE series (
                target INTEGER NOT NULL REFERENCES target (id), number INTEGER NOT NULL, key TEXT NOT NULL,
                since INTEGER NOT NULL, until INTEGER, PRIMARY KEY (target, number)) WITHOUT ROWID
            """,
            "CREATE INDEX series_since ON series (since)",
            // In the order of their coming: at the end of the file, and read in one sweep.
            """
            CREATE TABLE scrape (
                target INTEGER NOT NULL REFERENCES target (id), time INTEGER NOT NULL, previous INTEGER,
                changes TEXT NOT NULL)
            """,
            "CREATE INDEX scrape_time ON scrape (time)",
            """
            CREATE TABLE trace (
                id TEXT PRIMARY KEY, time INTEGER NOT NULL, duration INTEGER NOT NULL, service TEXT NOT NULL,
                name TEXT NOT NULL, spans INTEGER NOT NULL, errors INTEGER NOT NULL, services TEXT NOT NULL,
                body BLOB NOT NULL)
            """,
            "CREATE INDEX trace_time ON trace (time, id)",
            "CREATE TABLE event (time INTEGER NOT NULL, kind TEXT NOT NULL, target INTEGER, text TEXT NOT NULL)",
            "CREATE INDEX event_kind ON event (kind, time)",
            "CREATE INDEX event_target ON event (target, time)",
            """
            CREATE VIEW increases (time, target, key, increase) AS
            SELECT scrape.time / 1e9, target.name, series.key, json_extract(change.value, '$[2]')
            FROM scrape JOIN target ON target.id = scrape.target
                JOIN json_each(scrape.changes) AS change
                JOIN series ON series.target = scrape.target
                    AND series.number >= json_extract(change.value, '$[0]')
                    AND series.number < json_extract(change.value, '$[0]') + json_extract(change.value, '$[1]')
            """,
        ]
    ]
}

extension Database {
    /// A number that a `PRAGMA` answers with.
    func pragma(_ name: StaticString) throws(StorageError) -> Int64 {
        try rows("PRAGMA \(name)") { (row) throws(StorageError) in try row.integer(0) }.first ?? 0
    }
}
