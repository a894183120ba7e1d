/// A step that requests pass before the router: one of Envoy's HTTP filters with its configuration.
package enum HTTPFilter: Hashable, Sendable {
    case accessControl(HTTPAccessControl)
    case fault(HTTPFault)

    /// The name that Envoy knows the filter by, under which routes configure it, too.
    package var name: String {
        switch self {
        case .accessControl: HTTPAccessControl.filterName
        case .fault: "envoy.filters.http.fault"
        }
    }

    /// Whether several of the kind may stand in one chain. Routes then cannot tell them apart, so that only what no route
    /// configures may.
    var mayRepeat: Bool {
        switch self {
        case .accessControl: true
        case .fault: false
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
