import Patterns
import Testing

@Suite struct PatternTests {
    @Test(arguments: [
        ("", "", true), ("", "x", true), ("a", "bab", true), ("a", "b", false), ("^a", "ba", false),
        ("a$", "ab", false), ("^$", "", true), ("^$", "a", false), ("a.c", "abc", true), (".", "\n", false),
        ("^(ab)+$", "abab", true), ("^(ab)+$", "aba", false), ("^a{1,3}$", "aaa", true), ("^a{1,3}$", "aaaa", false),
        ("^[]a]$", "]", true), ("^[^\\w]$", "-", true), ("\\bv1\\b", "pay-v1", true), ("\\bv1\\b", "pay_v1", false),
        ("(?i)É", "é", true), ("^.$", "日", true), ("^[1-9]$|^1[0-6]$", "16", true), ("^[1-9]$|^1[0-6]$", "17", false),
        ("^\\p{Greek}+$", "λόγος", true), ("a\0b", "xa\0by", true),
    ])
    func `a pattern is found or not`(pattern: String, text: String, isFound: Bool) throws {
        #expect(try Pattern(pattern).isFound(in: text) == isFound)
    }

    @Test func `the whole text is another question`() throws {
        let pattern = try Pattern("/api/v[12]")

        #expect(pattern.matchesWhole("/api/v1") && !pattern.matchesWhole("/api/v1/x"))
        #expect(pattern.isFound(in: "/api/v1/x"))
        // Of alternatives one must reach the end, whichever comes first.
        #expect(try Pattern("a|ab").matchesWhole("ab"))
    }

    @Test func `case may be left aside`() throws {
        #expect(try Pattern("web", ignoringCase: true).isFound(in: "My-WEB"))
        #expect(try !Pattern("web").isFound(in: "My-WEB"))
        #expect(try Pattern("web", ignoringCase: true) != Pattern("web"))
    }

    @Test(arguments: [
        ("a(b", "missing ): a(b", 0), ("ab)", "unexpected ): ab)", 0), ("x[a", "missing ]: [a", 1),
        ("é*+", "bad repetition operator: *+", 1), ("x(?=a)", "invalid perl operator: (?=", 1),
        ("(a)\\1", "invalid escape sequence: \\1", 3), ("a\\", "trailing \\", 0),
        ("[z-a]", "invalid character class range: z-a", 1), ("a{1001}", "invalid repetition size: {1001}", 1),
    ])
    func `what is no pattern is told with its place`(source: String, words: String, offset: Int) throws {
        let error = try #require(throws: PatternError.self) { try Pattern(source) }

        #expect(error.description == words)
        #expect(error.offset == offset)
    }

    @Test func `what would grow too large is refused`() throws {
        #expect(throws: PatternError.self) { try Pattern("((a{100}){100}){100}") }
        #expect(throws: PatternError.self) { try Pattern("\\pL{1000}") }
        let long = try #require(throws: PatternError.self) {
            try Pattern(String(repeating: "a", count: Pattern.maximumLength + 1))
        }
        #expect(long.description == "longer than 4096 bytes")
    }

    @Test(arguments: ["(a+)+$", "^(a|a)*$", "(a*)*b", "(.*)(.*)(.*)(.*)(.*)x$", "(a{0,30}){20}c"])
    func `no pattern takes for ever`(source: String) throws {
        #expect(try !Pattern(source).isFound(in: String(repeating: "a", count: 50_000) + "!"))
    }

    @Test(arguments: [
        ("^/service/([^/]+)(/.*)$", "/service/foo/v1/api", "\\2/instance/\\1", "/v1/api/instance/foo"),
        ("one", "/xxx/one/yyy/one/zzz", "two", "/xxx/two/yyy/two/zzz"), ("b", "aca", "x", "aca"),
        ("a", "a", "\\\\", "\\"), ("", "ab", "-", "-a-b-"), ("(?i)/xx/", "/aaa/XX/bbb", "\\0y", "/aaa/XX/ybbb"),
    ])
    func `matches are replaced, with groups`(source: String, text: String, replacement: String, result: String) throws {
        #expect(try Pattern(source).replacingMatches(in: text, with: replacement) == result)
    }

    @Test func `a group that is not there replaces nothing`() throws {
        #expect(try Pattern("(a)").replacingMatches(in: "a", with: "\\2") == nil)
        #expect(try Pattern("(a)").replacingMatches(in: "a", with: "\\x") == nil)
    }
}
