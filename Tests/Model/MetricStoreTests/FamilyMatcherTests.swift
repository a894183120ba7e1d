import Testing

@testable import MetricStore

@Suite struct FamilyMatcherTests {
    private func matches(_ matcher: FamilyMatcher, _ key: String) -> Bool {
        Array(key.utf8).withUnsafeBytes { matcher.matches($0) }
    }

    @Test(arguments: [
        ("c", true), ("c{}", true), ("c{a=\"1\"}", true), ("c {a=\"1\"}", true), ("cc", false), ("", false),
        ("{", false),
        ("d", false), ("istio_requests_total{a=\"b\"}", true), ("istio_requests_tota", false),
        ("istio_requests_totals", false), ("xstio_requests_total", false), ("istio_tcp_sent_bytes_total", true),
        ("jstio_tcp_sent_bytes_total", false), ("a_upstream_rq_x", false), ("a_cart_shop_upstream_rq{c=\"1\"}", true),
        ("a_x_upstream_rq", true), ("a__upstream_rq", false), ("a_upstream_rq", false), ("b_x_upstream_rq", false),
        ("a_x_upstream_rq_time", false), ("a_x_t", true), ("a__t", false), ("a_t", false), ("a_external_t", false),
        ("a_x_external_upstream_rq", false), ("a_xexternal_t", true), ("a_external_x_t", true),
    ])
    func `names are found by their ends and told apart by the rest`(key: String, isWanted: Bool) {
        let matcher = FamilyMatcher(
            families: ["c", "istio_requests_total", "istio_tcp_sent_bytes_total"],
            patterns: ["a_*_upstream_rq", "a_*_t"], exceptions: ["external", "internal"])

        #expect(matches(matcher, key) == isWanted)
    }

    @Test func `of many names all are found, and none that differs in one byte`() {
        let names = (1...200).map { "family_\($0)_" + String(repeating: "x", count: $0 % 40) + "_total" }
        let matcher = FamilyMatcher(families: names)

        for name in names {
            #expect(matches(matcher, name + "{le=\"1\"}"))
            var other = Array(name.utf8)
            for index in other.indices {
                other[index] ^= 1
                let text = String(decoding: other, as: UTF8.self)
                #expect(names.contains(text) == matches(matcher, text), "\(text)")
                other[index] ^= 1
            }
        }
    }

    @Test func `a name without an end is not looked at to its end`() {
        let matcher = FamilyMatcher(families: ["c"], patterns: ["a_*_t"])

        #expect(!matches(matcher, "a_" + String(repeating: "x", count: FamilyMatcher.longestName) + "_t"))
    }

    @Test func `without families nothing is wanted`() {
        #expect(!matches(FamilyMatcher(families: []), "c"))
    }
}
