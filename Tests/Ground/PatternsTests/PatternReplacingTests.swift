import Testing

@testable import Patterns

@Suite struct `Replacing what matches` {
    @Test(arguments: [
        ("^/service/([^/]+)(/.*)$", "/service/foo/v1/api", #"\2/instance/\1"#, "/v1/api/instance/foo"),
        ("one", "/xxx/one/yyy/one/zzz", "two", "/xxx/two/yyy/two/zzz"),
        ("^(.*?)one(.*)$", "/xxx/one/yyy/one/zzz", #"\1two\2"#, "/xxx/two/yyy/one/zzz"),
        ("(?i)/xxx/", "/aaa/XxX/bbb", "/yyy/", "/aaa/yyy/bbb"),
        ("b", "aaa", "x", "aaa"), ("a*", "baac", "-", "-b-c-"), ("x", "", "y", ""), ("", "日本", "-", "-日-本-"),
        ("[0-9]+", "a1b22", #"<\0>"#, "a<1>b<22>"), ("a", "a", #"\\"#, #"\"#), ("(a)|b", "ab", #"[\1]"#, "[a][]"),
        ("a", "aa", "", ""),
    ]) func `follows Envoy's rules`(source: String, text: String, rewrite: String, expected: String) throws {
        let pattern = try Pattern(source)

        #expect(try pattern.replacingMatches(in: text, with: pattern.rewrite(rewrite)) == expected)
    }

    @Test(arguments: [#"\2"#, #"\x"#, #"a\"#, #"$1\9"#])
    func `refuses a replacement that does not fit`(rewrite: String) throws {
        let pattern = try Pattern("(a)")

        let error = try #require(throws: PatternError.self) { try pattern.rewrite(rewrite) }

        #expect(!error.reason.isEmpty)
        #expect(error.description.contains("“\(rewrite)”: "))
        #expect(error.advice.contains("“(a)” has 1 group"))
    }

    @Test func `leaves a replacement of another pattern alone`() throws {
        let rewrite = try Pattern("(a)(b)").rewrite(#"\2\1"#)

        #expect(try Pattern("ab").replacingMatches(in: "ab", with: rewrite) == nil)
    }

    @Test func `never grows beyond its bound`() throws {
        let pattern = try Pattern("(.*)")
        let rewrite = try pattern.rewrite(String(repeating: #"\1"#, count: 5_000))

        #expect(pattern.replacingMatches(in: String(repeating: "a", count: 10_000), with: rewrite) == nil)
        #expect(pattern.replacingMatches(in: "abc", with: rewrite)?.utf8.count == 15_000)
        #expect(throws: PatternError.self) { try pattern.rewrite(String(repeating: "x", count: 70_000)) }
    }
}
