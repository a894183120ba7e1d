import Testing
import TrafficPolicy

@Suite struct RouteTableTests {
    /// A table whose hosts are named by their only domain, with one rule each that forwards to a cluster of that name.
    private func table(domains: [String]) -> RouteTable {
        RouteTable(
            domains.map { domain in
                RouteHost.Source(name: domain, domains: [domain], rules: [.init(action: .to(domain))])
            })
    }

    @Test(arguments: [
        ("payment-service", "payment-service"),
        ("PAYMENT-Service", "payment-service"),
        ("payment-service:80", "payment-service:80"),
        ("payment-service:81", "*"),
        ("a.example", "*.example"),
        (".example", "*"),
        ("a.b.example", "*.b.example"),
        ("x-b.example", "*.example"),
        ("www.example.org", "www.*"),
        ("www.", "*"),
        ("", "*"),
    ])
    func `the most exact domain takes an authority`(authority: String, expected: String) {
        let table = table(
            domains: ["*", "*.example", "*.b.example", "www.*", "payment-service", "payment-service:80"])

        let match = table.match(SimpleRequest(authority))

        #expect(match?.host.name == expected)
    }

    @Test func `an authority that no domain takes matches nothing`() {
        let table = table(domains: ["a", "*.b"])

        #expect(table.match(SimpleRequest("c")) == nil)
    }

    @Test func `a domain in two hosts belongs to the first`() {
        let table = RouteTable([
            .init(name: "one", domains: ["a", "*.b"], rules: [.init(action: .to("x"))]),
            .init(name: "two", domains: ["A", "*.B"], rules: [.init(action: .to("y"))]),
        ])

        #expect(table.match(SimpleRequest("a"))?.host.name == "one")
        #expect(table.match(SimpleRequest("z.b"))?.host.name == "one")
    }

    @Test func `a thousand domains are all found, and their neighbours are not`() {
        let names = (0..<1000).map { "service-\($0).shop.svc.cluster.local" }
        let table = table(domains: names)

        for name in names {
            #expect(table.match(SimpleRequest(name))?.host.name == name)
            #expect(table.match(SimpleRequest(name + "x")) == nil)
        }
    }

    @Test func `the first rule that holds wins`() {
        let table = RouteTable([
            .init(
                name: "host", domains: ["*"],
                rules: [
                    .init(name: "exact", path: PathCondition(.exact, "/a".utf8), action: .to("one")),
                    .init(
                        name: "header", path: PathCondition(.prefix, "/a".utf8),
                        headers: [FieldCondition(header: "x-user", .exact(Array("me".utf8)))], action: .to("two")),
                    .init(
                        name: "method", headers: [FieldCondition(header: ":method", .exact(Array("POST".utf8)))],
                        action: .to("one")),
                    .init(name: "rest", path: PathCondition(.prefix, "/".utf8), action: .to("three")),
                ])
        ])

        #expect(table.match(SimpleRequest("h", "/a?b"))?.rule.name == "exact")
        #expect(table.match(SimpleRequest("h", "/ab", headers: ["x-user": "me"]))?.rule.name == "header")
        #expect(table.match(SimpleRequest("h", "/ab", headers: ["x-user": "you"]))?.rule.name == "rest")
        #expect(table.match(SimpleRequest("h", "/b", method: "POST"))?.rule.name == "method")
        #expect(table.match(SimpleRequest("h", "*", method: "OPTIONS")) == nil)
        #expect(table.clusterNames == ["one", "two", "three"])
        #expect(table.rules.map(\.index) == [0, 1, 2, 3])
    }

    @Test func `matching agrees with a naive model on every small table`() {
        // Given all domains over two letters with or without a star at one end, and all authorities up to three letters
        let texts = words(upTo: 2)
        let domains = ["*"] + texts.flatMap { [$0, "*\($0)", "\($0)*"] }.filter { !$0.isEmpty && $0 != "*" }
        let authorities = words(upTo: 3)

        for first in domains {
            for second in domains where second != first {
                // When both stand in one table
                let table = table(domains: [first, second])

                // Then each authority goes where the plain reading of the rule sends it
                for authority in authorities {
                    let expected = naive([first, second], authority)
                    let found = table.match(SimpleRequest(authority))?.host.name
                    guard found != expected else { continue }
                    Issue.record("\(authority) in [\(first), \(second)]: \(found ?? "-"), not \(expected ?? "-")")
                    return
                }
            }
        }
    }

    private func words(upTo length: Int) -> [String] {
        (0..<length).reduce([""]) { words, _ in
            words + words.flatMap { ["\($0)a", "\($0)b"] }
        }.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    /// The rule as the documentation tells it: exact, longest suffix, longest prefix, everything.
    private func naive(_ domains: [String], _ authority: String) -> String? {
        if domains.contains(authority), !authority.isEmpty { return authority }
        let suffixes = domains.filter { $0.hasPrefix("*") && $0 != "*" }
            .filter { authority.count > $0.count - 1 && authority.hasSuffix($0.dropFirst()) }
        if let longest = suffixes.max(by: { $0.count < $1.count }) { return longest }
        let prefixes = domains.filter { $0.hasSuffix("*") && $0 != "*" }
            .filter { authority.count > $0.count - 1 && authority.hasPrefix($0.dropLast()) }
        if let longest = prefixes.max(by: { $0.count < $1.count }) { return longest }
        return domains.contains("*") ? "*" : nil
    }
}

extension RouteAction {
    static func to(_ cluster: String) -> RouteAction { .forward(.init(shares: [.init(cluster: cluster)])) }
}
