extension HeaderBlock {
    /// Removes the fields of RFC 9110 §7.6.1 and those that `Connection` names. See ``MessageHead/removeHopByHop()``.
    mutating func removeHopByHop() {
        var index = 0
        while index < fields.count {
            guard hopByHop(index) else {
                index &+= 1
                continue
            }
            let named = namedByConnection(index)
            fields.remove(at: index)
            guard !named.isEmpty else { continue }
            for name in named { name.withUnsafeBytes { _ = removeAll($0) } }
            // Fields before this one may have gone.
            index = 0
        }
    }

    @inline(__always)
    private func hopByHop(_ index: Int) -> Bool {
        let field = fields[index]
        // Lengths first: almost every field is decided without looking at its name.
        switch field.nameLength {
        case 2, 7, 10, 16:
            return storage.withUnsafeBytes {
                Self.isConnectionField(Self.slice($0, field.line, field.line &+ field.nameLength))
            }
        default: return false
        }
    }

    /// The fields that a Connection field names, without those that are none or that must stay: `close` and `keep-alive`
    /// are options, and a peer must not have us drop the fields that framing and routing rest on.
    private func namedByConnection(_ index: Int) -> [[UInt8]] {
        storage.withUnsafeBytes { bytes in
            let field = fields[index]
            let value = Self.slice(bytes, field.value, field.valueEnd)
            // By far the most usual ones.
            if equalIgnoringCase(value, Self.close.bytes) || equalIgnoringCase(value, Self.keepAlive.bytes) {
                return []
            }
            let name = Self.slice(bytes, field.line, field.line &+ field.nameLength)
            guard equalIgnoringCase(name, Self.connection.bytes) else { return [] }
            return value.split(separator: 0x2c).map { option in
                option.drop(while: ByteClass.isBlank).reversed().drop(while: ByteClass.isBlank).reversed()
            }.filter { name in
                name.withUnsafeBytes { name in
                    !name.isEmpty && !Self.protected.contains { equalIgnoringCase($0.bytes, name) }
                }
            }
        }
    }

    /// Whether a field concerns one connection only. Lengths first: almost every field is decided by its length alone.
    @inline(__always)
    static func isConnectionField(_ name: UnsafeRawBufferPointer) -> Bool {
        switch name.count {
        case 2: equalIgnoringCase(name, te.bytes)
        case 7: equalIgnoringCase(name, upgrade.bytes)
        case 10: equalIgnoringCase(name, connection.bytes) || equalIgnoringCase(name, keepAlive.bytes)
        case 16: equalIgnoringCase(name, proxyConnection.bytes)
        default: false
        }
    }

    private static var close: HeaderName { "close" }
    private static var te: HeaderName { "te" }
    private static var upgrade: HeaderName { "upgrade" }
    private static var connection: HeaderName { "connection" }
    private static var keepAlive: HeaderName { "keep-alive" }
    private static var proxyConnection: HeaderName { "proxy-connection" }
    private static let protected: [HeaderName] = [
        "host", "content-length", "transfer-encoding", "close", "keep-alive", "authorization", "cookie",
    ]
}
