/// The rules of some domains, in order.
package final class RouteHost: Sendable {
    /// What a host is compiled from.
    package struct Source: Sendable {
        package var name: String
        /// Exact, `*suffix`, `prefix*` or `*`; letter case does not matter.
        package var domains: [String]
        package var rules: [RouteRule.Source]

        package init(name: String, domains: [String], rules: [RouteRule.Source]) {
            self.name = name
            self.domains = domains
            self.rules = rules
        }
    }

    package let name: String
    package let rules: [RouteRule]

    init(name: String, rules: [RouteRule]) {
        self.name = name
        self.rules = rules
    }

    /// The first rule that holds for the request.
    package func match(_ request: some RequestFacts) -> RouteMatch? {
        let target = request.target
        for rule in rules where rule.holds(for: request, target: target) {
            return RouteMatch(host: self, rule: rule)
        }
        return nil
    }
}
