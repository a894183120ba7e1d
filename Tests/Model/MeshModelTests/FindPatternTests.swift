import MeshModel
import TestSupport
import Testing

@Suite("Patterns")
struct FindPatternTests {
    @Test(arguments: [
        ("", "", true), ("", "x", true), ("a", "bab", true), ("a", "b", false), ("^a", "ba", false),
        ("a$", "ab", false),
        ("^$", "", true), ("^$", "a", false), ("a.c", "abc", true), ("a.c", "ac", false), (".", "\n", true),
        ("^a*$", "", true), ("^a*$", "aaa", true), ("^a+$", "", false), ("^a?b$", "b", true), ("^a?b$", "aab", false),
        ("^(ab)+$", "abab", true), ("^(ab)+$", "aba", false), ("^(?:a|b|)c$", "c", true), ("^a|b$", "xb", true),
        ("^(a|b)$", "c", false), ("^a{2}$", "aa", true), ("^a{2}$", "aaa", false), ("^a{2,}$", "aaaa", true),
        ("^a{2,}$", "a", false), ("^a{1,3}$", "aaa", true), ("^a{1,3}$", "aaaa", false), ("^a{0}$", "", true),
        ("^[a-c]+$", "abc", true), ("^[^a-c]+$", "xyz", true), ("^[^a-c]+$", "xaz", false), ("^[]a]$", "]", true),
        ("^[a-]$", "-", true), ("^[\\d.]+$", "1.2", true), ("^[\\D]$", "1", false), ("^[^\\w]$", "-", true),
        ("^\\d\\s\\w$", "1 _", true), ("^\\D\\S\\W$", "a1-", true), ("\\.", "a", false), ("\\(x\\)", "f(x)", true),
        ("\\bv1\\b", "pay-v1", true), ("\\bv1\\b", "pay_v1", false), ("\\Bv1", "payv1", true), ("^a*?b$", "aab", true),
        ("(?i)WEB", "my-web", true), ("WEB", "my-web", false), ("(?i)[a-c]", "B", true), ("(?i)É", "é", true),
        ("(?i)[^a]", "A", false), ("^.$", "日", true), ("^..$", "e\u{301}", true), ("^(a*)*$", "aaa", true),
        ("(^a)+", "aa", true), ("a}", "a}", true), ("x\\{2}", "x{2}", true), ("(a{0,2}){3}b", "aab", true),
    ])
    func `a pattern is found or not`(pattern: String, text: String, isFound: Bool) throws {
        #expect(try FindPattern(pattern).isFound(in: text) == isFound)
    }

    @Test(arguments: [
        ("*a", 1), ("a|+", 3), ("a++", 3), ("(a", 1), ("a)", 2), ("[a", 1), ("[z-a]", 2), ("[a-\\d]", 2), ("a{", 2),
        ("a{1", 2), ("a{2,1}", 2), ("a{101}", 2), ("a{,3}", 2), ("{2}", 1), ("\\", 1), ("\\1", 1), ("\\p", 1),
        ("(?=a)", 1), ("(?<n>a)", 1), ("a(?i)", 2),
        ("[", 1), ("a**", 3),
    ])
    func `what is no pattern is told with its place`(pattern: String, character: Int) throws {
        let problem = try #require(throws: FindPatternProblem.self) { try FindPattern(pattern) }

        #expect(problem.offset + 1 == character)
        #expect(problem.description.hasPrefix("in the pattern, character \(character): "))
    }

    @Test(arguments: [
        "(a{100}){100}", "((((a{9}){9}){9}){9}){9}", "((((a{100}){100}){100}){100}){100}",
        "(((((((){100}){100}){100}){100}){100}){100})",
    ])
    func `what would grow too large is refused`(pattern: String) throws {
        let problem = try #require(throws: FindPatternProblem.self) { try FindPattern(pattern) }

        #expect(problem.reason == .tooLarge)
    }

    @Test(arguments: ["(a+)+$", "^(a|a)*$", "(a*)*b", "(.*)(.*)(.*)(.*)(.*)x$", "(a{0,30}){20}c"])
    func `no pattern takes for ever`(pattern: String) throws {
        let text = String(repeating: "a", count: 500) + "!"

        #expect(try !FindPattern(pattern).isFound(in: text))
    }

    /// Swift's own, which says the same where it ends.
    @Test(arguments: SeededGenerator.seeds(30))
    func `it says what Swift's regular expressions say`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        func piece(_ depth: Int) -> String {
            switch Int.random(in: 0...(depth == 0 ? 4 : 9), using: &generator) {
            case 0: return "a"
            case 1: return "b"
            case 2: return ["[ab]", "[^a]", "[a-c]", "\\d", "\\w", "\\W"].randomElement(using: &generator) ?? "a"
            case 3: return "."
            case 4: return ["^", "$", "c", "1", "-"].randomElement(using: &generator) ?? "a"
            case 5, 6: return piece(depth - 1) + piece(depth - 1)
            case 7: return "(" + piece(depth - 1) + "|" + piece(depth - 1) + ")"
            default:
                // Swift does not repeat an assertion.
                let inner = "(" + piece(depth - 1) + "a)"
                return inner + (["*", "+", "?", "{2}", "{1,2}", "*?"].randomElement(using: &generator) ?? "*")
            }
        }
        for _ in 0..<40 {
            let text = piece(3)
            let pattern = try FindPattern(text)
            let swift = try Regex(text)
            for _ in 0..<10 {
                let count = Int.random(in: 0...7, using: &generator)
                let subject = String((0..<count).map { _ in "abc1-".randomElement(using: &generator) ?? "a" })
                let expected = subject.firstMatch(of: swift) != nil
                #expect(pattern.isFound(in: subject) == expected, "\(text) in \(subject)")
            }
        }
    }
}
