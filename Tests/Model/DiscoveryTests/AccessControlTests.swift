import JSONWire
import MeshModel
import Patterns
import Testing

@testable import Discovery

@Suite("Access control on the wire") struct AccessControlTests {
    private static func rules() throws -> AccessRules {
        let range = try #require(AddressRange("10.1.0.0/16"))
        let six = try #require(AddressRange("fd00::/8"))
        let token = MetadataMatcher(
            filter: "envoy.filters.http.jwt_authn", path: ["payload", "aud"],
            value: .any([.element(.text(.exact("a"))), .text(.exact("a")), .present(true), .bool(false), .null]),
            inverted: true)
        let template = try #require(PathTemplate("/users/*/orders/**"))
        return AccessRules(
            .deny,
            policies: [
                "one": AccessRules.Policy(
                    permissions: [
                        .all([.any([.everything, .not(.destinationPort(0))]), .destination(range)]),
                        .header(Route.HeaderMatcher(name: ":method", condition: .exact("GET", ignoringCase: false))),
                        .path(.suffix("/x", ignoringCase: true)), .pathTemplate(template), .serverName(.prefix("db.")),
                        .metadata(token),
                    ],
                    principals: [
                        .all([.any([.everybody, .not(.authenticated(nil))]), .peer(range), .client(six)]),
                        .authenticated(.regex(try Pattern(".*/ns/shop/.*"))), .peerIdentity(.contains("/ns/")),
                        .header(Route.HeaderMatcher(name: "x", condition: .present)), .path(.exact("/")),
                        .metadata(token),
                    ]),
                "two": AccessRules.Policy(permissions: [.everything], principals: [.everybody]),
            ])
    }

    @Test func `everything survives, in HTTP's filter and in the one for connections`() throws {
        let rules = try Self.rules()
        let controls = [
            HTTPAccessControl(), HTTPAccessControl(rules: rules),
            HTTPAccessControl(
                rules: AccessRules(.allow, policies: [:]), shadowRules: rules, shadowPrefix: "istio_dry_run_deny_",
                countsPolicies: true),
        ]
        for control in controls {
            let json = try JSONValue.parse(control.json.typed(HTTPAccessControl.typeURL).serialized())
            #expect(try HTTPAccessControl(json: json) == control)
        }

        let plain = AccessRules(
            .deny, policies: ["p": .init(permissions: [.destinationPort(1)], principals: [.authenticated(nil)])])
        let network = NetworkAccessControl(rules: plain, shadowRules: AccessRules(.log, policies: [:]))
        #expect(try NetworkAccessControl(json: JSONValue.parse(network.typedJSON.serialized())) == network)
    }

    @Test func `a connection has no headers to ask for`() throws {
        let header = Route.HeaderMatcher(name: "x", condition: .present)
        let policies: [AccessRules.Policy] = [
            .init(permissions: [.header(header)], principals: [.everybody]),
            .init(permissions: [.everything, .all([.not(.any([.header(header)]))])], principals: [.everybody]),
            .init(permissions: [.everything], principals: [.not(.any([.everybody, .all([.header(header)])]))]),
        ]

        for policy in policies {
            let rules = AccessRules(.allow, policies: ["p": policy])
            for control in [NetworkAccessControl(rules: rules), NetworkAccessControl(shadowRules: rules)] {
                #expect(throws: SchemaError.self) { try NetworkAccessControl(json: control.typedJSON) }
            }
        }
    }

    @Test func `several may stand in one chain`() throws {
        let filters = [
            HTTPFilter.accessControl(HTTPAccessControl(rules: AccessRules(.deny, policies: [:]))),
            .accessControl(HTTPAccessControl(rules: AccessRules(.allow, policies: [:]))),
        ]
        let manager = HTTPConnectionManager(
            statPrefix: "m", routes: .inline(RouteConfiguration(name: "r", virtualHosts: [])), filters: filters)
        let name = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"

        let read = try HTTPConnectionManager(json: manager.json.typed("type.googleapis.com/\(name)"))

        #expect(read.filters == filters)
    }

    @Test(arguments: [
        (#"{"rules": {"action": "REFUSE"}}"#, "rules.action"),
        (#"{"rules": {"policies": {"p": {"permissions": [], "principals": [{"any": true}]}}}}"#, "permissions"),
        (#"{"rules": {"policies": {"p": {"permissions": [{"any": true}]}}}}"#, "principals: is required"),
        (#"{"rules": {"policies": {"p": {"permissions": [{}], "principals": [{"any": true}]}}}}"#, "exactly one of"),
        (
            #"{"rules": {"policies": {"p": {"permissions": [{"any": false}], "principals": [{"any": true}]}}}}"#,
            "only true"
        ),
        (
            #"{"rules": {"policies": {"p": {"permissions": [{"any": true, "destination_port": 1}], "principals": [{"any": true}]}}}}"#,
            "exactly one of"
        ),
        (
            #"{"rules": {"policies": {"p": {"permissions": [{"destination_port": 65536}], "principals": [{"any": true}]}}}}"#,
            "out of range"
        ),
        (
            #"{"rules": {"policies": {"p": {"permissions": [{"any": true}], "principals": [{"remote_ip": {"address_prefix": "10.0.0.0", "prefix_len": 33}}]}}}}"#,
            "out of range"
        ),
        (
            #"{"rules": {"policies": {"p": {"permissions": [{"any": true}], "principals": [{"remote_ip": {"address_prefix": "ten"}}]}}}}"#,
            "is not an IP address"
        ),
        (
            #"{"rules": {"policies": {"p": {"permissions": [{"any": true}], "principals": [{"filter_state": {"key": "other", "string_match": {"exact": "a"}}}]}}}}"#,
            "io.istio.peer_principal"
        ),
        (
            #"{"rules": {"policies": {"p": {"permissions": [{"any": true}], "principals": [{"any": true}], "condition": {}}}}}"#,
            "not supported"
        ),
        (#"{"matcher": {}}"#, "not supported"),
    ])
    func `what is not acted upon is refused`(text: String, part: String) throws {
        var object = try #require(JSONValue.parse(Array(text.utf8)).object)
        object["@type"] = .string(HTTPAccessControl.typeURL)
        do {
            _ = try HTTPAccessControl(json: .object(object))
            Issue.record("\(text) was taken")
        } catch {
            #expect("\(error)".contains(part), "\(error)")
        }
    }

    @Test(arguments: [
        (
            "/users/*/orders/**", ["/users/1/orders/", "/users/1/orders/2/3"],
            ["/users//orders/", "/users/1/2/orders/x", "/users/1/orders"]
        ),
        ("/**", ["/", "/a", "/a/b"], ["", "a"]), ("/*", ["/a", "/a.b-c%20", "/a=b"], ["/", "/a/b", "/a*"]),
        ("/a.b/*/", ["/a.b/c/"], ["/axb/c/", "/a.b/c"]), ("/a", ["/a"], ["/a/", "/ab"]),
    ])
    func `a template takes segments`(template: String, matching: [String], other: [String]) throws {
        let template = try #require(PathTemplate(template))

        #expect(matching.filter { !template.pattern.matchesWhole($0) } == [])
        #expect(other.filter { template.pattern.matchesWhole($0) } == [])
    }

    @Test(arguments: ["", "a", "/**/*", "/**/**", "/a*", "/{x}", "/a//b", "/a b", "/a?b", "/ä"])
    func `a template that Envoy would not take is none`(text: String) {
        #expect(PathTemplate(text) == nil)
    }
}
