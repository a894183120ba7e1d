/// A regular expression as RE2 understands it, which is what Istio, Envoy and Kiali mean by the word.
///
/// Work grows with the text and no faster, whatever the pattern; there are no back references and no look-around
/// (<https://github.com/google/re2/wiki/Syntax>). A pattern holds at most ``maximumMemoryBytes``, filled as texts ask for
/// it, and any number of threads may use one at once. Two are equal when they are written alike.
package struct Pattern: Hashable, Sendable, CustomStringConvertible {
    /// As written.
    package let source: String
    package let ignoresCase: Bool
    let expression: Expression

    /// Bytes of program and caches: RE2's own default, so that what Envoy takes is taken here.
    package static let maximumMemoryBytes = 8 << 20
    /// UTF-8 bytes of the longest pattern; what the memory allows would be some hundred thousand.
    package static let maximumSourceBytes = 64 << 10

    /// - Throws: what cannot be read, where, and what to write instead.
    package init(_ source: String, ignoringCase: Bool = false) throws(PatternError) {
        expression = try Expression(source, ignoringCase: ignoringCase)
        self.source = source
        ignoresCase = ignoringCase
    }

    package static func == (left: Pattern, right: Pattern) -> Bool {
        left.source == right.source && left.ignoresCase == right.ignoresCase
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(source)
        hasher.combine(ignoresCase)
    }

    package var description: String { source }

    /// Capturing groups, the whole match not counted.
    package var groupCount: Int { expression.groupCount }
}

extension Pattern {
    /// Whether some part of `text` matches; the empty pattern is found in every text.
    package func isFound(in text: String) -> Bool { expression.matches(text, whole: false) }

    /// Whether `text` matches from its first byte to its last, as Envoy's `safe_regex` wants.
    package func matchesWhole(_ text: String) -> Bool { expression.matches(text, whole: true) }

    /// The same for bytes that need not be UTF-8: a byte that is none matches nothing but `\C`.
    package func isFound(in bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { expression.matches($0, whole: false) } }

    /// The same for bytes that need not be UTF-8: a byte that is none matches nothing but `\C`.
    package func matchesWhole(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBytes { expression.matches($0, whole: true) }
    }

    /// The same for a part of other bytes, without a copy.
    package func matchesWhole(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBytes { expression.matches($0, whole: true) }
    }
}
