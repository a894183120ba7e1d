internal import CSQLite

/// What went wrong with a database: where, doing what, and SQLite's own words for it.
package struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: Hashable, Sendable {
        /// Another process holds the database.
        case busy
        /// The disk is full.
        case full
        /// The file is not a database, or a damaged one.
        case damaged
        /// A row broke a rule of the schema.
        case constraint
        /// A column holds another type than the reader expected.
        case type
        /// The file was written by a newer release.
        case tooNew
        case other(Int32)
    }

    package let code: Code
    /// The database file.
    package let file: String
    /// What was being done, as a verb phrase: `open`, `read column 2`.
    package let operation: String
    package let message: String

    package init(code: Code, file: String, operation: String, message: String) {
        self.code = code
        self.file = file
        self.operation = operation
        self.message = message
    }

    /// Takes the result code and, when there is one, the message of the connection's last failure.
    init(result: Int32, connection: OpaquePointer?, file: String, operation: String) {
        let words = connection.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(result)
        self.init(
            code: Code(result: result), file: file, operation: operation,
            message: words.map { String(cString: $0) } ?? "result code \(result)")
    }

    package var description: String {
        let cure =
            switch code {
            case .busy: "; is another process using it?"
            case .full: "; free some space"
            case .damaged: "; move the file away to start with an empty one"
            case .tooNew: "; use the release that wrote it, or move the file away"
            case .constraint, .type, .other: ""
            }
        return "\(file): cannot \(operation): \(message)\(cure)"
    }
}

extension StorageError.Code {
    /// Extended result codes keep the primary code in their low byte.
    init(result: Int32) {
        switch result & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED: self = .busy
        case SQLITE_FULL: self = .full
        case SQLITE_CORRUPT, SQLITE_NOTADB: self = .damaged
        case SQLITE_CONSTRAINT: self = .constraint
        default: self = .other(result & 0xff)
        }
    }
}
