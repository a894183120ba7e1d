import Testing
import TrafficPolicy

@Suite struct PathConditionTests {
    @Test(arguments: [
        (PathCondition(.exact, "/pay".utf8), "/pay", true),
        (PathCondition(.exact, "/pay".utf8), "/pay?a=b", true),
        (PathCondition(.exact, "/pay".utf8), "/pay#top", true),
        (PathCondition(.exact, "/pay".utf8), "/payments", false),
        (PathCondition(.exact, "/pay".utf8), "/PAY", false),
        (PathCondition(.exact, "/Pay".utf8, ignoringCase: true), "/pAY", true),
        (PathCondition(.prefix, "/pay".utf8), "/payments", true),
        (PathCondition(.prefix, "/pay".utf8), "/pa", false),
        (PathCondition(.prefix, "/pay".utf8), "/?/pay", false),
        (PathCondition(.prefix, "/".utf8), "/anything?x", true),
        (PathCondition(.prefix, "/".utf8), "*", false),
        (PathCondition(.segments, "/pay".utf8), "/pay", true),
        (PathCondition(.segments, "/pay".utf8), "/pay/now?x", true),
        (PathCondition(.segments, "/pay".utf8), "/payments", false),
        (.any, "", true),
    ])
    func `a path condition looks at the path alone`(condition: PathCondition, target: String, holds: Bool) {
        #expect(condition.holds(for: target.slice) == holds)
    }

    @Test(arguments: [
        (PathCondition(.prefix, "/v1".utf8), "/v1/pay?x=1", "/v2", "/v2/pay?x=1"),
        (PathCondition(.exact, "/a".utf8), "/a?x=1", "/b", "/b?x=1"),
        (PathCondition(.prefix, "/".utf8), "/a", "/x/", "/x/a"),
    ])
    func `a rewrite replaces what matched and keeps the rest`(
        condition: PathCondition, target: String, replacement: String, expected: String
    ) {
        let rewritten = condition.rewrite(target.slice, with: Array(replacement.utf8))

        #expect(String(decoding: rewritten, as: UTF8.self) == expected)
    }
}

@Suite struct FieldConditionTests {
    private static func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test(arguments: [
        (FieldCondition.Test.present, true, true, false),
        (.absent, false, false, true),
        (.exact(bytes("abc")), true, false, false),
        (.exact(bytes("abcd")), false, false, false),
        (.exact(bytes("ABC"), ignoringCase: true), true, false, false),
        (.prefix(bytes("ab")), true, false, false),
        (.prefix(bytes("bc")), false, false, false),
        (.suffix(bytes("bc")), true, false, false),
        (.suffix(bytes("BC"), ignoringCase: true), true, false, false),
        (.contains(bytes("b")), true, false, false),
        (.contains(bytes("x")), false, false, false),
    ])
    func `a test looks at the value, and fails without one`(
        test: FieldCondition.Test, onABC: Bool, onEmpty: Bool, onMissing: Bool
    ) {
        let condition = FieldCondition(header: "X-Name", test)

        #expect(condition.holds(for: "abc".slice) == onABC)
        #expect(condition.holds(for: "".slice) == onEmpty)
        #expect(condition.holds(for: nil) == onMissing)
        #expect(condition.name == Array("x-name".utf8))
    }

    @Test func `an inverted test of a value fails for a missing header unless that counts as empty`() {
        let plain = FieldCondition(header: "x", .exact(Array("a".utf8)), inverted: true)
        let lenient = FieldCondition(header: "x", .exact(Array("a".utf8)), inverted: true, treatingMissingAsEmpty: true)

        #expect(!plain.holds(for: nil))
        #expect(plain.holds(for: "b".slice))
        #expect(lenient.holds(for: nil))
        #expect(!lenient.holds(for: "a".slice))
        #expect(FieldCondition(header: "x", .present, inverted: true).holds(for: nil))
        #expect(FieldCondition(header: "x", .present, treatingMissingAsEmpty: true).holds(for: nil))
        #expect(!FieldCondition(header: "x", .absent, treatingMissingAsEmpty: true).holds(for: nil))
    }

    @Test(arguments: [
        ("/p?a=1&b=2", "b", "2"), ("/p?a=1&b=2", "a", "1"), ("/p?a", "a", ""), ("/p?ab=1", "a", nil),
        ("/p?b=%20&b=2", "b", "%20"), ("/p", "a", nil), ("/p#?a=1", "a", nil), ("/p?a=1#b", "a", "1"),
        ("/p?&&a=x=y", "a", "x=y"),
    ])
    func `a query parameter is its first value as sent`(target: String, name: String, expected: String?) {
        let table = RouteTable([
            .init(
                name: "host", domains: ["*"],
                rules: [
                    .init(
                        queryParameters: [
                            FieldCondition(queryParameter: name, .exact(Array((expected ?? "").utf8)))
                        ], action: .to("x"))
                ])
        ])

        #expect((table.match(SimpleRequest("h", target)) != nil) == (expected != nil))
    }
}
