/// A position in the store's history. Every change of one object takes the next one; they are never reused.
package struct Revision: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let number: Int64

    package init(_ number: Int64) {
        self.number = number
    }

    package var next: Revision { Revision(number &+ 1) }

    /// As it appears in `metadata.resourceVersion`.
    package var description: String { String(number) }

    package static func < (left: Revision, right: Revision) -> Bool { left.number < right.number }
}
