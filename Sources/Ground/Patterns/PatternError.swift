internal import CRE2

/// Why a pattern or a replacement cannot be used.
package struct PatternError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was written; cut when it is very long.
    package let pattern: String
    /// What is wrong, in RE2's words where it is RE2 that refused.
    package let reason: String
    /// The piece of the pattern that is to blame; empty when RE2 names none.
    package let fragment: String
    /// Where the fragment begins, counted in characters from 1; nil when it stands at several places.
    package let position: Int?
    /// What to write instead.
    package let advice: String

    package var description: String {
        let place = position.map { " (at character \($0))" } ?? ""
        return "“\(pattern)”: \(reason)\(place); \(advice)"
    }

    init(pattern: String, reason: String, advice: String) {
        self.init(pattern: pattern, reason: reason, fragment: "", position: nil, advice: advice)
    }

    init(pattern: String, code: meshtop_re2_error, reason: String, fragment: String) {
        self.init(
            pattern: Self.shortened(pattern), reason: Self.shortened(reason), fragment: Self.shortened(fragment),
            position: Self.position(of: fragment, in: pattern), advice: Self.advice(on: code, fragment: fragment))
    }

    private init(pattern: String, reason: String, fragment: String, position: Int?, advice: String) {
        self.pattern = pattern
        self.reason = reason
        self.fragment = fragment
        self.position = position
        self.advice = advice
    }

    private static func shortened(_ text: String) -> String {
        text.unicodeScalars.count > 200 ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(200))) + "…" : text
    }

    private static func position(of fragment: String, in pattern: String) -> Int? {
        let wanted = Array(fragment.unicodeScalars)
        let scalars = Array(pattern.unicodeScalars)
        // A long fragment of a long pattern would be looked for in quadratic time, and helps nobody.
        guard !wanted.isEmpty, wanted.count <= 200, wanted.count <= scalars.count else { return nil }
        let places = (0...(scalars.count - wanted.count)).lazy
            .filter { scalars[$0..<($0 + wanted.count)].elementsEqual(wanted) }.prefix(2)
        let found = Array(places)
        return found.count == 1 ? found.first.map { $0 + 1 } : nil
    }

    private static func advice(on code: meshtop_re2_error, fragment: String) -> String {
        switch code {
        case MESHTOP_RE2_BAD_ESCAPE:
            if fragment.utf8.dropFirst().first.map({ (UInt8(ascii: "1")...UInt8(ascii: "9")).contains($0) }) == true {
                return "RE2 has no back references; write the repeated part twice"
            }
            return #"put \\ for a backslash, or leave the backslash out"#
        case MESHTOP_RE2_BAD_CHARACTER_CLASS: return "[:alpha:] and its like are written [[:alpha:]]"
        case MESHTOP_RE2_BAD_CHARACTER_RANGE: return "write the lower character first, or put - at the end of the class"
        case MESHTOP_RE2_MISSING_BRACKET: return #"close it with ], or write \[ for the character"#
        case MESHTOP_RE2_MISSING_PARENTHESIS: return #"close it with ), or write \( for the character"#
        case MESHTOP_RE2_UNEXPECTED_PARENTHESIS: return #"open it with (, or write \) for the character"#
        case MESHTOP_RE2_TRAILING_BACKSLASH: return #"write \\ for a backslash"#
        case MESHTOP_RE2_REPEAT_ARGUMENT: return #"put something before it, or a backslash; any text is .*"#
        case MESHTOP_RE2_REPEAT_SIZE: return "repeat at most 1000 times, repetitions inside repetitions multiplied"
        case MESHTOP_RE2_REPEAT_OPERATOR: return "leave one of them out, or put the inner one into ( )"
        case MESHTOP_RE2_BAD_PERL_OPERATOR:
            return "RE2 has no look-around, conditions or atomic groups; (?:…) groups and (?i) ignores case"
        case MESHTOP_RE2_BAD_UTF8: return "write it in UTF-8"
        case MESHTOP_RE2_BAD_NAMED_CAPTURE: return "a group's name is written (?P<name>…), each name once"
        case MESHTOP_RE2_TOO_LARGE: return "write a shorter pattern or smaller repetitions"
        default: return "see https://github.com/google/re2/wiki/Syntax"
        }
    }
}
