import Glibc
import Storage
import Testing

@Suite struct `A database` {
    @Test func `keeps what a transaction wrote, also in a second connection`() throws {
        try withScratchFile { path in
            let database = try Database(path: path)
            try database.migrate(schema)

            try database.transaction { () throws(StorageError) in
                try database.execute("INSERT INTO note VALUES (?, ?, ?)", [1, "é\0x", .blob([0, 255])])
                try database.execute("INSERT INTO note VALUES (?, ?, ?)", [2, "", .blob([])])
                try database.execute("INSERT INTO note VALUES (?, ?, ?)", [3, .null, .null])
            }
            let second = try Database(path: path)
            let rows = try second.rows("SELECT id, body, raw FROM note ORDER BY id") { (row) throws(StorageError) in
                Note(id: try row.integer(0), body: try row.optionalText(1), raw: try row.optionalBlob(2))
            }

            #expect(
                rows == [
                    Note(id: 1, body: "é\0x", raw: [0, 255]), Note(id: 2, body: "", raw: []),
                    Note(id: 3, body: nil, raw: nil),
                ])
        }
    }

    @Test func `undoes all of a transaction that throws`() throws {
        let database = try Database(path: ":memory:")
        try database.migrate(schema)
        try database.execute("INSERT INTO note (id) VALUES (1)")

        let error = #expect(throws: StorageError.self) {
            try database.transaction { () throws(StorageError) in
                try database.execute("INSERT INTO note (id) VALUES (2)")
                try database.execute("INSERT INTO note (id) VALUES (1)")
            }
        }

        #expect(error?.code == .constraint)
        #expect(try count(database) == 1)
        try database.execute("INSERT INTO note (id) VALUES (2)")
        #expect(database.changes == 1)
    }

    @Test func `joins an inner transaction to the outer one`() throws {
        let database = try Database(path: ":memory:")
        try database.migrate(schema)

        #expect(throws: StorageError.self) {
            try database.transaction { () throws(StorageError) in
                try database.transaction { () throws(StorageError) in
                    try database.execute("INSERT INTO note (id) VALUES (1)")
                }
                try database.execute("not sql")
            }
        }

        #expect(try count(database) == 0)
    }

    @Test func `runs each schema step once and refuses a newer file`() throws {
        try withScratchFile { path in
            try Database(path: path).migrate(schema)
            let more = schema + [["INSERT INTO note (id) VALUES (7)"]]

            try Database(path: path).migrate(more)
            try Database(path: path).migrate(more)

            #expect(try count(Database(path: path)) == 1)
            let error = #expect(throws: StorageError.self) { try Database(path: path).migrate(schema) }
            #expect(error?.code == .tooNew)
        }
    }

    @Test func `refuses a file that is not a database, and names it`() throws {
        try withScratchFile { path in
            let file = fopen(path, "w")
            fputs(String(repeating: "this is not a database ", count: 100), file)
            fclose(file)

            let error = #expect(throws: StorageError.self) { try Database(path: path) }

            #expect(error?.code == .damaged)
            #expect(error?.description.hasPrefix("\(path): cannot ") == true)
        }
    }

    @Test func `says when a folder is missing`() {
        let error = #expect(throws: StorageError.self) { try Database(path: "/dev/null/mesh.db") }

        #expect(error?.description == "/dev/null/mesh.db: cannot open: unable to open database file")
    }

    @Test func `says which column holds the wrong type`() throws {
        let database = try Database(path: ":memory:")

        let error = #expect(throws: StorageError.self) {
            try database.rows("SELECT 'one'") { (row) throws(StorageError) in try row.integer(0) }
        }

        #expect(error?.message == "it holds text where an integer belongs")
    }

    private func count(_ database: Database) throws -> Int64? {
        try database.rows("SELECT count(*) FROM note") { (row) throws(StorageError) in try row.integer(0) }.first
    }
}

private struct Note: Equatable {
    let id: Int64
    let body: String?
    let raw: [UInt8]?
}

private let schema = [["CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT, raw BLOB) STRICT"]]

/// A path in a fresh folder that is gone afterwards.
private func withScratchFile(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/storage-XXXXXX".utf8CString)
    let folder = try #require(mkdtemp(&template).map { String(cString: $0) })
    let path = folder + "/test.db"
    defer {
        for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
        rmdir(folder)
    }
    try body(path)
}
