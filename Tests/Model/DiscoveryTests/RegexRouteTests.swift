import Discovery
import JSONWire
import Patterns
import Testing

@Suite struct RegexRouteTests {
    @Test func `regular expressions are worded as Envoy does`() throws {
        let pattern = try Pattern("/a/([0-9]+)")
        let route = Route(
            match: Route.Match(
                path: .regex(pattern), headers: [Route.HeaderMatcher(name: ":scheme", condition: .regex(pattern))],
                queryParameters: [Route.QueryParameterMatcher(name: "q", condition: .regex(pattern))]),
            action: .forward(
                Route.Forward(
                    target: .cluster("c"), regexRewrite: try Substitution(pattern, #"/b/\1"#))))
        let matcher: JSONValue = ["regex": "/a/([0-9]+)"]

        #expect(
            route.json == [
                "match": [
                    "safe_regex": matcher,
                    "headers": [["name": ":scheme", "string_match": ["safe_regex": matcher]]],
                    "query_parameters": [["name": "q", "string_match": ["safe_regex": matcher]]],
                ],
                "route": ["cluster": "c", "regex_rewrite": ["pattern": matcher, "substitution": #"/b/\1"#]],
            ])
        #expect(try Route(json: try JSONValue.parse(route.json.serialized())) == route)
    }

    @Test func `a redirect to an empty prefix leaves the path alone`() throws {
        #expect(try Route.Redirect(json: ["prefix_rewrite": ""]) == Route.Redirect())
    }

    @Test func `a redirect by regular expression survives the wire`() throws {
        let redirect = Route.Redirect(path: .substituted(try Substitution(Pattern("a"), "b")))

        #expect(try Route.Redirect(json: try JSONValue.parse(redirect.json.serialized())) == redirect)
    }

    @Test func `the engine that older control planes name is known`() throws {
        let match = try Route.Match(json: ["safe_regex": ["google_re2": [:], "regex": ".*"]])

        #expect(match.path == .regex(try Pattern(".*")))
    }
}
