/// What request and response heads have in common: their fields.
package protocol MessageHead: Sendable {
    /// The fields, over their bytes. Opaque outside this module.
    var block: HeaderFields { get set }
}

/// The fields of a head. A wrapper that keeps their layout this module's business.
///
/// The work is done here and not in the protocol's extension: a generic function of another module would look every
/// field up through a table of witnesses, copying the fields on the way.
package struct HeaderFields: Sendable {
    var block: HeaderBlock

    init(_ block: HeaderBlock) {
        self.block = block
    }

    package var count: Int { block.count }

    package func value(of name: HeaderName) -> ArraySlice<UInt8>? {
        block.index(of: name.bytes).map { block.storage[block.valueRange($0)] }
    }

    package func value(ofFieldNamed name: [UInt8]) -> ArraySlice<UInt8>? {
        name.withUnsafeBytes { name in block.index(of: name).map { block.storage[block.valueRange($0)] } }
    }

    package func text(of name: String) -> String? {
        var name = name
        return name.withUTF8 { name in
            block.index(of: UnsafeRawBufferPointer(name)).map { block.text(block.valueRange($0)) }
        }
    }

    package func withValue<Result>(of name: HeaderName, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        guard let index = block.index(of: name.bytes) else { return nil }
        return block.storage.withUnsafeBytes {
            body(UnsafeRawBufferPointer(rebasing: $0[block.valueRange(index)]))
        }
    }

    package func contains(_ name: HeaderName) -> Bool { block.index(of: name.bytes) != nil }

    package func forEachField(_ body: (_ name: String, _ value: String) -> Void) {
        for index in 0..<block.count {
            body(block.text(block.nameRange(index)), block.text(block.valueRange(index)))
        }
    }

    package mutating func add(_ name: HeaderName, bytes: UnsafeRawBufferPointer) {
        block.add(name.bytes, bytes)
    }

    package mutating func add(_ name: String, _ value: String) {
        var name = name
        var value = value
        guard !name.isEmpty, name.utf8.allSatisfy(ByteClass.isToken) else { return }
        name.withUTF8 { name in
            value.withUTF8 { value in block.add(UnsafeRawBufferPointer(name), UnsafeRawBufferPointer(value)) }
        }
    }

    package mutating func add(_ name: HeaderName, decimal value: Int) {
        withDecimal(value) { block.add(name.bytes, $0) }
    }

    package mutating func remove(_ name: HeaderName) -> Bool { block.removeAll(name.bytes) }

    package mutating func remove(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { block.removeAll(UnsafeRawBufferPointer($0)) }
    }

    package mutating func removeHopByHop() { block.removeHopByHop() }
}

extension MessageHead {
    /// How many fields there are.
    @inlinable
    package var fieldCount: Int { block.count }

    /// The first value of a field as text; for cold code.
    @inlinable
    package subscript(_ name: String) -> String? { block.text(of: name) }

    /// The first value of a field as bytes, without the blanks around it.
    @inlinable
    package func value(of name: HeaderName) -> ArraySlice<UInt8>? { block.value(of: name) }

    /// The same, for a name that comes from configuration.
    @inlinable
    package func value(ofFieldNamed name: [UInt8]) -> ArraySlice<UInt8>? { block.value(ofFieldNamed: name) }

    /// Calls `body` with the first value of a field, in place.
    @inlinable
    package func withValue<Result>(of name: HeaderName, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        block.withValue(of: name, body)
    }

    @inlinable
    package func contains(_ name: HeaderName) -> Bool { block.contains(name) }

    /// Calls `body` with every name and value, in order; for cold code.
    @inlinable
    package func forEachField(_ body: (_ name: String, _ value: String) -> Void) { block.forEachField(body) }

    /// Adds a field after the others. Bytes that a value may not hold become spaces.
    @inlinable
    package mutating func add(_ name: HeaderName, _ value: [UInt8]) {
        value.withUnsafeBytes { block.add(name, bytes: $0) }
    }

    /// Adds a field after the others. Bytes that a value may not hold become spaces.
    @inlinable
    package mutating func add(_ name: HeaderName, _ value: some Sequence<UInt8>) {
        let isAdded: Void? = value.withContiguousStorageIfAvailable {
            block.add(name, bytes: UnsafeRawBufferPointer($0))
        }
        if isAdded == nil { Array(value).withUnsafeBytes { block.add(name, bytes: $0) } }
    }

    @inlinable
    package mutating func add(_ name: HeaderName, bytes: UnsafeRawBufferPointer) { block.add(name, bytes: bytes) }

    /// Adds a field from text. A name that is no token is refused: nothing is added.
    @inlinable
    package mutating func add(_ name: String, _ value: String) { block.add(name, value) }

    @inlinable
    package mutating func add(_ name: HeaderName, decimal value: Int) { block.add(name, decimal: value) }

    /// Removes every field of that name and adds one.
    @inlinable
    package mutating func replace(_ name: HeaderName, _ value: some Sequence<UInt8>) {
        remove(name)
        add(name, value)
    }

    @inlinable
    package mutating func replace(_ name: String, _ value: String) {
        remove(name)
        add(name, value)
    }

    /// Removes every field of that name, and tells whether there was one.
    @inlinable
    @discardableResult
    package mutating func remove(_ name: HeaderName) -> Bool { block.remove(name) }

    @inlinable
    @discardableResult
    package mutating func remove(_ name: String) -> Bool { block.remove(name) }

    /// Removes what was meant for the last hop only: the fields that `Connection` names, and those of RFC 9110 §7.6.1.
    ///
    /// `Transfer-Encoding` stays until the head is written: a writer decides the framing of its own connection and
    /// skips it then.
    @inlinable
    package mutating func removeHopByHop() { block.removeHopByHop() }
}

/// Calls `body` with the decimal digits of `value`.
@inline(__always)
func withDecimal<Result>(_ value: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { buffer in
        var rest = value.magnitude
        var index = 20
        repeat {
            index &-= 1
            buffer[index] = UInt8(truncatingIfNeeded: rest % 10) &+ 0x30
            rest /= 10
        } while rest > 0
        if value < 0 {
            index &-= 1
            buffer[index] = 0x2d
        }
        return body(UnsafeRawBufferPointer(rebasing: buffer[index...]))
    }
}
