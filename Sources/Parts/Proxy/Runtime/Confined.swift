/// A value of one thread on its way through another, which must not touch it.
///
/// Sound because of who opens it: only closures submitted to the loop that the value belongs to read ``value``.
struct Confined<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
