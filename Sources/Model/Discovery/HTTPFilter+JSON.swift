import JSONWire

extension HTTPFilter {
    static let routerName = "envoy.filters.http.router"
    private static let routerType = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"

    /// Reads an element of `http_filters`; `nil` for the router.
    init?(element reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["name", "typed_config"], unsupported: ["config_discovery", "is_optional", "disabled"])
        let config = try fields.required("typed_config")
        switch config.value["@type"]?.string {
        case HTTPAccessControl.typeURL: self = .accessControl(try HTTPAccessControl(config))
        case HTTPFault.typeURL: self = .fault(try HTTPFault(config))
        case CORSPolicy.filterTypeURL:
            _ = try config.anyFields(CORSPolicy.filterTypeURL, [])
            self = .cors
        case JWTAuthentication.typeURL: self = .jwt(try JWTAuthentication(config))
        case LocalRateLimit.typeURL: self = .rateLimit(try LocalRateLimit(config))
        case ExternalAuthorization.typeURL: self = .externalAuthorization(try ExternalAuthorization(config))
        default:
            _ = try config.anyFields(
                Self.routerType, [],
                unsupported: [
                    "dynamic_stats", "start_child_span", "upstream_log", "upstream_log_options",
                    "suppress_envoy_headers", "strict_check_headers", "respect_expected_rq_timeout",
                    "suppress_grpc_request_failure_code_stats", "upstream_http_filters",
                ])
            return nil
        }
        // Routes configure a filter by its name, so that another name would cut it off from them.
        if let given = fields["name"], given.value.string != name {
            throw given.error("must be \"\(name)\"")
        }
    }

    var element: JSONValue {
        let config: JSONValue =
            switch self {
            case .accessControl(let control): control.json.typed(HTTPAccessControl.typeURL)
            case .fault(let fault): fault.json.typed(HTTPFault.typeURL)
            case .cors: JSONValue.message([:]).typed(CORSPolicy.filterTypeURL)
            case .jwt(let authentication): authentication.json.typed(JWTAuthentication.typeURL)
            case .rateLimit(let limit): limit.json.typed(LocalRateLimit.typeURL)
            case .externalAuthorization(let check): check.json.typed(ExternalAuthorization.typeURL)
            }
        return ["name": .string(name), "typed_config": config]
    }

    static var router: JSONValue {
        ["name": .string(routerName), "typed_config": JSONValue.message([:]).typed(routerType)]
    }
}

extension FilterOverrides {
    static let fieldName = "typed_per_filter_config"

    /// Reads the field of a route or a virtual host; empty where it is absent.
    init(_ fields: SchemaFields) throws(SchemaError) {
        self.init()
        for (name, config) in try fields[Self.fieldName]?.entries() ?? [] {
            switch config.value["@type"]?.string {
            case HTTPFault.typeURL: fault = try HTTPFault(config)
            case CORSPolicy.typeURL: cors = try CORSPolicy(config)
            case ExternalAuthorizationOverride.typeURL:
                skipsExternalAuthorization = try ExternalAuthorizationOverride.isDisabled(config)
            case LocalRateLimit.typeURL:
                rateLimit = try LocalRateLimit(config)
                guard rateLimit?.bucket != nil else { throw config.error("a route's limit needs \"token_bucket\"") }
            default: throw config.error("no such configuration of \"\(name)\" is supported for a route")
            }
        }
    }

    func write(into object: inout JSONObject) {
        var filters = JSONObject()
        filters["envoy.filters.http.fault"] = fault?.json.typed(HTTPFault.typeURL)
        filters["envoy.filters.http.cors"] = cors?.json.typed(CORSPolicy.typeURL)
        filters["envoy.filters.http.local_ratelimit"] = rateLimit?.json.typed(LocalRateLimit.typeURL)
        filters["envoy.filters.http.ext_authz"] = skipsExternalAuthorization.map {
            ExternalAuthorizationOverride.json(isDisabled: $0).typed(ExternalAuthorizationOverride.typeURL)
        }
        if !filters.isEmpty { object[Self.fieldName] = .object(filters) }
    }
}
