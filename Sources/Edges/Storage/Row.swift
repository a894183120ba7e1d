internal import CSQLite

/// One row of an answer, readable only inside the closure it is handed to. Columns count from 0.
package struct Row {
    private let statement: OpaquePointer
    private let file: String

    init(_ statement: Statement, file: String) {
        self.statement = statement.pointer
        self.file = file
    }

    package func integer(_ column: Int32) throws(StorageError) -> Int64 {
        try expect(SQLITE_INTEGER, "an integer", column)
        return sqlite3_column_int64(statement, column)
    }

    package func optionalInteger(_ column: Int32) throws(StorageError) -> Int64? {
        sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : try integer(column)
    }

    /// The column as text; ill-formed UTF-8 is repaired.
    package func text(_ column: Int32) throws(StorageError) -> String {
        try expect(SQLITE_TEXT, "text", column)
        return String(decoding: bytes(sqlite3_column_text(statement, column), column), as: UTF8.self)
    }

    package func optionalText(_ column: Int32) throws(StorageError) -> String? {
        sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : try text(column)
    }

    package func blob(_ column: Int32) throws(StorageError) -> [UInt8] {
        try expect(SQLITE_BLOB, "a blob", column)
        return Array(bytes(sqlite3_column_blob(statement, column), column))
    }

    package func optionalBlob(_ column: Int32) throws(StorageError) -> [UInt8]? {
        sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : try blob(column)
    }

    /// The bytes stay where they are until the statement moves on; callers copy them at once.
    private func bytes(_ start: UnsafeRawPointer?, _ column: Int32) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(statement, column)))
    }

    private func expect(_ type: Int32, _ name: String, _ column: Int32) throws(StorageError) {
        let found = sqlite3_column_type(statement, column)
        guard found != type else { return }
        let names = [SQLITE_INTEGER: "an integer", SQLITE_TEXT: "text", SQLITE_BLOB: "a blob", SQLITE_NULL: "nothing"]
        throw StorageError(
            code: .type, file: file, operation: "read column \(column)",
            message: "it holds \(names[found] ?? "a number with a fraction") where \(name) belongs")
    }
}
