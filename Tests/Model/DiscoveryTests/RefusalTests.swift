import Discovery
import JSONWire
import Testing

/// Every sentence that a person may meet, with the place it names. Each case changes one thing in a file that is fine.
@Suite struct RefusalTests {
    private static let listener: JSONPointer = "/static_resources/listeners/0"
    private static let manager: JSONPointer =
        "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config"
    private static let route: JSONPointer =
        "/static_resources/listeners/0/filter_chains/0/filters/0/typed_config/route_config/virtual_hosts/0/routes/0"
    private static let cluster: JSONPointer = "/static_resources/clusters/0"

    private static let chain = "static_resources.listeners[0].filter_chains[0]"
    private static let host = "\(chain).filters[0].typed_config.route_config.virtual_hosts[0]"

    struct Case: Sendable, CustomTestStringConvertible {
        var pointer: JSONPointer
        var value: JSONValue
        var expected: String
        init(_ pointer: JSONPointer, _ key: String, _ value: JSONValue, _ expected: String) {
            self.pointer = pointer.appending(key)
            self.value = value
            self.expected = expected
        }
        var testDescription: String { expected }
    }

    @Test(arguments: [
        Case(
            .root, "layered_runtime", [:],
            "layered_runtime: \"layered_runtime\" is not supported; supported here: "
                + "node, static_resources, dynamic_resources, admin"),
        Case(
            .root, "static_resource", [:],
            "static_resource: unknown field \"static_resource\"; did you mean \"static_resources\"?"),
        Case(
            listener, "access_log", [],
            "static_resources.listeners[0].access_log: \"access_log\" is not supported; supported here: "
                + "name, address, traffic_direction, filter_chains, listener_filters, enable_reuse_port, "
                + "listener_filters_timeout, continue_on_listener_filters_timeout, use_original_dst, "
                + "bind_to_port"),
        Case(
            listener, "enable_reuse_port", false,
            "static_resources.listeners[0].enable_reuse_port: false is not supported; only true: "
                + "every event loop accepts for itself"),
        Case(
            listener, "filter_chains", [],
            "static_resources.listeners[0].filter_chains: must hold at least one filter chain"),
        Case(
            listener, "address", ["socket_address": ["address": "localhost", "port_value": 1]],
            "static_resources.listeners[0].address.socket_address.address: \"localhost\" is not an IP address; "
                + "names are not resolved, write the number"),
        Case(
            listener, "address", ["socket_address": ["address": "::1", "port_value": 65536]],
            "static_resources.listeners[0].address.socket_address.port_value: 65536 is out of range; "
                + "expected between 0 and 65535"),
        Case(
            listener, "address", ["pipe": ["path": "/x"]],
            "static_resources.listeners[0].address.pipe: \"pipe\" is not supported; supported here: socket_address"),
        Case(
            manager, "@type", "type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProxy",
            "\(chain).filters[0].typed_config.@type: "
                + "\"type.googleapis.com/envoy.extensions.filters.network.redis_proxy.v3.RedisProxy\" is not supported here; "
                + "expected \"type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager\""
        ),
        Case(
            manager, "codec_type", "HTTP3",
            "\(chain).filters[0].typed_config.codec_type: \"HTTP3\" is not supported; did you mean \"HTTP1\"?"),
        Case(
            manager, "http_filters", [],
            "\(chain).filters[0].typed_config.http_filters: the last HTTP filter, and only that, must be \"envoy.filters.http.router\""
        ),
        Case(
            manager, "rds", ["route_config_name": "x"],
            "\(chain).filters[0].typed_config: only one of \"rds\" and \"route_config\" may be set"),
        Case(
            route, "match", ["safe_regex": ["regex": "a**"]],
            "\(host).routes[0].match.safe_regex.regex: “a**”: bad repetition operator: ** (at character 2); "
                + "leave one of them out, or put the inner one into ( )"),
        Case(
            route, "match",
            ["prefix": "/", "headers": [["name": "a", "string_match": ["safe_regex": ["regex": "*"]]]]],
            "\(host).routes[0].match.headers[0].string_match.safe_regex.regex: “*”: no argument for repetition "
                + "operator: * (at character 1); put something before it, or a backslash; any text is .*"),
        Case(
            route, "route",
            ["cluster": "app", "regex_rewrite": ["pattern": ["regex": "a"], "substitution": "a\r\nb"]],
            "\(host).routes[0].route.regex_rewrite: \"substitution\" holds a blank or a control character, "
                + "which no path may"),
        Case(route, "redirect", [:], "\(host).routes[0]: only one of \"route\" and \"redirect\" may be set"),
        Case(
            route, "route", ["cluster": "app", "timeout": "250ms"],
            "\(host).routes[0].route.timeout: \"250ms\" is not a duration; write seconds, \"1.5s\" or \"0.250s\""),
        Case(
            route, "route", ["cluster": "app", "timeout": "-1s"],
            "\(host).routes[0].route.timeout: \"-1s\" is not a duration; write seconds, \"1.5s\" or \"0.250s\""),
        Case(
            route, "route", ["weighted_clusters": ["clusters": [["name": "app"], ["name": "next"]]]],
            "\(host).routes[0].route.weighted_clusters.clusters: the sum of the weights is 0; give one cluster a weight"
        ),
        Case(
            route, "route", ["cluster": "app", "retry_policy": ["retry_on": "5xx,resets"]],
            "\(host).routes[0].route.retry_policy.retry_on: retry condition \"resets\" is not supported; did you mean \"reset\"?"
        ),
        Case(
            route, "request_headers_to_add", [["header": ["key": "x", "value": "%REQ(y)"]]],
            "\(host).routes[0].request_headers_to_add[0].header.value: “%REQ(y)”: a % begins a command that has no end; write %% for the character"
        ),
        Case(
            cluster, "type", "STRICT_DNS",
            "static_resources.clusters[0].type: \"STRICT_DNS\" is not supported; supported here: STATIC, EDS, ORIGINAL_DST"
        ),
        Case(
            cluster, "lb_policy", "LEAST_REQUESTS",
            "static_resources.clusters[0].lb_policy: \"LEAST_REQUESTS\" is not supported; did you mean \"LEAST_REQUEST\"?"
        ),
        Case(
            cluster, "name", "next",
            "static_resources.clusters: two entries are named \"next\""),
        Case(
            cluster, "connect_timeout", "0s",
            "static_resources.clusters[0]: \"connect_timeout\" must be longer than 0 s"),
        Case(
            cluster, "load_assignment", ["cluster_name": "app", "endpoints": [["proximity": 1]]],
            "static_resources.clusters[0].load_assignment.endpoints[0].proximity: \"proximity\" is not supported; "
                + "supported here: lb_endpoints, locality, load_balancing_weight, priority"),
        Case(.root, "admin", "x", "admin: expected an object, found a string"),
        Case(listener, "name", 7, "static_resources.listeners[0].name: expected a string, found a number"),
    ])
    func `what is not acted upon is refused by its path`(changed: Case) throws {
        let file = standAlone.replacing(changed.pointer.tokens[...], by: changed.value)

        let error = #expect(throws: SchemaError.self) { try Bootstrap(json: file) }

        #expect(error?.description == changed.expected)
    }
}

extension JSONValue {
    /// The value with the one at `path` replaced or added.
    fileprivate func replacing(_ path: ArraySlice<String>, by value: JSONValue) -> JSONValue {
        guard let token = path.first else { return value }
        switch self {
        case .array(var elements):
            guard let index = Int(token) else { return self }
            elements[index] = elements[index].replacing(path.dropFirst(), by: value)
            return .array(elements)
        case .object(var object):
            object[token] = (object[token] ?? .null).replacing(path.dropFirst(), by: value)
            return .object(object)
        case .null, .bool, .integer, .number, .string: return .object([token: value])
        }
    }
}
