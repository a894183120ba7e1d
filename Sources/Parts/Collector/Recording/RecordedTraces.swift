internal import HTTPWire
internal import JSONWire
package import Quantities
internal import Storage
internal import Synchronization
package import TraceModel

/// The traces of a recording, up to the moment that is looked at. From any thread.
package final class RecordedTraces: TraceSource {
    private struct State {
        var database: Database
        var end = Int64.max
    }

    /// Rows that one search looks at in one go.
    private static let page = 256

    /// Bytes of one trace's document; a file may say what it likes.
    private static let largestBody = 256 << 20

    private let file: String
    private let state: Mutex<State>

    package init(_ recording: Recording) throws(RecordingError) {
        file = recording.file
        state = Mutex(State(database: try recording.open()))
    }

    /// Traces that began later are not found from now on.
    package func show(upTo time: WallTime) {
        state.withLock { $0.end = time.nanosecondsSinceEpoch }
    }

    package func find(_ query: TraceQuery) throws(TraceSourceFailure) -> [TraceSummary] {
        try read { (state) throws(StorageError) in
            var found: [TraceSummary] = []
            var last = (time: state.end, id: "~")
            while found.count < query.limit {
                let rows = try Self.page(of: state.database, query, before: last)
                guard let end = rows.last else { break }
                last = (end.start.nanosecondsSinceEpoch, end.id.description)
                for row in rows where found.count < query.limit {
                    if try Self.matches(row, query, state.database) { found.append(row) }
                }
            }
            return found
        }
    }

    package func traces(_ query: TraceQuery) throws(TraceSourceFailure) -> [Trace] {
        var traces: [Trace] = []
        for summary in try find(query) {
            if let trace = try trace(summary.id) { traces.append(trace) }
        }
        return traces
    }

    package func trace(_ id: TraceID) throws(TraceSourceFailure) -> Trace? {
        try read { (state) throws(StorageError) in try Self.body(of: id, state.database) }
    }

    private func read<Value: Sendable>(
        _ body: (State) throws(StorageError) -> Value
    ) throws(TraceSourceFailure) -> Value {
        let result: Result<Value, StorageError> = state.withLock { state in
            do throws(StorageError) { return .success(try body(state)) } catch { return .failure(error) }
        }
        switch result {
        case .success(let value): return value
        case .failure(let error): throw TraceSourceFailure(message: RecordingError(error).description)
        }
    }

    // MARK: Rows

    private static func page(
        of database: Database, _ query: TraceQuery, before last: (time: Int64, id: String)
    ) throws(StorageError) -> [TraceSummary] {
        try database.rows(
            """
            SELECT id, time, duration, service, name, spans, errors, services FROM trace
            WHERE (time, id) < (?, ?) AND duration >= ? AND errors >= ? ORDER BY time DESC, id DESC LIMIT ?
            """,
            [
                .integer(last.time), .text(last.id), .integer(query.minimumDuration?.nanoseconds ?? .min),
                .integer(query.errorsOnly ? 1 : 0), .integer(Int64(page)),
            ]
        ) { (row) throws(StorageError) -> TraceSummary? in
            guard let id = TraceID(hexadecimal: try row.text(0)) else { return nil }
            return TraceSummary(
                id: id, rootService: try row.text(3), rootName: try row.text(4),
                start: WallTime(nanosecondsSinceEpoch: try row.integer(1)),
                duration: .nanoseconds(try row.integer(2)), spanCount: Int(clamping: try row.integer(5)),
                errorCount: Int(clamping: try row.integer(6)), services: RecordedJSON.names(try row.text(7)))
        }.compactMap(\.self)
    }

    private static func matches(_ row: TraceSummary, _ query: TraceQuery, _ database: Database) throws(StorageError)
        -> Bool
    {
        if let service = query.service, !row.services.contains(where: { TraceQuery.isService($0, named: service) }) {
            return false
        }
        guard query.matches(start: row.start, duration: row.duration, hasError: row.errorCount > 0) else {
            return false
        }
        guard query.calledService != nil || query.operation != nil || !query.tags.isEmpty else { return true }
        return try body(of: row.id, database).map { query.matches($0) } ?? false
    }

    private static func body(of id: TraceID, _ database: Database) throws(StorageError) -> Trace? {
        let packed = try database.rows("SELECT body FROM trace WHERE id = ?", [.text(id.description)]) {
            (row) throws(StorageError) in try row.blob(0)
        }.first
        guard let packed, let text = try? Gzip.unpack(packed, limit: largestBody),
            let document = try? JSONValue.parse(text)
        else { return nil }
        return (try? JaegerJSON.traces(in: document))?.first
    }
}
