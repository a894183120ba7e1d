/// How many requests a second.
package struct RequestsPerSecond: Hashable, Comparable, Sendable {
    package var value: Double

    package init(_ value: Double) {
        self.value = value
    }

    package static let zero = RequestsPerSecond(0)

    package static func < (left: RequestsPerSecond, right: RequestsPerSecond) -> Bool { left.value < right.value }
    package static func + (left: RequestsPerSecond, right: RequestsPerSecond) -> RequestsPerSecond {
        RequestsPerSecond(left.value + right.value)
    }
    package static func += (left: inout RequestsPerSecond, right: RequestsPerSecond) { left.value += right.value }
}

/// How many bytes a second.
package struct BytesPerSecond: Hashable, Comparable, Sendable {
    package var value: Double

    package init(_ value: Double) {
        self.value = value
    }

    package static let zero = BytesPerSecond(0)

    package static func < (left: BytesPerSecond, right: BytesPerSecond) -> Bool { left.value < right.value }
    package static func + (left: BytesPerSecond, right: BytesPerSecond) -> BytesPerSecond {
        BytesPerSecond(left.value + right.value)
    }
    package static func += (left: inout BytesPerSecond, right: BytesPerSecond) { left.value += right.value }
}

/// A share of a whole, from 0 to 1. It becomes percent only when it is printed.
package struct Ratio: Hashable, Comparable, Sendable {
    package let value: Double

    /// The nearest ratio to `value`; what is not a number becomes 0.
    package init(_ value: Double) {
        self.value = value.isNaN ? 0 : min(max(value, 0), 1)
    }

    /// `part` of `whole`, or nothing when the whole is not positive: the share of nothing is unknown, not 0.
    package init?(_ part: Double, of whole: Double) {
        guard whole > 0 else { return nil }
        self.init(part / whole)
    }

    package static let none = Ratio(0)
    package static let all = Ratio(1)

    package static func < (left: Ratio, right: Ratio) -> Bool { left.value < right.value }
}
