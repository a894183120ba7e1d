/// A field name, for looking fields up without making strings. Compared without regard to case.
package struct HeaderName: Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    let text: StaticString

    /// - Precondition: an ASCII literal.
    @inline(__always)
    package init(stringLiteral text: StaticString) {
        self.text = text
    }

    package var description: String { text.description }

    @inline(__always)
    var bytes: UnsafeRawBufferPointer {
        // A string literal lives in the program's read-only data, forever.
        UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }
}

/// Whether two pieces of text are equal without regard to ASCII case.
@inline(__always)
func equalIgnoringCase(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
    guard left.count == right.count else { return false }
    var index = 0
    while index < left.count {
        let a = left[index]
        let b = right[index]
        if a != b, ByteClass.lowercased(a) != ByteClass.lowercased(b) { return false }
        index &+= 1
    }
    return true
}
