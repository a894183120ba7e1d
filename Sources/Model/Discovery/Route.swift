package import Patterns

/// One rule: which requests, and what becomes of them. Envoy's `route.v3.Route`.
package struct Route: Hashable, Sendable {
    package enum Action: Hashable, Sendable {
        case forward(Forward)
        case redirect(Redirect)
        case direct(DirectResponse)
    }

    package var name: String?
    package var match: Match
    package var action: Action
    /// Applied before the request leaves and before the response returns.
    package var headers: HeaderOperations
    /// What HTTP filters have to do for these requests.
    package var filters: FilterOverrides
    /// What Envoy's statistics of these requests are called.
    package var statPrefix: String?

    package init(
        name: String? = nil, match: Match, action: Action, headers: HeaderOperations = HeaderOperations(),
        filters: FilterOverrides = FilterOverrides(), statPrefix: String? = nil
    ) {
        self.statPrefix = statPrefix
        self.filters = filters
        self.name = name
        self.match = match
        self.action = action
        self.headers = headers
    }
}

extension Route {
    /// Envoy's `route.v3.RouteMatch`: the path and every header condition must hold.
    package struct Match: Hashable, Sendable {
        package var path: PathMatcher
        /// False when the letter case of the path does not matter.
        package var caseSensitive: Bool
        package var headers: [HeaderMatcher]
        package var queryParameters: [QueryParameterMatcher]

        package init(
            path: PathMatcher = .prefix("/"), caseSensitive: Bool = true, headers: [HeaderMatcher] = [],
            queryParameters: [QueryParameterMatcher] = []
        ) {
            self.path = path
            self.caseSensitive = caseSensitive
            self.headers = headers
            self.queryParameters = queryParameters
        }
    }

    /// How the path, without query and fragment, is matched.
    package enum PathMatcher: Hashable, Sendable {
        /// `path`: equal.
        case exact(String)
        /// `prefix`: begins with, byte by byte: `/pay` takes `/payments`.
        case prefix(String)
        /// `path_separated_prefix`: equal, or begins with this and a `/`.
        case segments(String)
        /// `safe_regex`: the whole path, by RE2.
        case regex(Pattern)
    }

    /// Envoy's `route.v3.HeaderMatcher`. `:method`, `:authority`, `:path` and `:scheme` name the request line.
    package struct HeaderMatcher: Hashable, Sendable {
        package var name: String
        package var condition: StringCondition
        /// True when the request matches if the condition does *not* hold.
        package var inverted: Bool
        /// True tests a header that is not there as if it were empty. Without it such a header fails every test of its
        /// value, an inverted one, too.
        package var treatsMissingAsEmpty: Bool

        package init(
            name: String, condition: StringCondition, inverted: Bool = false, treatsMissingAsEmpty: Bool = false
        ) {
            self.name = name
            self.condition = condition
            self.inverted = inverted
            self.treatsMissingAsEmpty = treatsMissingAsEmpty
        }
    }

    /// Envoy's `route.v3.QueryParameterMatcher`.
    package struct QueryParameterMatcher: Hashable, Sendable {
        package var name: String
        package var condition: StringCondition

        package init(name: String, condition: StringCondition) {
            self.name = name
            self.condition = condition
        }
    }

    /// What a header or a query parameter must be.
    package enum StringCondition: Hashable, Sendable {
        case present
        case absent
        case exact(String, ignoringCase: Bool)
        case prefix(String, ignoringCase: Bool)
        case suffix(String, ignoringCase: Bool)
        case contains(String, ignoringCase: Bool)
        /// The whole value, by RE2.
        case regex(Pattern)
    }
}
