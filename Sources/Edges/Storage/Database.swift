internal import CSQLite

/// One SQLite database file, owned by one thread.
///
/// Opened in write-ahead mode with `synchronous=FULL` unless asked otherwise: when a transaction returns, it has reached
/// the disk and survives a crash of the process and of the machine. A crash within a transaction leaves nothing of it.
package final class Database {
    /// What a transaction that has returned survives.
    package enum Durability: String, Sendable {
        /// A crash of the machine.
        case full = "FULL"
        /// A crash of the process. The machine's may take the last transactions with it, and leaves those before whole.
        case normal = "NORMAL"
    }

    private let connection: OpaquePointer
    private let file: String
    /// Statement text comes from code, never from a user, so the number of entries is the number of call sites.
    private var statements: [String: Statement] = [:]
    private var isInTransaction = false

    /// Opens `path`, creating an empty database when there is none; `:memory:` makes one without a file.
    ///
    /// - Parameters:
    ///   - fresh: settings that count only while a file is empty, `page_size=16384` or `auto_vacuum=INCREMENTAL`.
    ///   - isChecked: whether all of the file is read to see if it is sound, at about a second a gigabyte.
    package init(
        path: String, durability: Durability = .full, fresh: [String] = [], isChecked: Bool = true
    ) throws(StorageError) {
        connection = try Self.open(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, file: path)
        file = path
        for pragma in fresh + ["journal_mode=WAL", "synchronous=\(durability.rawValue)", "foreign_keys=ON"] {
            // Not cached: the settings are made once.
            let statement = try Statement("PRAGMA \(pragma)", connection: connection, file: path)
            while try statement.step() {}
        }
        guard isChecked else { return }
        let verdict = try rows("PRAGMA quick_check(1)") { (row) throws(StorageError) in try row.text(0) }
        guard verdict == ["ok"] else {
            throw StorageError(
                code: .damaged, file: path, operation: "open", message: verdict.joined(separator: "; "))
        }
    }

    /// Opens a file that is there, to read it. Another process may be writing to it.
    ///
    /// Nothing is checked beforehand: a large file opens at once, and damage shows where it is read.
    package init(reading path: String) throws(StorageError) {
        file = path
        let opened = try Self.open(path, SQLITE_OPEN_READONLY, file: path)
        do throws(StorageError) {
            try Self.touch(opened, file: path)
            connection = opened
        } catch {
            sqlite3_close_v2(opened)
            // In write-ahead mode reading needs a file of its own beside it. Where none can be made, nobody writes either.
            guard error.code == .other(SQLITE_CANTOPEN) || error.code == .other(SQLITE_READONLY) else { throw error }
            connection = try Self.open(
                "file:\(Self.percentEncoded(path))?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, file: path)
            try Self.touch(connection, file: path)
        }
    }

    private static func open(_ name: String, _ flags: Int32, file: String) throws(StorageError) -> OpaquePointer {
        var opened: OpaquePointer?
        let result = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard result == SQLITE_OK, let opened else {
            let error = StorageError(result: result, connection: opened, file: file, operation: "open")
            // A failed open still hands out a connection to ask for the message; it is ours to close.
            sqlite3_close_v2(opened)
            throw error
        }
        sqlite3_busy_timeout(opened, 2_000)
        return opened
    }

    /// Reads the first page: opening alone looks at nothing.
    private static func touch(_ connection: OpaquePointer, file: String) throws(StorageError) {
        do throws(StorageError) {
            let statement = try Statement("PRAGMA schema_version", connection: connection, file: file)
            while try statement.step() {}
        } catch {
            throw StorageError(code: error.code, file: file, operation: "open", message: error.message)
        }
    }

    private static func percentEncoded(_ path: String) -> String {
        path.utf8.reduce(into: "") { text, byte in
            let isPlain = byte > 0x20 && byte < 0x7f && !"%?#".utf8.contains(byte)
            let digits = String(byte, radix: 16)
            text += isPlain ? String(UnicodeScalar(byte)) : "%" + (digits.utf8.count < 2 ? "0" : "") + digits
        }
    }

    deinit {
        statements = [:]
        sqlite3_close_v2(connection)
    }

    /// Runs one statement whose answer does not matter.
    package func execute(_ sql: String, _ values: [SQLValue] = []) throws(StorageError) {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values)
        while try statement.step() {}
    }

    /// Runs one statement and reads every row of its answer.
    package func rows<Value>(
        _ sql: String, _ values: [SQLValue] = [], _ read: (Row) throws(StorageError) -> Value
    ) throws(StorageError) -> [Value] {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try statement.bind(values)
        var result: [Value] = []
        while try statement.step() {
            result.append(try read(Row(statement, file: file)))
        }
        return result
    }

    /// How many rows the last `INSERT`, `UPDATE` or `DELETE` touched.
    package var changes: Int { Int(sqlite3_changes(connection)) }

    /// All of `body`'s statements or none: when it throws, what it did is undone. A transaction inside another joins
    /// the outer one.
    package func transaction<Value>(_ body: () throws(StorageError) -> Value) throws(StorageError) -> Value {
        guard !isInTransaction else { return try body() }
        try execute("BEGIN IMMEDIATE")
        isInTransaction = true
        defer { isInTransaction = false }
        do {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            // Some failures (a full disk) have rolled back already; then there is nothing to undo.
            if sqlite3_get_autocommit(connection) == 0 { try execute("ROLLBACK") }
            throw error
        }
    }

    /// Brings the schema up to date: step `n` of `steps` is run once, when the file's `user_version` is below `n + 1`.
    ///
    /// Steps are only ever appended. A file from a newer release, with more steps than we know, is refused.
    package func migrate(_ steps: [[String]]) throws(StorageError) {
        let version = try rows("PRAGMA user_version") { (row) throws(StorageError) in try row.integer(0) }.first ?? 0
        guard version <= steps.count else {
            throw StorageError(
                code: .tooNew, file: file, operation: "open",
                message: "its schema has version \(version), this release knows \(steps.count)")
        }
        for (index, step) in steps.enumerated() where index >= version {
            try transaction { () throws(StorageError) in
                for sql in step { try execute(sql) }
                try execute("PRAGMA user_version = \(index + 1)")
            }
        }
    }

    private func prepared(_ sql: String) throws(StorageError) -> Statement {
        if let known = statements[sql] { return known }
        let statement = try Statement(sql, connection: connection, file: file)
        statements[sql] = statement
        return statement
    }
}
