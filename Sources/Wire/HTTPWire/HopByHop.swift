extension HeaderBlock {
    /// Removes the fields of RFC 9110 §7.6.1 and those that `Connection` names. See ``MessageHead/removeHopByHop()``.
    mutating func removeHopByHop() {
        var named: [[UInt8]] = []
        for index in fields.indices where isHopByHop(index) {
            guard Self.connection.bytes.count == Int(fields[index].nameLength) else { continue }
            for option in storage[valueRange(index)].split(separator: 0x2c) {
                let name = option.drop(while: ByteClass.isBlank).reversed().drop(while: ByteClass.isBlank).reversed()
                named.append(Array(name))
            }
        }
        for name in named {
            name.withUnsafeBytes { name in
                // `close` and `keep-alive` are options, not fields; and a peer must not have us drop the fields that
                // framing and routing rest on.
                if !Self.protected.contains(where: { equalIgnoringCase($0.bytes, name) }) { removeAll(name) }
            }
        }
        var kept = 0
        for index in fields.indices where !isHopByHop(index) {
            fields[kept] = fields[index]
            kept += 1
        }
        fields.removeLast(fields.count - kept)
    }

    private func isHopByHop(_ index: Int) -> Bool {
        let field = fields[index]
        return storage.withUnsafeBytes { bytes in
            Self.isConnectionField(Self.slice(bytes, field.line, field.line &+ field.nameLength))
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

    private static var te: HeaderName { "te" }
    private static var upgrade: HeaderName { "upgrade" }
    private static var connection: HeaderName { "connection" }
    private static var keepAlive: HeaderName { "keep-alive" }
    private static var proxyConnection: HeaderName { "proxy-connection" }
    private static let protected: [HeaderName] = [
        "host", "content-length", "transfer-encoding", "close", "keep-alive", "authorization", "cookie",
    ]
}
