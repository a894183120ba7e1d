/// Writing into a growing array: a cursor that is always at the end.
extension [UInt8] {
    /// Appends a literal without making a `String`.
    package mutating func append(ascii text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// Appends the UTF-8 of `text`.
    package mutating func append(text: some StringProtocol) {
        append(contentsOf: text.utf8)
    }

    /// Appends `value`, of at most 64 bits, in decimal digits, with a minus sign when negative.
    package mutating func append(decimal value: some FixedWidthInteger) {
        if value < 0 { append(UInt8(ascii: "-")) }
        var magnitude = UInt64(clamping: value.magnitude)
        let start = count
        repeat {
            append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: magnitude % 10))
            magnitude /= 10
        } while magnitude > 0
        self[start...].reverse()
    }

    package mutating func append(bigEndian value: some FixedWidthInteger) {
        appendBytes(of: value.bigEndian)
    }

    package mutating func append(littleEndian value: some FixedWidthInteger) {
        appendBytes(of: value.littleEndian)
    }

    private mutating func appendBytes<Value: FixedWidthInteger>(of value: Value) {
        // Sound: the pointer covers exactly the local's own bytes, and lives inside the closure.
        Swift.withUnsafeBytes(of: value) { append(contentsOf: $0) }
    }
}
