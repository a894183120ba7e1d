package import Quantities
internal import Storage
internal import SystemIO

/// A recording that is read. Somebody else may still be writing to it.
package struct Recording: Sendable {
    package let file: String

    /// Makes sure that the file is a recording that this release can read; nothing is loaded.
    package init(file: String) throws(RecordingError) {
        guard Files.exists(file) else { throw .missing(file: file) }
        self.file = file
        _ = try open()
    }

    /// The file, for one thread.
    func open() throws(RecordingError) -> Database {
        let file = file
        guard !Files.isDirectory(file) else { throw .noRecording(file: file) }
        let database: Database
        let header: (application: Int64, version: Int64)
        do throws(StorageError) {
            database = try Database(reading: file)
            header = (try database.pragma("application_id"), try database.pragma("user_version"))
        } catch {
            guard error.code == .damaged else { throw RecordingError(error) }
            // SQLite calls both damaged: what never was a database, and what was cut off.
            throw Self.isDatabase(file) ? RecordingError(error) : .noRecording(file: file)
        }
        guard header.application == RecordingSchema.applicationID else { throw .noRecording(file: file) }
        guard header.version <= RecordingSchema.version else { throw .newer(file: file, version: header.version) }
        return database
    }

    /// From the first scrape to the last.
    package func span() throws(RecordingError) -> ClosedRange<WallTime> {
        try Self.span(of: open(), file: file)
    }

    static func span(of database: Database, file: String) throws(RecordingError) -> ClosedRange<WallTime> {
        let ends = try reading { () throws(StorageError) in
            // Each by itself is one look into the index.
            try database.rows("SELECT (SELECT min(time) FROM scrape), (SELECT max(time) FROM scrape)") {
                (row) throws(StorageError) in (try row.optionalInteger(0), try row.optionalInteger(1))
            }.first
        }
        guard case (let begin?, let end?)? = ends, begin <= end else { throw .empty(file: file) }
        return WallTime(nanosecondsSinceEpoch: begin)...WallTime(nanosecondsSinceEpoch: end)
    }

    /// What goes wrong with the file, in the words of a recording.
    static func reading<Value>(_ body: () throws(StorageError) -> Value) throws(RecordingError) -> Value {
        do throws(StorageError) {
            return try body()
        } catch {
            throw RecordingError(error)
        }
    }

    /// Whether it begins as SQLite's files do: <https://www.sqlite.org/fileformat.html#the_database_header>.
    private static func isDatabase(_ file: String) -> Bool {
        let begin = try? Files.readBeginning(file, count: 16)
        return begin.map { $0.elementsEqual("SQLite format 3\0".utf8) } ?? false
    }
}
