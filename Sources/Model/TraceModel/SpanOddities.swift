/// What is wrong with a span, as far as one can see. Such a span is shown all the same, and its faults beside it.
///
/// Some show in the span alone and stay with it (``endsBeforeStart``, ``startIsMissing``, ``isInFuture``); the others
/// only show in its trace, and ``TraceTree`` finds them.
package struct SpanOddities: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// It ended before it began, or has a negative duration; it is kept with none.
    package static let endsBeforeStart = SpanOddities(rawValue: 1)
    /// No start was sent; it is drawn where its parent starts.
    package static let startIsMissing = SpanOddities(rawValue: 2)
    /// It ended after it was received, by more than clocks usually differ.
    package static let isInFuture = SpanOddities(rawValue: 4)
    /// Its parent has not arrived.
    package static let parentIsMissing = SpanOddities(rawValue: 8)
    /// It was in a circle of parents, which was cut above it.
    package static let isInCircle = SpanOddities(rawValue: 16)
    /// Another span has the same id, and the two are not the halves of one call, which Zipkin lets share theirs.
    package static let idIsRepeated = SpanOddities(rawValue: 32)
    /// It was moved, since its host's clock and its parent's do not agree; see ``ClockSkew``.
    package static let isMoved = SpanOddities(rawValue: 64)

    /// A few words for each, in a fixed order.
    package var words: [String] { Self.wording.compactMap { contains($0.oddity) ? $0.words : nil } }

    /// The oddities of which ``words`` are here; other texts are passed over.
    package init(words: some Sequence<String>) {
        self = []
        for text in words {
            if let known = Self.wording.first(where: { $0.words == text }) { formUnion(known.oddity) }
        }
    }

    private static let wording: [(oddity: SpanOddities, words: String)] = [
        (.endsBeforeStart, "ends before it starts"), (.startIsMissing, "start missing"),
        (.isInFuture, "in the future"), (.parentIsMissing, "parent missing"), (.isInCircle, "circle of parents"),
        (.idIsRepeated, "id repeated"), (.isMoved, "clock corrected"),
    ]
}
