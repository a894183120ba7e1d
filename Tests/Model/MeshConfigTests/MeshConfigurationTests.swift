import JSONWire
import MeshConfig
import MeshModel
import Testing
import YAMLWire

@Suite struct MeshConfigurationTests {
    @Test func `the canary has no problem`() throws {
        #expect(try mesh(paymentWorkloads, paymentSubsets, paymentCanary).problems == [])
    }

    private static func virtualService(_ spec: String, name: String = "x") -> String {
        """
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: \(name), namespace: payments}
        spec: \(spec)

        """
    }

    private static func object(_ kind: ResourceKind, _ metadata: String, _ spec: String) -> String {
        """
        ---
        apiVersion: \(kind.preferredAPIVersion)
        kind: \(kind.rawValue)
        metadata: {\(metadata)}
        spec: \(spec)

        """
    }

    private static let here = "{host: payment-service, subset: v1}"

    @Test(
        arguments: [
            (
                virtualService("{hosts: [a], http: [{route: [{destination: {host: payment-servce}}]}]}"), "IST0101",
                ConfigProblem.Severity.error,
                "VirtualService payments/x: spec.http[0].route[0].destination.host: no Service or ServiceEntry has the host "
                    + "\"payment-servce.payments.svc.cluster.local\"; did you mean "
                    + "\"payment-service.payments.svc.cluster.local\"?"
            ),
            (
                virtualService("{hosts: [a], http: [{route: [{destination: {host: payment-service.payments}}]}]}"),
                "IST0101", .error,
                "VirtualService payments/x: spec.http[0].route[0].destination.host: no Service or ServiceEntry has the host "
                    + "\"payment-service.payments\"; write \"payment-service.payments.svc.cluster.local\""
            ),
            (
                virtualService("{hosts: [a], http: [{route: [{destination: {host: payment-service, subset: v3}}]}]}"),
                "IST0101", .error,
                "VirtualService payments/x: spec.http[0].route[0].destination.subset: there is no subset \"v3\": "
                    + "payment-service.payments.svc.cluster.local has only \"v1\" and \"v2\"; did you mean \"v1\"?"
            ),
            (
                virtualService(
                    "{hosts: [a], http: [{route: [{destination: {host: payment-service, subset: canary}}]}]}"),
                "IST0101", .error,
                "VirtualService payments/x: spec.http[0].route[0].destination.subset: there is no subset \"canary\": "
                    + "payment-service.payments.svc.cluster.local has only \"v1\" and \"v2\"; add the subset or correct the name"
            ),
            (
                virtualService(
                    "{hosts: [a], http: [{route: [{destination: {host: payment-service, port: {number: 81}}}]}]}"),
                "IST0101", .error,
                "VirtualService payments/x: spec.http[0].route[0].destination.port.number: "
                    + "payment-service.payments.svc.cluster.local has no port 81; it has 80"
            ),
            (
                virtualService("{hosts: [a.example], gateways: [edge], http: [{route: [{destination: \(here)}]}]}"),
                "IST0101", .error,
                "VirtualService payments/x: spec.gateways[0]: there is no Gateway payments/edge"
            ),
            (
                virtualService(
                    "{hosts: [a], http: [{route: [{destination: \(here)}]}, {match: [{uri: {prefix: /a}}], route: [{destination: \(here)}]}]}"
                ), "IST0130", .warning,
                "VirtualService payments/x: spec.http[1]: is never reached: spec.http[0] before it takes every request"
            ),
            (
                virtualService(
                    "{hosts: [payment-service.payments.svc.cluster.local], http: [{route: [{destination: \(here)}]}]}",
                    name: "second"),
                "IST0109", .error,
                "VirtualService payments/second: spec.hosts[0]: VirtualService payments/payment-service routes "
                    + "\"payment-service.payments.svc.cluster.local\" already and is older; put the routes into one object"
            ),
            (
                object(.destinationRule, "name: y, namespace: payments", "{host: nobody}"), "IST0174", .warning,
                "DestinationRule payments/y: spec.host: no Service or ServiceEntry has the host "
                    + "\"nobody.payments.svc.cluster.local\""
            ),
            (
                object(.destinationRule, "name: y, namespace: shop", "{host: payment-service}"), "IST0174", .warning,
                "DestinationRule shop/y: spec.host: no Service or ServiceEntry has the host "
                    + "\"payment-service.shop.svc.cluster.local\"; did you mean \"payment-service.payments.svc.cluster.local\"?"
            ),
            (
                object(.destinationRule, "name: y, namespace: payments", "{host: payment-service}"), nil, .error,
                "DestinationRule payments/y: spec.host: DestinationRule payments/payment-service is for the same host and "
                    + "older; move the subsets there"
            ),
            (
                object(
                    .gateway, "name: g, namespace: shop",
                    "{selector: {istio: none}, servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*']}]}"),
                "IST0101", .warning,
                "Gateway shop/g: spec.selector: no workload has the labels istio=none, so nobody plays this gateway"
            ),
            (
                object(.peerAuthentication, "name: p, namespace: payments", "{selector: {matchLabels: {app: x}}}"),
                "IST0127", .warning,
                "PeerAuthentication payments/p: spec.selector: selects no workload of namespace \"payments\""
            ),
            (
                object(.peerAuthentication, "name: p, namespace: shop", "{mtls: {mode: STRICT}}")
                    + object(.peerAuthentication, "name: q, namespace: shop", "{mtls: {mode: DISABLE}}"), "IST0166",
                .warning,
                "PeerAuthentication shop/q: spec: has no effect: PeerAuthentication shop/p is for the same workloads and older"
            ),
            (
                object(
                    .requestAuthentication, "name: r, namespace: payments",
                    "{selector: {matchLabels: {app: x}}, jwtRules: [{issuer: 'https://a'}]}"), "IST0127", .warning,
                "RequestAuthentication payments/r: spec.selector: selects no workload of namespace \"payments\""
            ),
            (
                object(
                    .requestAuthentication, "name: r, namespace: istio-system",
                    "{selector: {matchLabels: {app: x}}, jwtRules: [{issuer: 'https://a'}]}"), "IST0127", .warning,
                "RequestAuthentication istio-system/r: spec.selector: selects no workload of the mesh"
            ),
            (
                object(
                    .requestAuthentication, "name: r, namespace: payments",
                    "{jwtRules: [{issuer: a, jwksUri: 'http://a'}]}"), nil, .warning,
                "RequestAuthentication payments/r: spec.jwtRules[0]: the keys come over plain HTTP: "
                    + "whoever is on the way can sign tokens"
            ),
            (
                object(
                    .requestAuthentication, "name: r, namespace: payments",
                    "{jwtRules: [{issuer: 'https://a'}, {issuer: 'https://a'}]}"), nil, .warning,
                "RequestAuthentication payments/r: spec.jwtRules[1].issuer: an earlier rule is for \"https://a\", too; "
                    + "a token that either takes is good"
            ),
            (
                object(.workloadEntry, "name: z, namespace: shop", "{address: 127.0.1.9}"), nil, .error,
                "WorkloadEntry shop/z: spec.address: address 127.0.1.9 belongs to WorkloadEntry payments/payment-v1 already; "
                    + "every workload needs its own"
            ),
            (
                object(.service, "name: empty, namespace: shop", "{selector: {app: none}, ports: [{port: 80}]}"),
                "IST0127",
                .warning,
                "Service shop/empty: spec.ports[0]: no workload of namespace \"shop\" has the selector's labels and the port; "
                    + "requests to it fail with 503"
            ),
            (
                object(
                    .serviceEntry, "name: s, namespace: shop",
                    "{hosts: [payment-service.payments.svc.cluster.local], ports: [{number: 80, name: http}], resolution: STATIC, endpoints: [{address: 10.0.0.1}]}"
                ), nil, .error,
                "ServiceEntry shop/s: spec.hosts[0]: host \"payment-service.payments.svc.cluster.local\" belongs to "
                    + "Service payments/payment-service, which is older; use another name"
            ),
        ] as [(String, String?, ConfigProblem.Severity, String)])
    func `what does not fit together is told`(
        added: String, code: String?, severity: ConfigProblem.Severity, expected: String
    ) throws {
        // The first come first: whatever is added is younger
        let base = try objects(paymentWorkloads + "---\n" + paymentSubsets + "---\n" + paymentCanary)
            .map { try $0.created("2026-01-01T00:00:00Z") }
        let extra = try objects(added).map { try $0.created("2026-01-02T00:00:00Z") }

        let problems = MeshConfiguration(base + extra).problems

        #expect(problems.map(\.description) == [expected])
        #expect(problems.first?.code == code)
        #expect(problems.first?.severity == severity)
    }

    @Test func `a subset that nothing has is told at its labels`() throws {
        let problems = try mesh(
            paymentWorkloads, paymentSubsets.replacing("{version: v2}", with: "{version: v9}"), paymentCanary
        ).problems

        #expect(
            problems.map(\.description) == [
                "DestinationRule payments/payment-service: spec.subsets[1].labels: no workload of "
                    + "payment-service.payments.svc.cluster.local has the labels of subset \"v2\", version=v9; "
                    + "requests sent there fail with 503"
            ])
    }

    @Test func `a service with several ports needs to be told which`() throws {
        let problems = try mesh(
            paymentWorkloads.replacing(
                "[{name: http, port: 80, targetPort: 8080}]",
                with: "[{name: http, port: 80, targetPort: 8080}, {name: http-admin, port: 81, targetPort: 8081}]"),
            Self.virtualService("{hosts: [a], http: [{route: [{destination: {host: payment-service}}]}]}")
        ).problems

        #expect(problems.map(\.code) == ["IST0112"])
    }

    @Test func `a problem is shown with its place in the file`() throws {
        let text = """
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata:
              name: x
            spec:
              hosts: [x]
              http:
                - route:
                    - destination:
                        host: nobody
            """
        let document = try #require(try YAMLParser.parse(Array(text.utf8), file: "demo/x.yaml").first)
        let problem = try #require(MeshConfiguration([ConfigObject(document.value)]).problems.first)

        #expect(
            problem.description(in: document)
                == "demo/x.yaml:10:13: spec.http[0].route[0].destination.host: no Service or ServiceEntry has the host "
                + "\"nobody.default.svc.cluster.local\"")
    }

    @Test func `a canary is a split that can be moved`() throws {
        let splits = try mesh(paymentWorkloads, paymentSubsets, paymentCanary).splits

        #expect(
            splits == [
                TrafficSplit(
                    service: ServiceName(namespace: "payments", name: "payment-service"),
                    owner: ServiceName(namespace: "payments", name: "payment-service"), routeIndex: 0,
                    shares: [
                        TrafficSplit.Share(subset: "v1", version: "v1", weight: 90),
                        TrafficSplit.Share(subset: "v2", version: "v2", weight: 10),
                    ], resourceVersion: "7")
            ])
    }

    @Test func `a workload is known by its labels`() throws {
        let mesh = try mesh(
            Self.object(
                .workloadEntry, "name: catalog-v1-a, namespace: shop, labels: {app: other, tier: back}",
                "{address: 127.0.1.3, serviceAccount: catalog, labels: {app: catalog, version: v1, service.istio.io/workload-name: catalog-v1}}"
            ) + Self.object(.workloadEntry, "name: bare, namespace: shop", "{address: 127.0.1.4}"))

        let labelled = try #require(mesh.workload(namespace: "shop", name: "catalog-v1-a"))
        let bare = try #require(mesh.workload(namespace: "shop", name: "bare"))

        #expect(labelled.identity.workload == "catalog-v1")
        #expect(labelled.identity.app == "catalog")
        #expect(labelled.labels["tier"] == "back")
        #expect(labelled.principal.description == "spiffe://cluster.local/ns/shop/sa/catalog")
        #expect(bare.identity.app == "bare")
        #expect(bare.identity.version == "latest")
        #expect(bare.principal.serviceAccount == "default")
    }

    @Test(
        arguments: [
            ("", PeerAuthentication.Mode.permissive),
            (object(.peerAuthentication, "name: m, namespace: istio-system", "{mtls: {mode: STRICT}}"), .strict),
            (
                object(.peerAuthentication, "name: m, namespace: istio-system", "{mtls: {mode: STRICT}}")
                    + object(.peerAuthentication, "name: n, namespace: payments", "{mtls: {mode: DISABLE}}"), .disable
            ),
            (
                object(.peerAuthentication, "name: m, namespace: istio-system", "{mtls: {mode: STRICT}}")
                    + object(.peerAuthentication, "name: n, namespace: payments", "{}"), .strict
            ),
            (
                object(.peerAuthentication, "name: n, namespace: payments", "{mtls: {mode: DISABLE}}")
                    + object(
                        .peerAuthentication, "name: w, namespace: payments",
                        "{selector: {matchLabels: {version: v1}}, mtls: {mode: STRICT}}"), .strict
            ),
            (
                object(
                    .peerAuthentication, "name: w, namespace: payments",
                    "{selector: {matchLabels: {version: v1}}, mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}}"
                ),
                .disable
            ),
            (
                object(
                    .peerAuthentication, "name: w, namespace: payments",
                    "{selector: {matchLabels: {version: v1}}, mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: UNSET}}}"
                ),
                .strict
            ),
            (
                object(
                    .peerAuthentication, "name: w, namespace: payments",
                    "{selector: {matchLabels: {version: v1}}, mtls: {mode: STRICT}, portLevelMtls: {8081: {mode: DISABLE}}}"
                ),
                .strict
            ),
            (
                object(
                    .peerAuthentication, "name: w, namespace: payments",
                    "{selector: {matchLabels: {version: v2}}, mtls: {mode: STRICT}}"), .permissive
            ),
            (object(.peerAuthentication, "name: n, namespace: shop", "{mtls: {mode: STRICT}}"), .permissive),
            (
                object(
                    .peerAuthentication, "name: w, namespace: istio-system",
                    "{selector: {matchLabels: {version: v1}}, mtls: {mode: STRICT}}"), .permissive
            ),
            (
                object(
                    .peerAuthentication, "name: a, namespace: payments, creationTimestamp: '2026-01-02T00:00:00Z'",
                    "{mtls: {mode: DISABLE}}")
                    + object(
                        .peerAuthentication, "name: b, namespace: payments, creationTimestamp: '2026-01-01T00:00:00Z'",
                        "{mtls: {mode: STRICT}}"), .strict
            ),
        ] as [(String, PeerAuthentication.Mode)])
    func `the narrowest policy that says something decides about mutual TLS`(
        policies: String, expected: PeerAuthentication.Mode
    ) throws {
        let mesh = try mesh(paymentWorkloads, policies)
        let workload = try #require(mesh.workload(namespace: "payments", name: "payment-v1"))

        #expect(mesh.mutualTLSMode(of: workload, port: 8080) == expected)
    }

    @Test func `the order of the objects does not matter`() throws {
        let all = try objects(paymentWorkloads + "---\n" + paymentSubsets + "---\n" + paymentCanary)

        let forward = MeshConfiguration(all)
        let backward = MeshConfiguration(all.reversed())

        #expect(forward.services == backward.services)
        #expect(forward.workloads == backward.workloads)
        #expect(forward.objects == backward.objects)
    }
}

extension ConfigObject {
    /// The same object, created at another time.
    fileprivate func created(_ time: String) throws -> ConfigObject {
        var json = raw
        json["metadata"]?["creationTimestamp"] = .string(time)
        return try ConfigObject(json)
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
