/// A step that requests pass before the router: one of Envoy's HTTP filters with its configuration.
package enum HTTPFilter: Hashable, Sendable {
    case fault(HTTPFault)
    case jwt(JWTAuthentication)

    /// The name that Envoy knows the filter by, under which routes configure it, too.
    package var name: String {
        switch self {
        case .fault: "envoy.filters.http.fault"
        case .jwt: "envoy.filters.http.jwt_authn"
        }
    }
}

/// What a route, or a virtual host for all of its routes, wants of HTTP filters: Envoy's `typed_per_filter_config`. It
/// takes the place of the filter's own configuration.
package struct FilterOverrides: Hashable, Sendable {
    package var fault: HTTPFault?

    package init(fault: HTTPFault? = nil) {
        self.fault = fault
    }

    /// These where they say something, otherwise `general`.
    package func overriding(_ general: FilterOverrides) -> FilterOverrides {
        FilterOverrides(fault: fault ?? general.fault)
    }
}
