package import MeshConfig
package import Storage

/// A file of the configuration directory as it was last applied.
package struct AppliedFile: Hashable, Sendable {
    /// Relative to the directory.
    package let path: String
    /// A hash of its bytes.
    package let fingerprint: String
    /// What it declares.
    package let keys: [ObjectKey]

    package init(path: String, fingerprint: String, keys: [ObjectKey]) {
        self.path = path
        self.fingerprint = fingerprint
        self.keys = keys
    }
}

extension ConfigurationStore {
    /// Every file as it was last applied, by path.
    package func appliedFiles() throws(StorageError) -> [String: AppliedFile] {
        try withDatabase { (database) throws(StorageError) in
            let fingerprints = try database.rows("SELECT path, fingerprint FROM file") {
                (row) throws(StorageError) in (path: try row.text(0), fingerprint: try row.text(1))
            }
            let owned = try database.rows("SELECT path, resource, namespace, name FROM file_object") {
                (row) throws(StorageError) in (path: try row.text(0), key: try self.key(row, from: 1))
            }
            let keys = Dictionary(grouping: owned, by: \.path).mapValues { $0.compactMap(\.key).sorted() }
            var result: [String: AppliedFile] = [:]
            for (path, fingerprint) in fingerprints {
                result[path] = AppliedFile(path: path, fingerprint: fingerprint, keys: keys[path] ?? [])
            }
            return result
        }
    }

    /// Part of a commit's transaction.
    func remember(_ file: AppliedFile) throws(StorageError) {
        try withDatabase { (database) throws(StorageError) in
            try database.execute("DELETE FROM file WHERE path = ?", [.text(file.path)])
            try database.execute("INSERT INTO file VALUES (?, ?)", [.text(file.path), .text(file.fingerprint)])
            for key in Set(file.keys) {
                try database.execute(
                    "INSERT INTO file_object VALUES (?, ?, ?, ?)",
                    [.text(file.path), .text(key.kind.id), .text(key.namespace), .text(key.name)])
            }
        }
    }
}
