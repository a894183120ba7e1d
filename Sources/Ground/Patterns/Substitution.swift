/// A pattern and what its matches become: Envoy's `regex_rewrite`.
package struct Substitution: Hashable, Sendable {
    package let pattern: Pattern
    package let rewrite: PatternRewrite

    /// - Throws: when `rewrite` names groups that the pattern has not.
    package init(_ pattern: Pattern, _ rewrite: String) throws(PatternError) {
        self.pattern = pattern
        self.rewrite = try pattern.rewrite(rewrite)
    }

    /// The bytes with every match replaced; nil when they could become more than ``Pattern/maximumReplacementBytes``.
    package func applied(to bytes: ArraySlice<UInt8>) -> [UInt8]? {
        pattern.replacingMatches(in: bytes, with: rewrite)
    }
}
