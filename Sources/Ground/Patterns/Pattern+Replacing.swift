extension Pattern {
    /// Bytes that a replacement may come to; reckoned beforehand as if every place of the text matched.
    package static let maximumReplacementBytes = 16 << 20

    /// `text` with every match, from left to right, put as `rewrite` says; what does not match stays.
    ///
    /// - Returns: nil when the result could be longer than ``maximumReplacementBytes``.
    package func replacingMatches(in text: String, with rewrite: PatternRewrite) -> String? {
        guard fits(length: text.utf8.count, rewrite) else { return nil }
        var text = text
        return text.withUTF8 { utf8 in
            expression.replacingMatches(in: UnsafeRawBufferPointer(utf8), with: rewrite.source) {
                // Invalid UTF-8, which `\C` can cut out of a character, becomes U+FFFD.
                String(decoding: $0, as: UTF8.self)
            }
        }
    }

    /// The same for bytes that need not be UTF-8; those that are none stay as they are.
    package func replacingMatches(in bytes: ArraySlice<UInt8>, with rewrite: PatternRewrite) -> [UInt8]? {
        guard fits(length: bytes.count, rewrite) else { return nil }
        return bytes.withUnsafeBytes { expression.replacingMatches(in: $0, with: rewrite.source) { Array($0) } }
    }

    private func fits(length: Int, _ rewrite: PatternRewrite) -> Bool {
        // Matches do not overlap, so one reference copies the text at most once; literals come once per match, and
        // there is one more place between bytes than there are bytes.
        let (copied, copiesTooMuch) = length.multipliedReportingOverflow(by: rewrite.referenceCount + 1)
        let (written, writesTooMuch) = (length + 1).multipliedReportingOverflow(by: rewrite.literalByteCount)
        return !copiesTooMuch && !writesTooMuch && copied <= Self.maximumReplacementBytes
            && written <= Self.maximumReplacementBytes - copied
    }

    /// Reads what matches are replaced by: `\1` to `\9` are the pattern's groups, `\0` is the whole match, `\\` a backslash.
    ///
    /// - Throws: when a group is named that the pattern has not, or a backslash stands before something else.
    package func rewrite(_ source: String) throws(PatternError) -> PatternRewrite {
        guard source.utf8.count <= Self.maximumSourceBytes else {
            throw PatternError(
                pattern: "\(source.prefix(60))…", reason: "the replacement is longer than 64 KiB",
                advice: "write a shorter one")
        }
        if let reason = expression.problem(ofRewrite: source) {
            let groups = groupCount == 1 ? "1 group" : "\(groupCount) groups"
            throw PatternError(
                pattern: source, reason: reason,
                advice: #"\1 to \9 stand for groups, \0 for the whole match, \\ for a backslash; "# + "the pattern "
                    + "“\(self.source)” has \(groups)")
        }
        return PatternRewrite(source)
    }
}

/// What the matches of a pattern are replaced by, known to fit that pattern.
package struct PatternRewrite: Hashable, Sendable, CustomStringConvertible {
    /// As written.
    package let source: String
    let referenceCount: Int
    let literalByteCount: Int

    fileprivate init(_ source: String) {
        self.source = source
        var references = 0
        var literals = 0
        var isEscaped = false
        for byte in source.utf8 {
            if isEscaped {
                isEscaped = false
                if byte == UInt8(ascii: "\\") { literals += 1 } else { references += 1 }
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                literals += 1
            }
        }
        referenceCount = references
        literalByteCount = literals
    }

    package var description: String { source }
}
