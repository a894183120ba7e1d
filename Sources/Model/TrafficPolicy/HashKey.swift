/// What of a request chooses its endpoint in a cluster with consistent hashing.
package struct HashKey: Sendable, Hashable {
    package enum Source: Sendable, Hashable {
        /// In lower case.
        case header([UInt8])
        /// With a lifetime the proxy sets it where it is missing; 0 ends with the browser's session.
        case cookie(name: [UInt8], path: String, lifetime: Duration?)
        case queryParameter([UInt8])
        /// The address that the connection came from, without its port.
        case sourceAddress
    }

    package var source: Source
    /// True when the keys after it count only if this one was missing.
    package var isTerminal: Bool

    package init(_ source: Source, isTerminal: Bool = false) {
        self.source = source
        self.isTerminal = isTerminal
    }

    /// The hash of all keys that the request has, joined as Envoy joins them; nothing when it has none.
    ///
    /// - Parameter value: the bytes of a key, or nothing.
    package static func hash(of keys: [HashKey], value: (HashKey) -> [UInt8]?) -> UInt64? {
        var result: UInt64?
        for key in keys {
            if let bytes = value(key) {
                result = (result.map { $0 << 1 | $0 >> 63 } ?? 0) ^ XXHash64.hash(bytes)
            }
            if key.isTerminal, result != nil { break }
        }
        return result
    }

    /// The value of a cookie in a `cookie` header, without its quotes.
    package static func cookie(_ name: [UInt8], in header: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        for pair in header.split(separator: UInt8(ascii: ";")) {
            let pair = pair.drop { $0 == UInt8(ascii: " ") }
            guard let sign = pair.firstIndex(of: UInt8(ascii: "=")), pair[..<sign].elementsEqual(name) else { continue }
            let value = pair[(sign + 1)...]
            guard value.count >= 2, value.first == UInt8(ascii: "\""), value.last == UInt8(ascii: "\"") else {
                return value
            }
            return value.dropFirst().dropLast()
        }
        return nil
    }

    /// The first value of a query parameter of a request's target.
    package static func queryParameter(_ name: [UInt8], in target: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        target.queryParameter(name)
    }

    /// A `set-cookie` for a client without the cookie, and its value: the same for one connection, whichever of its
    /// requests comes first.
    package static func newCookie(
        name: [UInt8], path: String, lifetime: Duration, connection: String
    ) -> (field: String, value: [UInt8]) {
        let digits = String(XXHash64.hash(connection.utf8), radix: 16)
        let value = String(repeating: "0", count: 16 - digits.count) + digits
        let seconds = lifetime.components.seconds
        let field =
            "\(String(decoding: name, as: UTF8.self))=\"\(value)\""
            + (seconds > 0 ? "; Max-Age=\(seconds)" : "") + (path.isEmpty ? "" : "; Path=\(path)") + "; HttpOnly"
        return (field, Array(value.utf8))
    }
}
