import MeshModel
import Testing

@Suite struct TextPatternTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var pattern: String
        var matching: [String]
        var other: [String]
        var testDescription: String { pattern }
    }

    @Test(arguments: [
        Row(pattern: "^5\\d\\d$", matching: ["500", "599"], other: ["5000", "50", "400", "x500"]),
        Row(pattern: "^[1-9]$|^1[0-6]$", matching: ["1", "9", "10", "16"], other: ["0", "17", "100"]),
        Row(pattern: "a|b", matching: ["xay", "b"], other: ["c", ""]),
        Row(pattern: "^(?:ab)+$", matching: ["ab", "abab"], other: ["", "aba"]),
        Row(pattern: "^a{2,3}$", matching: ["aa", "aaa"], other: ["a", "aaaa"]),
        Row(pattern: "^a{2}b{0,}$", matching: ["aa", "aabb"], other: ["ab"]),
        Row(pattern: "^a{x$", matching: ["a{x"], other: ["a"]),
        Row(pattern: "^[^a-c.]*?$", matching: ["", "xyz"], other: ["b", "x.y"]),
        Row(pattern: "^[]x]$", matching: ["]", "x"], other: ["y"]),
        Row(pattern: "^[a-]$", matching: ["a", "-"], other: ["b"]),
        Row(pattern: "^[\\d_]+\\.\\w\\S$", matching: ["1_.ab"], other: ["1_xab", "1_.a "]),
        Row(pattern: "", matching: ["", "x"], other: []),
        Row(pattern: "^(a*)*$", matching: ["", "aaa"], other: ["b"]),
        Row(pattern: "^café.$", matching: ["cafés"], other: ["cafe"]),
    ])
    func `a pattern matches what it says`(row: Row) throws {
        let pattern = try TextPattern(row.pattern)

        for text in row.matching { #expect(pattern.matches(text), "“\(text)”") }
        for text in row.other { #expect(!pattern.matches(text), "“\(text)”") }
    }

    @Test(arguments: [
        ("(a", "this ( has no )"), ("a)", "there is no ( for this )"), ("[a", "this [ has no ]"),
        ("*a", "there is nothing before * to repeat"), ("a\\", "the pattern ends with a backslash"),
        ("[b-a]", "b-a runs backwards"), ("(?i)a", "only ( ) and (?: ) are known here"),
        ("\\bword", "\\b is not known here; known are \\d \\w \\s \\D \\W \\S"),
        ("a{9999}", "{9999} wants at most 1000, the smaller number first"),
        ("(a{1000}){1000}", "the pattern is too large"),
        (String(repeating: "(", count: 200), "parentheses are nested too deep"),
    ])
    func `what is no pattern is refused with a reason`(source: String, message: String) {
        #expect { try TextPattern(source) } throws: { ($0 as? TextPatternError)?.message == message }
    }

    @Test func `a pattern that others take ages for takes none`() throws {
        let pattern = try TextPattern("^(a+)+(a|aa)*$")

        #expect(!pattern.matches(String(repeating: "a", count: 5_000) + "b"))
    }
}
