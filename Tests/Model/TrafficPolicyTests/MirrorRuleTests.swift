import Testing
import TrafficPolicy

@Suite struct MirrorRuleTests {
    @Test(arguments: [
        ("catalog", "catalog-shadow"), ("catalog:8080", "catalog-shadow:8080"), ("[::1]", "[::1]-shadow"),
        ("[::1]:80", "[::1]-shadow:80"), ("", "-shadow"), (":", "-shadow:"),
    ])
    func `a copy's host tells that it is one`(host: String, marked: String) {
        #expect(String(decoding: MirrorRule.markedHost(host.utf8), as: UTF8.self) == marked)
    }
}
