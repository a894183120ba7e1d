import JSONWire
import MeshModel
import Patterns
import Testing

@testable import TrafficPolicy

/// A request for the rules of access.
private struct SomeRequest: AccessFacts {
    var method = Array("GET".utf8)[...]
    var authority = Array("Shop.example:8080".utf8)[...]
    var target = Array("/admin/users?page=2#top".utf8)[...]
    var scheme = Array("http".utf8)[...]
    var headers: [String: String] = ["x-token": "abc"]
    var isTLS = true
    var identities = ["spiffe://cluster.local/ns/shop/sa/web"]
    var serverName = "outbound_.80_._.shop"
    var peer = IPAddress("10.1.2.3")
    var client = IPAddress("192.168.7.9")
    var destination = IPAddress("10.9.9.9")
    var destinationPort: UInt16 = 8080
    var left: [String: JSONObject] = [
        "jwt": [
            "payload": ["iss": "https://a", "aud": ["x", "y"], "realm": ["role": "admin"], "ok": true, "gone": .null]
        ]
    ]

    func header(_ name: [UInt8]) -> ArraySlice<UInt8>? {
        headers[String(decoding: name, as: UTF8.self)].map { Array($0.utf8)[...] }
    }

    func metadata(of filter: String) -> JSONObject? { left[filter] }
}

@Suite("Rules of access") struct AccessPoliciesTests {

    private static func exact(_ text: String) -> FieldCondition.Test { .exact(Array(text.utf8)) }
    private static func prefix(_ text: String) -> FieldCondition.Test { .prefix(Array(text.utf8)) }
    private static func suffix(_ text: String) -> FieldCondition.Test { .suffix(Array(text.utf8)) }
    private static func regex(_ text: String) throws -> FieldCondition.Test { .regex(try Pattern(text)) }
    private static func header(_ name: String, _ test: FieldCondition.Test) -> AccessCondition {
        .field(FieldCondition(header: name, test))
    }
    private static func claim(_ path: String..., test: MetadataCondition.Test) -> AccessCondition {
        .metadata(MetadataCondition(filter: "jwt", path: ["payload"] + path, test: test))
    }

    private static func range(_ text: String) throws -> AddressRange { try #require(AddressRange(text)) }

    @Test func `a request is asked about all that there is`() throws {
        let cases: [(AccessCondition, Bool)] = [
            (.always, true), (.not(.always), false), (.all([]), true), (.any([]), false),
            (.all([.always, .not(.always)]), false), (.any([.not(.always), .always]), true),
            (Self.header(":method", Self.exact("GET")), true), (Self.header(":method", Self.exact("get")), false),
            (Self.header(":authority", .exact(Array("shop.example:8080".utf8), ignoringCase: true)), true),
            (Self.header(":authority", .exact(Array("shop.example".utf8), ignoringCase: true)), false),
            (Self.header("X-Token", Self.prefix("ab")), true), (Self.header("x-token", .present), true),
            (Self.header("x-other", .present), false), (Self.header("x-other", .absent), true),
            (.not(Self.header("x-other", Self.exact("a"))), true),
            (.path(Self.exact("/admin/users")), true), (.path(Self.suffix("/users")), true),
            (.path(Self.prefix("/admin")), true), (.path(Self.exact("/admin/users?page=2")), false),
            (.path(try Self.regex("/admin/.+")), true), (.path(try Self.regex("/admin")), false),
            (.pathTemplate(try Pattern("/[a-z]+/users")), true),
            (.destination(try Self.range("10.9.0.0/16")), true), (.destination(try Self.range("10.8.0.0/16")), false),
            (.destinationPort(8080), true), (.destinationPort(80), false),
            (.peer(try Self.range("10.1.2.3")), true), (.peer(try Self.range("192.168.0.0/16")), false),
            (.client(try Self.range("192.168.0.0/16")), true), (.client(try Self.range("10.0.0.0/8")), false),
            (.authenticated(nil), true), (.authenticated(Self.exact("spiffe://cluster.local/ns/shop/sa/web")), true),
            (.authenticated(Self.suffix("/sa/web")), true), (.authenticated(Self.prefix("spiffe://other")), false),
            (.authenticated(try Self.regex(".*/ns/shop/.*")), true),
            (.authenticated(.contains(Array("NS/shop".utf8), ignoringCase: false)), false),
            (.authenticated(.exact(Array("spiffe://cluster.local/ns/shop/sa/web".utf8), ignoringCase: true)), true),
            (.peerIdentity(Self.suffix("/sa/web")), true), (.serverName(Self.prefix("outbound_")), true),
            (.serverName(Self.exact("")), false),
            (Self.claim("iss", test: .text(Self.exact("https://a"))), true),
            (Self.claim("iss", test: .element(.text(Self.exact("https://a")))), false),
            (Self.claim("aud", test: .element(.text(Self.exact("y")))), true),
            (Self.claim("aud", test: .text(Self.exact("y"))), false),
            (Self.claim("aud", test: .any([.text(Self.exact("y")), .element(.text(Self.exact("x")))])), true),
            (Self.claim("realm", "role", test: .text(Self.exact("admin"))), true),
            (Self.claim("realm", "none", test: .present(true)), false),
            (Self.claim("realm", "none", test: .present(false)), false), (Self.claim("ok", test: .bool(true)), true),
            (Self.claim("ok", test: .bool(false)), false), (Self.claim("gone", test: .null), true),
            (Self.claim("iss", "deeper", test: .present(true)), false),
            (
                .metadata(
                    MetadataCondition(
                        filter: "other", path: ["a"], test: .text(Self.exact("b")), inverted: true)), true
            ),
        ]
        for (index, (condition, expected)) in cases.enumerated() {
            #expect(condition.holds(for: SomeRequest()) == expected, "case \(index): \(condition)")
        }
    }

    @Test func `nobody is somebody without a certificate`() throws {
        var plain = SomeRequest()
        (plain.isTLS, plain.identities) = (false, [])
        var anonymous = SomeRequest()
        anonymous.identities = []

        #expect(!AccessCondition.authenticated(nil).holds(for: plain))
        #expect(!AccessCondition.authenticated(try Self.regex(".*")).holds(for: plain))
        #expect(AccessCondition.authenticated(nil).holds(for: anonymous))
        #expect(!AccessCondition.authenticated(try Self.regex(".+")).holds(for: anonymous))
        #expect(!AccessCondition.peerIdentity(try Self.regex(".*")).holds(for: anonymous))
        // So that "everybody but one" is also everybody who is not known. Istio's rule, and a trap.
        #expect(AccessCondition.not(.authenticated(Self.suffix("/sa/web"))).holds(for: plain))
    }

    @Test func `a connection has neither headers nor a path`() throws {
        let connection = ConnectionAccess(
            isTLS: true, identities: ["spiffe://cluster.local/ns/shop/sa/web"], serverName: "db.example",
            peer: IPAddress("10.1.2.3"), destination: IPAddress("10.9.9.9"), destinationPort: 6379)

        #expect(!Self.header(":method", .present).holds(for: connection))
        #expect(!Self.header(":authority", .present).holds(for: connection))
        #expect(Self.header(":method", .absent).holds(for: connection))
        #expect(!AccessCondition.path(try Self.regex(".*")).holds(for: connection))
        #expect(AccessCondition.client(try Self.range("10.0.0.0/8")).holds(for: connection))
        #expect(AccessCondition.destinationPort(6379).holds(for: connection))
        #expect(AccessCondition.serverName(Self.suffix(".example")).holds(for: connection))
        #expect(!Self.claim("iss", test: .present(true)).holds(for: connection))
    }

    @Test(arguments: [
        (AccessPolicies.Action.allow, [true, false], true, Int?.some(0)), (.allow, [false, true], true, 1),
        (.allow, [false, false], false, nil), (.allow, [], false, nil), (.deny, [false, true], false, 1),
        (.deny, [false, false], true, nil), (.deny, [], true, nil), (.log, [true, true], true, 0),
        (.log, [false], true, nil),
    ])
    func `the action says what a match means`(
        action: AccessPolicies.Action, matches: [Bool], isAllowed: Bool, policy: Int?
    ) {
        let policies = AccessPolicies(
            action,
            matches.enumerated().map { AccessPolicies.Policy(name: "p\($0)", condition: $1 ? .always : .not(.always)) })

        #expect(
            policies.decide(SomeRequest()) == AccessPolicies.Decision(isAllowed: isAllowed, policy: policy))
    }

    @Test func `of several policies the first by name is told`() {
        let names = ["ns[b]-policy[x]-rule[0]", "ns[a]-policy[z]-rule[10]", "ns[a]-policy[z]-rule[1]", "Z"]

        let policies = AccessPolicies(.deny, names.map { AccessPolicies.Policy(name: $0, condition: .always) })

        #expect(policies.policies.map(\.name) == ["Z", names[1], names[2], names[0]])
    }

    @Test(
        arguments: [
            ("10.1.2.3", "10.1.2.3"), ("1.1.1.1, 10.1.2.3", "10.1.2.3"), ("1.1.1.1,10.1.2.3 ", "10.1.2.3"),
            ("1.1.1.1,fd00::1", "fd00::1"), ("1.1.1.1,", nil), ("", nil), ("1.1.1.1,nobody", nil),
            (",10.1.2.3", "10.1.2.3"),
            ("10.1.2.3:80", nil),
        ] as [(String, String?)])
    func `the client is the last that was forwarded for`(field: String, address: String?) {
        #expect(IPAddress(lastForwardedFor: Array(field.utf8)[...])?.description == address)
    }
}
