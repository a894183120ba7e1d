/// A value behind one reference: handing it on costs one count, however much it is. Who changes it while somebody else
/// has it too gets a copy of its own, so that it behaves as the value would.
///
/// Unchecked: what is behind the reference is changed only while there is no second one.
struct Shared<Value: Sendable>: @unchecked Sendable {
    private final class Storage {
        var value: Value
        init(_ value: consuming Value) { self.value = value }
    }

    private var storage: Storage

    init(_ value: consuming Value) { storage = Storage(value) }

    var value: Value {
        _read { yield storage.value }
        _modify {
            if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.value) }
            yield &storage.value
        }
    }
}

extension Shared: Equatable where Value: Equatable {
    static func == (left: Shared, right: Shared) -> Bool {
        left.storage === right.storage || left.value == right.value
    }
}

extension Shared: Hashable where Value: Hashable {
    func hash(into hasher: inout Hasher) { value.hash(into: &hasher) }
}

extension Shared: CustomReflectable {
    /// What is behind the reference: who looks at it does not look at a reference.
    var customMirror: Mirror { Mirror(reflecting: value) }
}
