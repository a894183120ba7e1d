package import Quantities
package import Storage

/// What became of a workload's one-time token.
package enum TokenVerdict: Hashable, Sendable {
    /// It was good, and is now used up. It stands for this WorkloadEntry.
    case accepted(namespace: String, entry: String)
    case unknown, used, expired
}

/// A certificate that was given to a workload. The certificate itself is not kept.
package struct IssuedCertificate: Hashable, Sendable {
    package let serial: String
    package let identity: String
    package let issued: WallTime
    package let expires: WallTime
}

extension ConfigurationStore {
    /// Makes `hash` the one token that admits a WorkloadEntry; an older one stops working.
    package func issueToken(
        hash: String, namespace: String, entry: String, expires: WallTime
    ) throws(StorageError) {
        try withDatabase { (database) throws(StorageError) in
            try database.transaction { () throws(StorageError) in
                try database.execute(
                    "DELETE FROM token WHERE namespace = ? AND entry = ?", [.text(namespace), .text(entry)])
                try database.execute(
                    "INSERT INTO token VALUES (?, ?, ?, ?, NULL)",
                    [.text(hash), .text(namespace), .text(entry), .integer(expires.nanosecondsSinceEpoch)])
            }
        }
    }

    /// What a token stands for, when it may still be used.
    package func token(hash: String, at time: WallTime) throws(StorageError) -> TokenVerdict {
        try withDatabase { (database) throws(StorageError) in
            try database.rows("SELECT namespace, entry, expires, used FROM token WHERE hash = ?", [.text(hash)]) {
                (row) throws(StorageError) -> TokenVerdict in
                if try row.optionalInteger(3) != nil { return .used }
                if try row.integer(2) <= time.nanosecondsSinceEpoch { return .expired }
                return .accepted(namespace: try row.text(0), entry: try row.text(1))
            }.first ?? .unknown
        }
    }

    /// Records a certificate and, when it was given for a token, the end of that token: both or neither.
    ///
    /// Records of certificates that have expired by `issued` are dropped.
    package func recordCertificate(
        serial: String, identity: String, issued: WallTime, expires: WallTime, usingToken hash: String?
    ) throws(StorageError) {
        try withDatabase { (database) throws(StorageError) in
            try database.transaction { () throws(StorageError) in
                let now = SQLValue.integer(issued.nanosecondsSinceEpoch)
                if let hash { try database.execute("UPDATE token SET used = ? WHERE hash = ?", [now, .text(hash)]) }
                try database.execute("DELETE FROM certificate WHERE expires <= ?", [now])
                try database.execute(
                    "INSERT OR REPLACE INTO certificate VALUES (?, ?, ?, ?)",
                    [.text(serial), .text(identity), now, .integer(expires.nanosecondsSinceEpoch)])
            }
        }
    }

    /// The certificates that are recorded and valid at `time`, newest first; at most `limit`.
    package func certificates(at time: WallTime, limit: Int) throws(StorageError) -> [IssuedCertificate] {
        try withDatabase { (database) throws(StorageError) in
            try database.rows(
                "SELECT serial, identity, issued, expires FROM certificate WHERE expires > ?"
                    + " ORDER BY issued DESC, serial LIMIT ?",
                [.integer(time.nanosecondsSinceEpoch), .integer(Int64(limit))]
            ) { (row) throws(StorageError) in
                IssuedCertificate(
                    serial: try row.text(0), identity: try row.text(1),
                    issued: WallTime(nanosecondsSinceEpoch: try row.integer(2)),
                    expires: WallTime(nanosecondsSinceEpoch: try row.integer(3)))
            }
        }
    }

    /// How many certificates are recorded that have not been dropped as expired.
    package func certificateCount() throws(StorageError) -> Int {
        try withDatabase { (database) throws(StorageError) in
            Int(
                try database.rows("SELECT count(*) FROM certificate") {
                    (row) throws(StorageError) in try row.integer(0)
                }.first ?? 0)
        }
    }
}
