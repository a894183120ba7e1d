import Patterns
import Testing
import TrafficPolicy

@Suite struct RegexConditionTests {
    @Test(arguments: [
        ("/v[0-9]+/.*", "/v1/pay", true), ("/v[0-9]+/.*", "/v1/pay?x=/nope", true), ("/v[0-9]+", "/v1/pay", false),
        ("v1", "/v1", false), ("/", "/?a", true), ("/A", "/a", false), ("(?i)/A", "/a", true), (".*", "", true),
        ("/a", "/a#top", true),
    ])
    func `a regex takes the whole path and nothing of the query`(source: String, target: String, holds: Bool) throws {
        #expect(PathCondition(regex: try Pattern(source)).holds(for: target.slice) == holds)
    }

    @Test(arguments: [
        (":scheme", "https?", true), (":scheme", "https", false), (":method", "GET|HEAD", true),
        (":method", "GE", false), (":authority", #"shop(:\d+)?"#, true), (":path", "/a.*", true),
        ("x-user", "j.*", true), ("x-user", "o", false), ("x-none", ".*", false),
    ])
    func `a regex takes the whole value of a header that is there`(name: String, source: String, holds: Bool) throws {
        let table = RouteTable([
            RouteHost.Source(
                name: "all", domains: ["*"],
                rules: [
                    RouteRule.Source(
                        headers: [FieldCondition(header: name, .regex(try Pattern(source)))],
                        action: .direct(status: 200, body: []))
                ])
        ])
        let request = SimpleRequest("shop:80", "/a?b", headers: ["x-user": "jason"])

        #expect((table.match(request) != nil) == holds)
    }

    @Test func `a header that must not match may be missing`() throws {
        let condition = FieldCondition(
            header: "x", .regex(try Pattern("a.*")), inverted: true, treatingMissingAsEmpty: true)

        #expect(condition.holds(for: nil))
        #expect(condition.holds(for: "b".slice))
        #expect(!condition.holds(for: "abc".slice))
    }

    @Test(arguments: [
        (
            "^/service/([^/]+)(/.*)$", #"\2/instance/\1"#, "/service/foo/v1?q=/service/x/y",
            "/v1/instance/foo?q=/service/x/y"
        ),
        ("/old", "/new", "/old/old", "/new/new"), ("nothing", "x", "/a?b", "/a?b"), (".*", "", "/a?b", "/a?b"),
    ])
    func `a rewrite by regex looks at the path alone`(
        source: String, rewrite: String, target: String, expected: String
    ) throws {
        let change = PathRewrite.regex(try Substitution(Pattern(source), rewrite))

        #expect(String(decoding: change.target(from: target.slice, taken: .any), as: UTF8.self) == expected)
    }

    @Test func `a prefix rewrite of a regex rule replaces the whole path`() throws {
        let condition = PathCondition(regex: try Pattern("/a/.*"))
        let target = PathRewrite.prefix(Array("/b".utf8)).target(from: "/a/c?d".slice, taken: condition)

        #expect(String(decoding: target, as: UTF8.self) == "/b?d")
    }

    @Test func `bytes that are not UTF-8 stay in a rewritten path`() throws {
        let change = PathRewrite.regex(try Substitution(Pattern("a"), "b"))
        let bytes: [UInt8] = [0x2F, 0x61, 0xFF, 0x61]

        #expect(change.target(from: bytes[...], taken: .any) == [0x2F, 0x62, 0xFF, 0x62])
    }
}
