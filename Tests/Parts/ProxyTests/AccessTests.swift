import Discovery
import HTTPTransport
import MeshModel
import SystemIO
import Testing

@testable import Proxy

/// Who may pass the inbound proxy, from the caller's certificate to the answer.
@Suite("Access") struct AccessTests {
    private static let web = "spiffe://cluster.local/ns/shop/sa/web"

    private static func method(_ name: String) -> AccessPermission {
        .header(Route.HeaderMatcher(name: ":method", condition: .exact(name, ignoringCase: false)))
    }

    private static func filter(
        _ action: AccessRules.Action, _ name: String = "ns[shop]-policy[p]-rule[0]",
        _ permissions: [AccessPermission] = [.everything], _ principals: [AccessPrincipal] = [.everybody]
    ) -> HTTPFilter {
        .accessControl(
            HTTPAccessControl(
                rules: AccessRules(
                    action, policies: [name: AccessRules.Policy(permissions: permissions, principals: principals)])))
    }

    private func chain(_ filters: HTTPFilter..., permissive: Bool = false) throws -> TestChain {
        let chain = try TestChain()
        try chain.applyDestination(permissive: permissive, filters: filters)
        return chain
    }

    /// What the policies have counted: `policy rule action result mode` and how often.
    private func counts(_ chain: TestChain) -> [String: UInt64] {
        Dictionary(
            chain.access.reports.filter { $0.total > 0 }.map { report in
                (report.labels.map(\.value).joined(separator: " "), report.total)
            }, uniquingKeysWith: +)
    }

    @Test func `the caller's certificate says who it is`() throws {
        let allowed = try chain(
            Self.filter(.allow, "ns[shop]-policy[p]-rule[0]", [.everything], [.authenticated(.exact(Self.web))]))
        let other = try chain(
            Self.filter(
                .allow, "ns[shop]-policy[p]-rule[0]", [.everything], [.authenticated(.prefix("spiffe://other/"))]))

        #expect(try allowed.send().status == 200)
        let refused = try other.send()
        #expect(refused.status == 403)
        #expect(refused.body == Array("RBAC: access denied".utf8))
        #expect(other.seen.isEmpty)
        #expect(counts(allowed) == ["shop/p 0 ALLOW allowed enforced": 1])
        #expect(counts(other) == ["none  ALLOW denied enforced": 1])
    }

    @Test func `a refusal counts for the service that was asked for, without a flag`() throws {
        let chain = try chain(Self.filter(.deny))

        #expect(try chain.send().status == 403)

        try chain.wait {
            chain.requests(
                chain.destination, #"response_code="403""#, #"response_flags="-""#,
                #"source_workload="web-v1""#) == 1
        }
    }

    @Test func `method and path decide`() throws {
        let chain = try chain(
            Self.filter(
                .allow, "ns[shop]-policy[p]-rule[0]", [.all([Self.method("GET"), .path(.prefix("/public/"))])]))

        #expect(try chain.send("GET", "/public/a?b").status == 200)
        #expect(try chain.send("POST", "/public/a", body: [1]).status == 403)
        #expect(try chain.send("GET", "/private?x=/public/").status == 403)
    }

    @Test func `what is denied no policy allows`() throws {
        let chain = try chain(
            Self.filter(.deny, "ns[shop]-policy[no]-rule[3]", [.path(.prefix("/admin"))]),
            Self.filter(.allow, "ns[shop]-policy[yes]-rule[0]"))

        #expect(try chain.send("GET", "/admin/x").status == 403)
        #expect(try chain.send("GET", "/").status == 200)
        #expect(
            counts(chain) == [
                "shop/no 3 DENY denied enforced": 1, "none  DENY allowed enforced": 1,
                "shop/yes 0 ALLOW allowed enforced": 1,
            ])
    }

    @Test func `rules that allow nothing let nothing pass, rules that deny nothing everything`() throws {
        let allow = try chain(.accessControl(HTTPAccessControl(rules: AccessRules(.allow, policies: [:]))))
        let deny = try chain(.accessControl(HTTPAccessControl(rules: AccessRules(.deny, policies: [:]))))
        let none = try chain(.accessControl(HTTPAccessControl()))

        #expect(try allow.send().status == 403)
        #expect(try deny.send().status == 200)
        #expect(try none.send().status == 200)
    }

    @Test func `what is only tried is counted and changes nothing`() throws {
        let rules = AccessRules(
            .deny,
            policies: [
                "ns[shop]-policy[try]-rule[0]": AccessRules.Policy(
                    permissions: [.everything], principals: [.everybody])
            ])
        let chain = try chain(
            .accessControl(HTTPAccessControl(shadowRules: rules, shadowPrefix: "istio_dry_run_deny_")),
            // What was tried is there for filters after.
            .accessControl(
                HTTPAccessControl(
                    rules: AccessRules(
                        .allow,
                        policies: [
                            "tried": AccessRules.Policy(
                                permissions: [
                                    .metadata(
                                        MetadataMatcher(
                                            filter: "envoy.filters.http.rbac",
                                            path: ["istio_dry_run_deny_shadow_engine_result"],
                                            value: .text(.exact("denied"))))
                                ], principals: [.everybody])
                        ]))))

        #expect(try chain.send().status == 200)
        #expect(
            counts(chain) == [
                "shop/try 0 DENY denied dry_run": 1, "tried  ALLOW allowed enforced": 1,
            ])
    }

    @Test func `marking for the log lets everything pass`() throws {
        let chain = try chain(Self.filter(.log))

        #expect(try chain.send().status == 200)
        #expect(counts(chain) == ["shop/p 0 AUDIT allowed enforced": 1])
    }

    @Test func `over plain text there is no caller`() throws {
        let chain = try chain(
            Self.filter(.deny, "ns[shop]-policy[p]-rule[0]", [.everything], [.not(.authenticated(.exact(Self.web)))]),
            permissive: true)

        #expect(try chain.send().status == 200)
        try chain.applySource(endpoints: [chain.inbound], secure: false)
        #expect(try chain.send().status == 403)
    }

    @Test func `addresses are those of the connection and of the client behind it`() throws {
        let local = try #require(AddressRange("127.0.0.0/8"))
        let far = try #require(AddressRange("192.0.2.0/24"))
        let chain = try chain(
            Self.filter(
                .allow, "ns[shop]-policy[p]-rule[0]", [.destination(local)], [.all([.peer(local), .client(far)])]))

        #expect(try chain.send().status == 403)
        #expect(try chain.send(headers: [("x-forwarded-for", "10.0.0.1, 192.0.2.7")]).status == 200)
        #expect(try chain.send(headers: [("x-forwarded-for", "192.0.2.7, 10.0.0.1")]).status == 403)
    }

    @Test func `gRPC is refused in its own words`() throws {
        let chain = try chain(Self.filter(.deny))

        let response = try chain.send("POST", headers: [("content-type", "application/grpc+proto")], body: [0])

        #expect(response.status == 200)
        #expect(response.headers["grpc-status"] == "7")
        #expect(response.headers["grpc-message"] == "RBAC: access denied")
        try chain.wait {
            chain.requests(chain.destination, #"response_code="200""#, #"grpc_response_status="7""#) == 1
        }
    }

    @Test func `a refused body is read no further and the connection goes on`() throws {
        let chain = try chain(Self.filter(.deny, "ns[shop]-policy[p]-rule[0]", [Self.method("POST")]))

        #expect(try chain.send("POST", body: [UInt8](repeating: 7, count: 300_000)).status == 403)
        #expect(try chain.send().status == 200)
    }

    @Test func `counts outlive the configuration`() throws {
        let chain = try chain(Self.filter(.allow))
        #expect(try chain.send().status == 200)

        try chain.applyDestination(filters: [Self.filter(.allow), Self.filter(.deny, "other", [.not(.everything)])])
        #expect(try chain.send().status == 200)

        #expect(counts(chain)["shop/p 0 ALLOW allowed enforced"] == 2)
    }

    @Test func `no other way to write a path passes a rule about it`() throws {
        let chain = try TestChain()
        try chain.applyDestination(
            filters: [Self.filter(.deny, "p", [.path(.prefix("/admin"))])], normalizesPath: true)

        for target in ["/admin", "/x/../admin", "/%61dmin", "/x\\..\\admin", "/x/%2e%2e/admin?a"] {
            #expect(try chain.send("GET", target).status == 403, "\(target)")
        }
        #expect(try chain.send("GET", "/admin/../x?y=..").status == 200)
        #expect(chain.seen.map(\.target) == ["/x?y=.."])
        #expect(try chain.send("GET", "/%00").status == 400)
    }

    @Test func `what policies did stands on the page`() throws {
        let chain = try chain(Self.filter(.deny))
        _ = try chain.send()
        var facts = ProcessFacts(version: "1", startedAt: SystemClock.wall())
        facts.access = chain.access.reports

        let page = String(decoding: MetricsExposition.render(MetricsPage(), facts: facts), as: UTF8.self)

        #expect(page.contains("# TYPE meshtop_authorization_decisions_total counter"))
        #expect(
            page.contains(
                #"meshtop_authorization_decisions_total{policy="shop/p",rule="0",action="DENY",result="denied",mode="enforced"} 1"#
            ))
    }
}
