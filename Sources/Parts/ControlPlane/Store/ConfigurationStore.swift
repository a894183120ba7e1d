import JSONWire
package import MeshConfig
package import Quantities
package import Storage

/// The objects of the mesh with a revision per change, and the history of how they came to be.
///
/// Every object is also held in memory; the database is what survives. One thread owns the store. A commit returns
/// when it is on the disk: one `fsync`, a few milliseconds, on the thread that also answers the API. When commits
/// become frequent enough to be felt there, they move to a writer thread behind ``commit(_:by:files:)``, whose callers
/// already take what it returns as the moment of truth.
package final class ConfigurationStore {
    private let database: Database
    private let now: () -> WallTime
    /// History older than this many changes is forgotten, and watches that ask for it get 410.
    private let historyLimit: Int
    private var byKey: [ObjectKey: StoredObject] = [:]

    /// The newest change, or the baseline of an empty store. Never 0, which means "any" to Kubernetes' clients.
    package private(set) var revision = Revision(1)

    /// Opens the store in `path`, `:memory:` for one that forgets.
    package init(
        path: String, historyLimit: Int = 100_000, now: @escaping () -> WallTime
    ) throws(StorageError) {
        self.database = try Database(path: path)
        self.now = now
        self.historyLimit = max(1, historyLimit)
        try database.migrate(Self.schema)
        try load()
    }

    package func object(_ key: ObjectKey) -> StoredObject? { byKey[key] }

    /// Objects of a resource, of one namespace or of all, sorted by namespace and name.
    package func objects(of resource: ResourceKind, namespace: String? = nil) -> [StoredObject] {
        byKey.values
            .filter { $0.key.kind == resource && (namespace == nil || $0.key.namespace == namespace) }
            .sorted { $0.key < $1.key }
    }

    /// Every object, sorted by key.
    package var objects: [StoredObject] { byKey.values.sorted { $0.key < $1.key } }

    /// Makes all edits or none, each with a revision of its own, and remembers `files` as applied with them.
    ///
    /// A deletion of what is not there is skipped, as is a body that changes nothing.
    /// - Returns: what was changed, oldest first.
    package func commit(
        _ edits: [Edit], by author: Author, files: [AppliedFile] = []
    ) throws(StorageError) -> [Change] {
        let time = now()
        var revision = revision
        var changes: [Change] = []
        var result = byKey
        for edit in edits {
            let old = result[edit.key]?.body
            let new: JSONValue? =
                switch edit {
                case .put(_, let body): body.withResourceVersion(revision.next)
                case .delete: nil
                }
            guard old != nil || new != nil else { continue }
            if let old, let new, old.withoutResourceVersion == new.withoutResourceVersion { continue }
            revision = revision.next
            result[edit.key] = new.map { StoredObject(key: edit.key, revision: revision, body: $0) }
            changes.append(
                Change(revision: revision, time: time, author: author, key: edit.key, old: old, new: new))
        }
        guard !changes.isEmpty || !files.isEmpty else { return [] }
        try database.transaction { () throws(StorageError) in
            for change in changes { try write(change) }
            for file in files { try remember(file) }
            try database.execute(
                "DELETE FROM change WHERE revision <= ?", [.integer(revision.number - Int64(historyLimit))])
        }
        self.revision = revision
        byKey = result
        return changes
    }

    /// Changes after `revision`, oldest first; nothing when the history no longer reaches back that far, or when
    /// `revision` lies in the future (the store was replaced by an older one).
    package func changes(after revision: Revision) throws(StorageError) -> [Change]? {
        guard revision <= self.revision else { return nil }
        guard revision < self.revision else { return [] }
        let changes = try readChanges("WHERE revision > ? ORDER BY revision", [.integer(revision.number)])
        // Revisions are consecutive: when the one right after is gone, history was cut.
        return changes.first?.revision == revision.next ? changes : nil
    }

    /// The newest changes, newest first.
    package func history(limit: Int) throws(StorageError) -> [Change] {
        try readChanges("ORDER BY revision DESC LIMIT ?", [.integer(Int64(clamping: max(0, limit)))])
    }

    /// One change, while history still has it.
    package func change(at revision: Revision) throws(StorageError) -> Change? {
        try readChanges("WHERE revision = ?", [.integer(revision.number)]).first
    }

    /// The database, for the sibling tables in extensions.
    func withDatabase<Value>(
        _ body: (Database) throws(StorageError) -> Value
    ) throws(StorageError) -> Value {
        try body(database)
    }
}

extension ConfigurationStore {
    private static let schema: [[String]] = [
        [
            """
            CREATE TABLE object (
              resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, revision INTEGER NOT NULL,
              body TEXT NOT NULL, PRIMARY KEY (resource, namespace, name)) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE change (
              revision INTEGER PRIMARY KEY, time INTEGER NOT NULL, who TEXT NOT NULL, why TEXT NOT NULL,
              resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL, old TEXT, new TEXT) STRICT
            """,
            "CREATE TABLE file (path TEXT PRIMARY KEY, fingerprint TEXT NOT NULL) STRICT, WITHOUT ROWID",
            """
            CREATE TABLE file_object (
              path TEXT NOT NULL REFERENCES file ON DELETE CASCADE, resource TEXT NOT NULL, namespace TEXT NOT NULL,
              name TEXT NOT NULL, PRIMARY KEY (path, resource, namespace, name)) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE token (
              hash TEXT PRIMARY KEY, namespace TEXT NOT NULL, entry TEXT NOT NULL, expires INTEGER NOT NULL,
              used INTEGER) STRICT, WITHOUT ROWID
            """,
            """
            CREATE TABLE certificate (
              serial TEXT PRIMARY KEY, identity TEXT NOT NULL, issued INTEGER NOT NULL, expires INTEGER NOT NULL)
              STRICT, WITHOUT ROWID
            """,
        ]
    ]

    private func load() throws(StorageError) {
        let newest = try database.rows("SELECT max(revision) FROM change WHERE revision > 0") {
            (row) throws(StorageError) in try row.optionalInteger(0)
        }
        if let number = newest.first ?? nil { revision = Revision(number) }
        let rows = try database.rows("SELECT resource, namespace, name, revision, body FROM object") {
            (row) throws(StorageError) -> StoredObject? in
            // A resource that this release does not serve stays in the file, unseen.
            guard let key = try self.key(row, from: 0), let body = try self.json(row.text(4)) else { return nil }
            return StoredObject(key: key, revision: Revision(try row.integer(3)), body: body)
        }
        for case let object? in rows { byKey[object.key] = object }
    }

    private func write(_ change: Change) throws(StorageError) {
        let key = change.key
        let name: [SQLValue] = [.text(key.kind.id), .text(key.namespace), .text(key.name)]
        if let new = change.new {
            try database.execute(
                "INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?)",
                name + [.integer(change.revision.number), .text(new.text)])
        } else {
            try database.execute("DELETE FROM object WHERE resource = ? AND namespace = ? AND name = ?", name)
        }
        try database.execute(
            "INSERT INTO change VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .integer(change.revision.number), .integer(change.time.nanosecondsSinceEpoch),
                .text(change.author.who), .text(change.author.why),
            ] + name + [.optional(change.old?.text), .optional(change.new?.text)])
    }

    private func readChanges(_ tail: String, _ values: [SQLValue]) throws(StorageError) -> [Change] {
        try database.rows(
            "SELECT revision, time, who, why, resource, namespace, name, old, new FROM change \(tail)", values
        ) { (row) throws(StorageError) -> Change? in
            guard let key = try self.key(row, from: 4) else { return nil }
            return Change(
                revision: Revision(try row.integer(0)),
                time: WallTime(nanosecondsSinceEpoch: try row.integer(1)),
                author: Author(who: try row.text(2), why: try row.text(3)), key: key,
                old: try row.optionalText(7).flatMap(self.json), new: try row.optionalText(8).flatMap(self.json))
        }.compactMap(\.self)
    }

    func key(_ row: Row, from column: Int32) throws(StorageError) -> ObjectKey? {
        guard let resource = ResourceKind.withID(try row.text(column)) else { return nil }
        return ObjectKey(kind: resource, namespace: try row.text(column + 1), name: try row.text(column + 2))
    }

    /// What we wrote ourselves; unreadable only when somebody else has edited the file.
    private func json(_ text: String) -> JSONValue? { try? JSONValue.parse(Array(text.utf8)) }
}

extension JSONValue {
    fileprivate func withResourceVersion(_ revision: Revision) -> JSONValue {
        var result = self
        var metadata = self["metadata"]?.object ?? [:]
        metadata["resourceVersion"] = .string(revision.description)
        result["metadata"] = .object(metadata)
        return result
    }

    fileprivate var withoutResourceVersion: JSONValue {
        guard var metadata = self["metadata"]?.object else { return self }
        var result = self
        metadata["resourceVersion"] = nil
        result["metadata"] = .object(metadata)
        return result
    }
}
