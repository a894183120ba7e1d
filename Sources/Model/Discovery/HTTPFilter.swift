/// A step that requests pass before the router: one of Envoy's HTTP filters with its configuration.
package enum HTTPFilter: Hashable, Sendable {
    case accessControl(HTTPAccessControl)
    case fault(HTTPFault)
    /// Does what ``CORSPolicy`` of a route says.
    case cors
    case jwt(JWTAuthentication)
    case rateLimit(LocalRateLimit)
    case externalAuthorization(ExternalAuthorization)

    /// The name that Envoy knows the filter by, under which routes configure it, too.
    package var name: String {
        switch self {
        case .accessControl: HTTPAccessControl.filterName
        case .fault: "envoy.filters.http.fault"
        case .cors: "envoy.filters.http.cors"
        case .jwt: "envoy.filters.http.jwt_authn"
        case .rateLimit: "envoy.filters.http.local_ratelimit"
        case .externalAuthorization: "envoy.filters.http.ext_authz"
        }
    }

    /// Whether several of the kind may stand in one chain. Routes then cannot tell them apart, so that only what no route
    /// configures may.
    var mayRepeat: Bool {
        switch self {
        case .accessControl: true
        case .fault, .cors, .jwt, .rateLimit, .externalAuthorization: false
        }
    }
}

/// What a route, or a virtual host for all of its routes, wants of HTTP filters: Envoy's `typed_per_filter_config`. It
/// takes the place of the filter's own configuration.
package struct FilterOverrides: Hashable, Sendable {
    package var fault: HTTPFault?
    package var cors: CORSPolicy?
    package var rateLimit: LocalRateLimit?
    /// Whether requests pass without ``ExternalAuthorization``.
    package var skipsExternalAuthorization: Bool?

    package init(
        fault: HTTPFault? = nil, cors: CORSPolicy? = nil, rateLimit: LocalRateLimit? = nil,
        skipsExternalAuthorization: Bool? = nil
    ) {
        self.fault = fault
        self.cors = cors
        self.rateLimit = rateLimit
        self.skipsExternalAuthorization = skipsExternalAuthorization
    }

    /// These where they say something, otherwise `general`.
    package func overriding(_ general: FilterOverrides) -> FilterOverrides {
        var result = FilterOverrides(
            fault: fault ?? general.fault, cors: cors ?? general.cors, rateLimit: rateLimit ?? general.rateLimit,
            skipsExternalAuthorization: skipsExternalAuthorization ?? general.skipsExternalAuthorization)
        if let cors, let other = general.cors { result.cors = cors.overriding(other) }
        return result
    }
}
