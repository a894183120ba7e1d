/// Tells the series that are wanted by their names, at one look per line however many names there are.
///
/// Most lines of a scrape are not wanted, and each is asked about at every scrape. So a name is found by its length and
/// its last eight bytes – the first are alike in whole families – and compared only where these agree.
package struct FamilyMatcher: Sendable {
    /// A name that ends like a wanted one is no name beyond this length: it would be kept as it is.
    static let longestName = 512

    private struct Name: Sendable {
        let bytes: [UInt8]
        let mark: UInt64
    }

    /// `envoy_cluster_*_upstream_rq`.
    private struct Pattern: Sendable {
        let prefix: [UInt8]
        let suffix: [UInt8]
        let mark: UInt64
    }

    private var names: [Name] = []
    private var patterns: [Pattern] = []
    private let exceptions: [[UInt8]]
    /// Open addressing, at most a quarter full; −1 is empty.
    private var slots: [Int16]
    private let longest: Int

    /// - Parameters:
    ///   - families: whole names, at most 8,000.
    ///   - patterns: names with one `*` that stands for one or more characters.
    ///   - exceptions: words that the `*` may neither be nor end with, after an underscore.
    package init(families: [String], patterns: [String] = [], exceptions: [String] = []) {
        self.exceptions = exceptions.map { Array($0.utf8) }
        longest = patterns.isEmpty ? families.map(\.utf8.count).max() ?? 0 : Self.longestName
        var capacity = 16
        while capacity < min(families.count, 8_000) * 4 { capacity *= 2 }
        slots = Array(repeating: -1, count: capacity)
        for family in families.prefix(8_000) where !family.isEmpty {
            let bytes = Array(family.utf8)
            let mark = bytes.withUnsafeBytes { Self.mark(of: $0, length: bytes.count) }
            var slot = self.slot(mark, bytes.count)
            while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int16(names.count)
            names.append(Name(bytes: bytes, mark: mark))
        }
        for pattern in patterns {
            let parts = pattern.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            let suffix = Array(parts[1].utf8)
            self.patterns.append(
                Pattern(
                    prefix: Array(parts[0].utf8), suffix: suffix,
                    mark: suffix.withUnsafeBytes { Self.mark(of: $0, length: suffix.count) }))
        }
    }

    /// Whether the series with this key, `name{labels}` or `name`, is wanted.
    package func matches(_ key: UnsafeRawBufferPointer) -> Bool {
        let length = Self.nameLength(key, atMost: longest)
        guard length > 0, length <= longest else { return false }
        let mark = Self.mark(of: key, length: length)
        var slot = slot(mark, length)
        while slots[slot] >= 0 {
            let name = names[Int(slots[slot])]
            if name.mark == mark, name.bytes.count == length, Self.isEqual(name.bytes, key, at: 0) { return true }
            slot = (slot + 1) & (slots.count - 1)
        }
        for pattern in patterns where pattern.suffix.count < 8 || pattern.mark == mark {
            let rest = length - pattern.suffix.count
            if rest > pattern.prefix.count, Self.isEqual(pattern.suffix, key, at: rest),
                Self.isEqual(pattern.prefix, key, at: 0)
            {
                return !isException(key, from: pattern.prefix.count, to: rest)
            }
        }
        return false
    }

    private func isException(_ key: UnsafeRawBufferPointer, from start: Int, to end: Int) -> Bool {
        // A pattern may end with the underscore that the word ends before, or begin after it.
        let end = end > start && key[end - 1] == UInt8(ascii: "_") ? end - 1 : end
        return exceptions.contains { word in
            let begin = end - word.count
            guard begin >= start, Self.isEqual(word, key, at: begin) else { return false }
            return begin == start || key[begin - 1] == UInt8(ascii: "_")
        }
    }

    private func slot(_ mark: UInt64, _ length: Int) -> Int {
        let mixed = (mark ^ UInt64(truncatingIfNeeded: length)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> 40) & (slots.count - 1)
    }

    /// Up to the labels, or to a blank before them. More than `limit` when there is no end up to there.
    private static func nameLength(_ key: UnsafeRawBufferPointer, atMost limit: Int) -> Int {
        let end = min(key.count, limit + 1)
        var index = 0
        while index + 8 <= end {
            let word = key.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            // A byte is zero where the word has the byte that is sought.
            let found = zeroBytes(word ^ 0x7B7B_7B7B_7B7B_7B7B) | zeroBytes(word ^ 0x2020_2020_2020_2020)
            if found != 0 { return index + found.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < end, key[index] != UInt8(ascii: "{"), key[index] != UInt8(ascii: " ") { index += 1 }
        return index
    }

    /// The high bit of every byte that is zero; bytes after the first one may be marked wrongly.
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        (UInt64(littleEndian: word) &- 0x0101_0101_0101_0101) & ~UInt64(littleEndian: word) & 0x8080_8080_8080_8080
    }

    /// The last eight bytes of a name; all of a shorter one.
    private static func mark(of key: UnsafeRawBufferPointer, length: Int) -> UInt64 {
        if length >= 8 { return key.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self) }
        var mark: UInt64 = 0
        for index in 0..<length { mark = mark << 8 | UInt64(key[index]) }
        return mark
    }

    private static func isEqual(_ bytes: [UInt8], _ key: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        guard offset >= 0, key.count - offset >= bytes.count else { return false }
        for index in bytes.indices where bytes[index] != key[offset + index] { return false }
        return true
    }
}
