internal import CSQLite

/// A prepared statement, kept by its ``Database`` for the next call with the same text.
///
/// Owns the `sqlite3_stmt`; lives no longer than the connection because only the database's cache holds it.
final class Statement {
    let pointer: OpaquePointer
    private let file: String
    private let connection: OpaquePointer

    init(_ sql: String, connection: OpaquePointer, file: String) throws(StorageError) {
        var prepared: OpaquePointer?
        let result = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard result == SQLITE_OK, let prepared else {
            throw StorageError(result: result, connection: connection, file: file, operation: "prepare “\(sql)”")
        }
        self.pointer = prepared
        self.file = file
        self.connection = connection
    }

    deinit {
        sqlite3_finalize(pointer)
    }

    /// Fills the `?`s from the left. Values are copied: they need not outlive the call.
    func bind(_ values: [SQLValue]) throws(StorageError) {
        var column: Int32 = 0
        for value in values {
            column += 1
            let result =
                switch value {
                case .null: sqlite3_bind_null(pointer, column)
                case .integer(let number): sqlite3_bind_int64(pointer, column, number)
                case .text(let text): bindText(text, column)
                case .blob(let bytes): bindBlob(bytes, column)
                }
            guard result == SQLITE_OK else { throw failure(result, "bind value \(column)") }
        }
    }

    /// Moves to the next row; false when there is none.
    func step() throws(StorageError) -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let result: throw failure(result, "run “\(String(cString: sqlite3_sql(pointer)))”")
        }
    }

    /// Makes the statement ready for another run and lets go of the values.
    func reset() {
        // The result repeats the last step's error, which `step` has reported already.
        sqlite3_reset(pointer)
        sqlite3_clear_bindings(pointer)
    }

    private func bindText(_ text: String, _ column: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { utf8 in
            // An empty buffer may have no address, and SQLite reads a missing address as NULL.
            guard let start = utf8.baseAddress else { return sqlite3_bind_text(pointer, column, "", 0, copied) }
            return sqlite3_bind_text64(
                pointer, column, UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self), UInt64(utf8.count),
                copied, UInt8(SQLITE_UTF8))
        }
    }

    private func bindBlob(_ bytes: [UInt8], _ column: Int32) -> Int32 {
        bytes.withUnsafeBytes { raw in
            guard let start = raw.baseAddress, !raw.isEmpty else { return sqlite3_bind_zeroblob(pointer, column, 0) }
            return sqlite3_bind_blob64(pointer, column, start, UInt64(raw.count), copied)
        }
    }

    private func failure(_ result: Int32, _ operation: String) -> StorageError {
        StorageError(result: result, connection: connection, file: file, operation: operation)
    }
}

/// `SQLITE_TRANSIENT`, a cast macro that Swift cannot import: SQLite copies the bytes before the call returns.
private var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
