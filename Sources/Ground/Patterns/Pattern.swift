internal import CRE2

/// A regular expression of RE2: takes time in proportion to the text, whatever the pattern.
///
/// Istio, Envoy and Kiali mean this language when they say regex, so that a rule that works there works here:
/// <https://github.com/google/re2/wiki/Syntax>. There are no back references and no look-around. Patterns come from
/// configuration and prompts and meet texts that peers have written; Swift's own `Regex` backtracks – built from
/// `(a+)+$` it does not end on thirty letters – and cannot be stopped.
package struct Pattern: Hashable, Sendable, CustomStringConvertible {
    package let source: String
    package let ignoresCase: Bool
    private let program: Program

    /// UTF-8 bytes of a pattern.
    package static let maximumLength = 4_096
    /// Bytes that a pattern may take when it is compiled and while it matches: a sixteenth of what RE2 allows.
    private static let maximumMemory: Int64 = 512 << 10

    /// - Throws: what cannot be read, and where.
    package init(_ source: String, ignoringCase: Bool = false) throws(PatternError) {
        guard source.utf8.count <= Self.maximumLength else {
            throw PatternError(message: "longer than \(Self.maximumLength) bytes", part: "", offset: 0)
        }
        self.source = source
        ignoresCase = ignoringCase
        program = try Program(source, ignoringCase, Self.maximumMemory)
    }

    package var description: String { source }

    /// Whether it matches any part of a text; `^` and `$` tie it to the ends.
    package func isFound(in text: String) -> Bool { program.matches(text, whole: false) }

    /// Whether it matches a text from end to end, as Istio's and Envoy's `regex` must.
    package func matchesWhole(_ text: String) -> Bool { program.matches(text, whole: true) }

    /// The text with every match replaced; nothing when the replacement names a group that the pattern has not.
    ///
    /// - Parameter replacement: in which `\1` to `\9` stand for groups, `\0` for the whole match and `\\` for itself, as in
    ///   Envoy's `regex_rewrite`.
    package func replacingMatches(in text: String, with replacement: String) -> String? {
        program.replacing(text, replacement)
    }

    package static func == (left: Pattern, right: Pattern) -> Bool {
        left.source == right.source && left.ignoresCase == right.ignoresCase
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(source)
        hasher.combine(ignoresCase)
    }
}

/// Why a text is no pattern, in RE2's words.
package struct PatternError: Error, Hashable, Sendable, CustomStringConvertible {
    /// `missing )`, `bad repetition operator`.
    package var message: String
    /// The part of the pattern that it is about; empty when it is about all of it.
    package var part: String
    /// How many characters stand before that part.
    package var offset: Int

    package var description: String { part.isEmpty || part == message ? message : "\(message): \(part)" }
}

/// What RE2 has made of a pattern. RE2 locks what it changes while it matches, so that all threads may have it.
private final class Program: @unchecked Sendable {
    private let expression: OpaquePointer

    init(_ source: String, _ ignoresCase: Bool, _ maximumMemory: Int64) throws(PatternError) {
        var source = source
        let compiled = source.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { text in
                // An empty text may have no address; RE2 then reads none of it.
                meshtop_re2_compile(text.baseAddress, text.count, ignoresCase, maximumMemory)
            }
        }
        guard let compiled else { throw PatternError(message: "no memory for it", part: "", offset: 0) }
        guard meshtop_re2_is_valid(compiled) else {
            defer { meshtop_re2_free(compiled) }
            throw Self.error(of: compiled, in: source)
        }
        expression = compiled
    }

    deinit { meshtop_re2_free(expression) }

    private static func error(of expression: OpaquePointer, in source: String) -> PatternError {
        var part: UnsafePointer<CChar>?
        var count = 0
        meshtop_re2_error_part(expression, &part, &count)
        let bytes = UnsafeBufferPointer(start: part, count: part == nil ? 0 : count).map { UInt8(bitPattern: $0) }
        // RE2 says “missing ): (a”; the part is told apart from the reason here.
        var message = meshtop_re2_error(expression).map { String(cString: $0) } ?? "no pattern"
        let named = String(decoding: bytes, as: UTF8.self)
        if !named.isEmpty, message.hasSuffix(": \(named)") { message.removeLast(named.count + 2) }
        let all = Array(source.utf8)
        let place = bytes.isEmpty ? 0 : (0...all.count).first { all[$0...].starts(with: bytes) } ?? 0
        return PatternError(
            message: message, part: named, offset: String(decoding: all.prefix(place), as: UTF8.self).count)
    }

    func matches(_ text: String, whole: Bool) -> Bool {
        var text = text
        return text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) {
                meshtop_re2_matches(expression, $0.baseAddress, $0.count, whole)
            }
        }
    }

    func replacing(_ text: String, _ replacement: String) -> String? {
        var (text, replacement) = (text, replacement)
        var count = 0
        let result = text.withUTF8 { text in
            replacement.withUTF8 { replacement in
                text.withMemoryRebound(to: CChar.self) { text in
                    replacement.withMemoryRebound(to: CChar.self) { replacement in
                        meshtop_re2_replace(
                            expression, text.baseAddress, text.count, replacement.baseAddress, replacement.count, &count
                        )
                    }
                }
            }
        }
        guard let result else { return nil }
        defer { meshtop_re2_free_text(result) }
        return String(
            decoding: UnsafeBufferPointer(start: result, count: count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
