import JSONWire

extension DestinationRule {
    /// Istio's `consistentHash`: requests that have the same key go to the same endpoint while that is there.
    package struct ConsistentHash: Hashable, Sendable {
        package enum Key: Hashable, Sendable {
            case header(String)
            /// Set where it is missing, if there is a lifetime.
            case cookie(name: String, path: String, lifetime: Duration?)
            case sourceAddress
            case queryParameter(String)
        }

        package enum Algorithm: Hashable, Sendable {
            /// 1024 points at least where nothing is said.
            case ring(minimum: Int?)
            /// 65537 entries where nothing is said.
            case maglev(size: Int?)
        }

        package var key: Key
        package var algorithm: Algorithm

        package init(_ key: Key, _ algorithm: Algorithm = .ring(minimum: nil)) {
            self.key = key
            self.algorithm = algorithm
        }
    }
}

extension DestinationRule.ConsistentHash {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields([
            "httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName", "ringHash", "maglev",
            "minimumRingSize",
        ])
        switch try fields.one(of: "httpHeaderName", "httpCookie", "useSourceIp", "httpQueryParameterName") {
        case ("httpHeaderName", let name)?: key = .header(try name.nonEmptyString().lowercased())
        case ("httpQueryParameterName", let name)?: key = .queryParameter(try name.nonEmptyString())
        case ("useSourceIp", let value)?:
            guard try value.bool() else { throw value.error("says nothing when false; remove it, or name another key") }
            key = .sourceAddress
        case (_, let cookie)?:
            let cookie = try cookie.fields(["name", "path", "ttl"], unsupported: ["attributes"])
            key = .cookie(
                name: try cookie.required("name").nonEmptyString(), path: try cookie["path"]?.string() ?? "",
                lifetime: try cookie["ttl"]?.duration())
        case nil:
            throw reader.error(
                "needs a key: \"httpHeaderName\", \"httpCookie\", \"useSourceIp\" or \"httpQueryParameterName\"")
        }
        switch try fields.one(of: "ringHash", "maglev", "minimumRingSize") {
        case ("maglev", let maglev)?:
            let size = try maglev.fields(["tableSize"])["tableSize"]
            algorithm = .maglev(size: try size?.prime(in: 2...5_000_011))
        case ("ringHash", let ring)?:
            algorithm = .ring(
                minimum: try ring.fields(["minimumRingSize"])["minimumRingSize"]?.integer(in: 1...8_388_608))
        case (_, let size)?: algorithm = .ring(minimum: try size.integer(in: 1...8_388_608))
        case nil: algorithm = .ring(minimum: nil)
        }
    }
}
