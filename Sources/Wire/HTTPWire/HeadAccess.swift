// What requests are edited with, once for each kind of head and not by the protocol's extension: code of another module
// calls these directly, where a generic function would fetch the fields through a table and copy them for every look.

extension RequestHead {
    package func contains(_ name: HeaderName) -> Bool { block.block.index(of: name.bytes) != nil }

    package func value(of name: HeaderName) -> ArraySlice<UInt8>? { block.value(of: name) }

    package func value(ofFieldNamed name: [UInt8]) -> ArraySlice<UInt8>? { block.value(ofFieldNamed: name) }

    /// Every value of a field that may be sent several times, in order.
    package func values(of name: HeaderName) -> [ArraySlice<UInt8>] {
        var values: [ArraySlice<UInt8>] = []
        var start = 0
        while let index = block.block.index(of: name.bytes, from: start) {
            values.append(block.block.storage[block.block.valueRange(index)])
            start = index + 1
        }
        return values
    }

    /// Whether some field's name begins with `prefix`.
    package func names(beginningWith prefix: HeaderName) -> Bool { block.block.hasName(beginningWith: prefix.bytes) }

    package mutating func add(_ name: HeaderName, _ value: [UInt8]) {
        value.withUnsafeBytes { block.block.add(name.bytes, $0) }
    }

    package mutating func add(_ name: HeaderName, bytes: UnsafeRawBufferPointer) {
        block.block.add(name.bytes, bytes)
    }

    @discardableResult
    package mutating func remove(_ name: HeaderName) -> Bool { block.block.removeAll(name.bytes) }

    /// Whether `Connection` names fields that must not travel on; see ``MessageHead/removeHopByHop()``.
    package var namesHopByHopFields: Bool { block.block.namesHopByHopFields }
}

extension ResponseHead {
    package func contains(_ name: HeaderName) -> Bool { block.block.index(of: name.bytes) != nil }

    package func value(of name: HeaderName) -> ArraySlice<UInt8>? { block.value(of: name) }

    package mutating func add(_ name: HeaderName, _ value: [UInt8]) {
        value.withUnsafeBytes { block.block.add(name.bytes, $0) }
    }

    package mutating func add(_ name: HeaderName, bytes: UnsafeRawBufferPointer) {
        block.block.add(name.bytes, bytes)
    }

    @discardableResult
    package mutating func remove(_ name: HeaderName) -> Bool { block.block.removeAll(name.bytes) }

    /// Whether `Connection` names fields that must not travel on; see ``MessageHead/removeHopByHop()``.
    package var namesHopByHopFields: Bool { block.block.namesHopByHopFields }
}

extension HeaderBlock {
    func hasName(beginningWith prefix: UnsafeRawBufferPointer) -> Bool {
        storage.withUnsafeBytes { bytes in
            fields.contains { field in
                Int(field.nameLength) >= prefix.count
                    && equalIgnoringCase(prefix, Self.slice(bytes, field.line, field.line &+ UInt32(prefix.count)))
            }
        }
    }

    /// What `Connection` says about the connection itself is dropped by whoever writes the head, so that the usual
    /// `keep-alive` and `close` need no work.
    var namesHopByHopFields: Bool {
        let name: HeaderName = "connection"
        guard let index = index(of: name.bytes) else { return false }
        return storage.withUnsafeBytes { bytes in
            let value = UnsafeRawBufferPointer(rebasing: bytes[valueRange(index)])
            let keepAlive: HeaderName = "keep-alive"
            let close: HeaderName = "close"
            return !equalIgnoringCase(value, keepAlive.bytes) && !equalIgnoringCase(value, close.bytes)
        }
    }
}
