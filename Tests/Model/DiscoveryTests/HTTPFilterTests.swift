import Discovery
import JSONWire
import Testing

@Suite("HTTP filters on the wire") struct HTTPFilterTests {
    @Test(arguments: [
        .externalAuthorization(
            ExternalAuthorization(cluster: "c", uri: "http://c", timeout: .milliseconds(500))),
        .externalAuthorization(
            ExternalAuthorization(
                cluster: "c", uri: "http://c", timeout: .seconds(1), pathPrefix: "/check",
                allowedHeaders: [.prefix("x-", ignoringCase: true)],
                addedHeaders: [.init(name: "a", value: "b", appends: false)],
                upstreamHeaders: [.exact("x", ignoringCase: false)],
                appendedUpstreamHeaders: [.exact("y", ignoringCase: false)],
                clientHeaders: [.suffix("z", ignoringCase: false)],
                clientHeadersOnSuccess: [.contains("w", ignoringCase: false)], allowsOnFailure: true,
                marksAllowedFailures: true, statusOnError: 503, enabled: FractionalPercent(numerator: 5),
                trigger: .init(
                    filter: "f", path: ["a", "b"], value: .prefix("p", ignoringCase: false), isInverted: true),
                statPrefix: "s")),
        HTTPFilter.fault(HTTPFault()), .cors, .rateLimit(LocalRateLimit(statPrefix: "l")),
        .rateLimit(
            LocalRateLimit(
                statPrefix: "l", bucket: .init(maximumTokens: 5, tokensPerFill: 2, fillInterval: .milliseconds(50)),
                enabled: .all, enforced: FractionalPercent(numerator: 5),
                responseAdditions: [.init(name: "a", value: "b")],
                status: 503, isResourceExhausted: true, tellsLimits: true)),
        .fault(
            HTTPFault(
                delay: HTTPFault.Delay(duration: .milliseconds(1500), share: FractionalPercent(percent: 0.05)),
                abort: HTTPFault.Abort(.grpc(status: 14), share: .all))),
        .fault(HTTPFault(abort: HTTPFault.Abort(.http(status: 503), share: FractionalPercent(numerator: 7)))),
    ])
    func `every kind survives in a connection manager`(filter: HTTPFilter) throws {
        let manager = HTTPConnectionManager(
            statPrefix: "m", routes: .inline(RouteConfiguration(name: "r", virtualHosts: [])), filters: [filter])

        #expect(try HTTPConnectionManager(json: manager.read) == manager)
    }

    @Test func `routes and hosts configure filters`() throws {
        let fault = HTTPFault(abort: HTTPFault.Abort(.http(status: 503), share: .all))
        let route = Route(
            match: Route.Match(), action: .direct(Route.DirectResponse(status: 200)),
            filters: FilterOverrides(fault: fault))
        let host = VirtualHost(name: "h", domains: ["*"], routes: [route], filters: FilterOverrides(fault: HTTPFault()))

        let read = try VirtualHost(json: try JSONValue.parse(host.json.serialized()))

        #expect(read == host)
        #expect(read.routes.first?.filters.overriding(read.filters).fault == fault)
    }

    @Test func `a route's policy for other origins goes before its host's, field by field`() throws {
        let general = CORSPolicy(
            allowedOrigins: [.exact("a", ignoringCase: false)], allowedMethods: "GET", maximumAge: "1",
            allowsCredentials: true, forwardsUnmatchedPreflights: false, enabled: FractionalPercent.none)
        let own = CORSPolicy(
            allowedHeaders: "x", maximumAge: "2", allowsCredentials: false, allowsPrivateNetwork: true, enabled: .all)

        let both = FilterOverrides(cors: own).overriding(FilterOverrides(cors: general)).cors

        #expect(
            both
                == CORSPolicy(
                    allowedOrigins: [.exact("a", ignoringCase: false)], allowedMethods: "GET", allowedHeaders: "x",
                    maximumAge: "2", allowsCredentials: false, allowsPrivateNetwork: true,
                    forwardsUnmatchedPreflights: false, enabled: .all))
        #expect(FilterOverrides().overriding(FilterOverrides(cors: general)).cors == general)
        for policy in [general, own] {
            let route = Route(
                match: Route.Match(), action: .direct(Route.DirectResponse(status: 200)),
                filters: FilterOverrides(cors: policy))
            #expect(try Route(json: try JSONValue.parse(route.json.serialized())) == route)
        }
    }

    @Test func `a route may pass without asking, or ask although its host does not`() throws {
        for flag in [true, false] {
            let route = Route(
                match: Route.Match(), action: .direct(Route.DirectResponse(status: 200)),
                filters: FilterOverrides(skipsExternalAuthorization: flag))
            let host = FilterOverrides(skipsExternalAuthorization: !flag)

            #expect(try Route(json: try JSONValue.parse(route.json.serialized())) == route)
            #expect(route.filters.overriding(host).skipsExternalAuthorization == flag)
            #expect(FilterOverrides().overriding(host).skipsExternalAuthorization == !flag)
        }
    }

    @Test func `the router stands last and alone`() throws {
        let router = #"{"name": "r", "typed_config": {"@type": "\#(Self.type("router.v3.Router"))"}}"#
        let fault =
            #"{"name": "envoy.filters.http.fault", "typed_config": {"@type": "\#(Self.type("fault.v3.HTTPFault"))"}}"#
        let refused = ["", router + "," + router, router + "," + fault, fault, fault + "," + fault + "," + router]
        for list in refused {
            #expect(throws: SchemaError.self, "\(list)") { try Self.manager("[\(list)]") }
        }
        #expect(try Self.manager("[\(fault),\(router)]").filters == [.fault(HTTPFault())])
    }

    @Test func `a filter has the name that routes configure it by`() {
        let fault = #"{"name": "fault", "typed_config": {"@type": "\#(Self.type("fault.v3.HTTPFault"))"}}"#
        #expect(throws: SchemaError.self) { try Self.manager("[\(fault)]") }
    }

    private static func type(_ name: String) -> String { "type.googleapis.com/envoy.extensions.filters.http.\(name)" }

    private static func manager(_ filters: String) throws -> HTTPConnectionManager {
        var json = HTTPConnectionManager(
            statPrefix: "m", routes: .inline(RouteConfiguration(name: "r", virtualHosts: [])))
        json.filters = []
        var object = try #require(json.read.object)
        object["http_filters"] = try JSONValue.parse(Array(filters.utf8))
        return try HTTPConnectionManager(json: .object(object))
    }
}

extension HTTPConnectionManager {
    /// As a reader gets it, with the type that a filter chain puts in front.
    fileprivate var read: JSONValue {
        let name = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
        var object: JSONObject = ["@type": .string("type.googleapis.com/\(name)")]
        for (key, value) in json.object ?? JSONObject() { object[key] = value }
        return .object(object)
    }
}
