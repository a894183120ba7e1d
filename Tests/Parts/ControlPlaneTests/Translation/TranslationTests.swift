import Discovery
import JSONWire
import MeshConfig
import Patterns
import Testing

@testable import ControlPlane

@Suite struct TranslationTests {
    private func resources(_ yaml: String..., for node: Node = paymentV1) throws -> NodeResources {
        discoveryResources(for: node, in: try mesh(yaml.joined()))
    }

    /// The canary's VirtualService with other routes.
    private func routes(_ http: String, for node: Node = paymentV1) throws -> [Route] {
        let yaml = canary.replacing(
            from: "  - route:", to: "---", with: http.split(separator: "\n").map { "  \($0)\n" }.joined())
        let host = try resources(yaml, shop, for: node).routes.first?.virtualHosts.first
        return try #require(host).routes
    }

    @Test func `a proxy that nobody declared is told nothing`() throws {
        #expect(try resources(canary, for: node("stranger", "payments", ip: "127.0.1.99")) == NodeResources())
        #expect(try resources(canary, for: Node(id: "envoy")) == NodeResources())
    }

    @Test func `the same configuration gives the same bytes in whatever order it came`() throws {
        let all = try mesh(canary + shop + bank).objects

        for node in [paymentV1, webV1, ingress] {
            let forward = discoveryResources(for: node, in: MeshConfiguration(all))
            let backward = discoveryResources(for: node, in: MeshConfiguration(all.reversed()))

            for type in ResourceType.allCases {
                #expect(forward.resources(of: type).map(\.name) == backward.resources(of: type).map(\.name))
                #expect(
                    forward.resources(of: type).map(\.resource.text)
                        == backward.resources(of: type).map(\.resource.text))
            }
        }
    }

    @Test func `what is emitted can be read by our own proxy`() throws {
        for node in [paymentV1, webV1, ingress] {
            let told = try resources(canary, shop, bank, for: node)

            #expect(try told.listeners.map { try Listener(json: $0.resource) } == told.listeners)
            #expect(try told.routes.map { try RouteConfiguration(json: $0.resource) } == told.routes)
            #expect(try told.clusters.map { try Cluster(json: $0.resource) } == told.clusters)
            #expect(try told.endpoints.map { try ClusterLoadAssignment(json: $0.resource) } == told.endpoints)
        }
    }

    @Test func `what is not said is left out, never written as null`() throws {
        for node in [paymentV1, webV1, ingress] {
            let told = try resources(canary, shop, bank, for: node)

            for type in ResourceType.allCases {
                for (name, resource) in told.resources(of: type) {
                    #expect(!resource.text.contains("null"), "\(name)")
                }
            }
        }
    }

    @Test func `from another namespace the short name means nothing`() throws {
        let hosts = try #require(try resources(canary, shop, for: webV1).routes.first).virtualHosts

        #expect(
            hosts.map(\.name) == [
                "payment-service.payments.svc.cluster.local:80", "web.shop.svc.cluster.local:80", "block_all",
            ])
        #expect(!hosts[0].domains.contains("payment-service"))
        #expect(hosts[0].domains.contains("payment-service.payments"))
        #expect(hosts[1].domains.contains("web"))
    }

    @Test(arguments: ["name: grpc-api", "name: http2", "name: api, appProtocol: kubernetes.io/h2c"])
    func `a port that speaks HTTP2 is spoken to in it on every hop`(_ port: String) throws {
        let configuration = canary.replacing("[{name: http, port: 80,", with: "[{\(port), port: 80,")
        let told = try resources(configuration)

        let outbound = told.clusters.filter { $0.name.hasPrefix("outbound|80|") }
        #expect(outbound.count == 3)
        for cluster in outbound {
            #expect(cluster.upstreamProtocol == UpstreamProtocol(.http2))
            #expect(cluster.tls?.common.alpn == ["h2"])
        }
        let inbound = try #require(told.clusters.first { $0.name == "inbound|8080||" })
        #expect(inbound.upstreamProtocol == UpstreamProtocol(.http2) && inbound.tls == nil)
        let plain = try resources(canary)
        #expect(plain.clusters.allSatisfy { $0.upstreamProtocol == nil })
    }

    @Test func `an external service is reached in plain text by its own name`() throws {
        let told = try resources(canary, bank)
        let cluster = try #require(told.clusters.first { $0.name == "outbound|80||bank.example" })
        let endpoints = try #require(told.endpoints.first { $0.clusterName == cluster.name })
        let host = try #require(told.routes.first?.virtualHosts.first { $0.name == "bank.example:80" })

        #expect(cluster.tls == nil)
        #expect(endpoints.endpoints.map(\.address) == [NetworkAddress(ip: "127.0.3.1", port: 8080)])
        #expect(endpoints.endpoints.allSatisfy { $0.workload == nil && !$0.isMutualTLS })
        #expect(host.domains == ["bank.example", "bank.example:80"])
    }

    @Test func `TLS to an external service begins at the sidecar`() throws {
        func tls(_ settings: String) throws -> UpstreamTLSContext {
            let rule = """
                ---
                apiVersion: networking.istio.io/v1
                kind: DestinationRule
                metadata: {name: bank, namespace: payments}
                spec: {host: bank.example, trafficPolicy: {tls: {\(settings)}}}
                """
            let told = try resources(canary, bank, rule)
            return try #require(told.clusters.first { $0.name == "outbound|80||bank.example" }?.tls)
        }

        let simple = try tls("mode: SIMPLE, caCertificates: /etc/bank.pem, sni: api.bank.example")
        #expect(simple.serverName == "api.bank.example")
        #expect(
            simple.common
                == CommonTLSContext(
                    validation: .inline(
                        CertificateValidation(
                            trustedCA: .file(path: "/etc/bank.pem"), acceptedHosts: ["api.bank.example"]))))
        // Nobody is believed without a name, and without roots of its own it is whom the system trusts.
        let bare = try tls("mode: SIMPLE")
        #expect(bare.serverName == "bank.example")
        #expect(bare.common.acceptedHosts == ["bank.example"])
        let mutual = try tls(
            "mode: MUTUAL, clientCertificate: c.pem, privateKey: k.pem, subjectAltNames: [a.example, b.example]")
        #expect(
            mutual.common.certificate
                == .inline(TLSCertificate(chain: .file(path: "c.pem"), privateKey: .file(path: "k.pem"))))
        #expect(mutual.common.acceptedHosts == ["a.example", "b.example"])
    }

    @Test func `without a policy a port takes both TLS and plain text`() throws {
        let told = try resources(canary.replacing("{mtls: {mode: STRICT}}", with: "{}"))
        let listener = try #require(told.listeners.last)

        #expect(listener.inspectsTLS)
        #expect(listener.filterChains.map(\.transport) == [.tls, .plainText])
        #expect(listener.filterChains.map { $0.tls?.requiresClientCertificate } == [true, nil])
        #expect(told.clusters.filter { $0.name.hasPrefix("outbound") }.allSatisfy { $0.tls != nil })
    }

    @Test func `where mutual TLS is disabled, both ends speak plain text`() throws {
        let told = try resources(canary.replacing("STRICT", with: "DISABLE"))

        #expect(told.listeners.last?.filterChains.map { $0.tls == nil } == [true])
        #expect(told.clusters.allSatisfy { $0.tls == nil })
        #expect(told.endpoints.flatMap(\.endpoints).allSatisfy { !$0.isMutualTLS })
    }

    @Test func `one endpoint without a proxy makes its clusters plain, and only those`() throws {
        let told = try resources(
            canary.replacing("version: v2}", with: "version: v2, security.istio.io/tlsMode: disabled}"))

        #expect(
            told.clusters.filter { $0.tls != nil }.map(\.name)
                == ["outbound|80|v1|payment-service.payments.svc.cluster.local"])
    }

    @Test(arguments: [
        ("tls: {mode: DISABLE}", false, Cluster.Balancing.leastRequest, Duration.seconds(10)),
        ("tls: {mode: ISTIO_MUTUAL}", true, .leastRequest, .seconds(10)),
        ("loadBalancer: {simple: ROUND_ROBIN}", true, .roundRobin, .seconds(10)),
        ("connectionPool: {tcp: {connectTimeout: 300ms}}", true, .leastRequest, .milliseconds(300)),
    ])
    func `a DestinationRule's policy shapes its clusters`(
        policy: String, isTLS: Bool, balancing: Cluster.Balancing, timeout: Duration
    ) throws {
        let told = try resources(
            canary.replacing("  subsets:", with: "  trafficPolicy: {\(policy)}\n  subsets:"))

        for cluster in told.clusters where cluster.name.hasPrefix("outbound") {
            #expect((cluster.tls != nil) == isTLS)
            #expect(cluster.balancing == balancing)
            #expect(cluster.connectTimeout == timeout)
        }
    }

    @Test func `outlier detection says what Istio's control plane says`() throws {
        let told = try resources(
            canary.replacing(
                "  subsets:",
                with: """
                      trafficPolicy:
                        outlierDetection:
                          consecutive5xxErrors: 0
                          consecutiveGatewayErrors: 3
                          interval: 5s
                          baseEjectionTime: 1m
                          maxEjectionPercent: 50
                          minHealthPercent: 20
                      subsets:
                    """))
        let bare = try resources(
            canary.replacing("  subsets:", with: "  trafficPolicy: {outlierDetection: {}}\n  subsets:"))

        let cluster = try #require(told.clusters.first { $0.name.hasPrefix("outbound|80|v1") })
        #expect(
            cluster.outlierDetection
                == OutlierDetection(
                    serverErrors: 0, enforcingServerErrors: 0, gatewayErrors: 3, enforcingGatewayErrors: 100,
                    interval: .seconds(5), baseEjectionTime: .seconds(60), maximumEjectionPercent: 50))
        #expect(cluster.panicThreshold == 20)
        let plain = try #require(bare.clusters.first { $0.name.hasPrefix("outbound|80|v1") })
        #expect(plain.outlierDetection == OutlierDetection())
        #expect(plain.panicThreshold == 0)
        #expect(plain.json["common_lb_config"]?.text == #"{"healthy_panic_threshold":{"value":0}}"#)
        #expect(plain.json["outlier_detection"]?.text == #"{"enforcing_success_rate":0}"#)
        #expect(try Cluster(json: cluster.json) == cluster)
    }

    @Test func `limits of a DestinationRule become circuit breakers, the others stay without`() throws {
        let told = try resources(
            canary.replacing(
                "  subsets:",
                with: """
                      trafficPolicy:
                        connectionPool:
                          tcp: {maxConnections: 10}
                          http: {http1MaxPendingRequests: 20, maxRetries: 0}
                        retryBudget: {percent: 12.5}
                      subsets:
                    """))

        let cluster = try #require(told.clusters.first { $0.name.hasPrefix("outbound|80|v1") })
        #expect(
            cluster.limits
                == CircuitBreakerLimits(
                    connections: 10, pendingRequests: 20, requests: .max, retries: .max,
                    retryBudget: .init(percent: 12.5, minimumConcurrency: 3), tracksRemaining: true))
        #expect(try Cluster(json: cluster.json) == cluster)
        let other = try #require(told.clusters.first { $0.name.hasPrefix("inbound") })
        #expect(other.limits == .unlimited)
    }

    @Test func `consistent hashing shapes clusters and the routes to them`() throws {
        let told = try resources(
            canary.replacing(
                "  subsets:",
                with: """
                      trafficPolicy:
                        loadBalancer:
                          consistentHash: {httpCookie: {name: user, path: /, ttl: 1h}, maglev: {tableSize: 251}}
                      subsets:
                    """))

        let cluster = try #require(told.clusters.first { $0.name.hasPrefix("outbound|80|v1") })
        #expect(cluster.balancing == .maglev)
        #expect(cluster.maglevTableSize == 251)
        #expect(try Cluster(json: cluster.json) == cluster)
        let forwards = told.routes.flatMap(\.virtualHosts).filter { $0.name.hasPrefix("payment-service") }
            .flatMap(\.routes).compactMap { route in
                if case .forward(let forward) = route.action { forward } else { nil }
            }
        let forward = try #require(forwards.first)
        #expect(
            forward.hashPolicies == [HashPolicy(.cookie(name: "user", path: "/", lifetime: .seconds(3600)))])
        #expect(forward.retryPolicy?.avoidsPreviousHosts == false)
        #expect(try Route.Forward(json: forward.json) == forward)
    }

    @Test func `a subset's policy lies over the service's`() throws {
        let told = try resources(
            canary.replacing("  subsets:", with: "  trafficPolicy: {loadBalancer: {simple: RANDOM}}\n  subsets:")
                .replacing(
                    "{name: v2, labels: {version: v2}}",
                    with: "{name: v2, labels: {version: v2}, trafficPolicy: {tls: {mode: DISABLE}}}"))
        let second = try #require(told.clusters.last)

        #expect(second.name.contains("|v2|"))
        #expect(second.tls == nil)
        #expect(second.balancing == .random)
    }

    @Test func `a weight of nothing takes nothing, and the last one left takes all`() throws {
        let told = try resources(
            canary.replacing("weight: 90", with: "weight: 0").replacing("weight: 10", with: "weight: 100"))

        guard case .forward(let forward)? = told.routes.first?.virtualHosts.first?.routes.first?.action else {
            Issue.record("expected a forwarding route")
            return
        }
        #expect(forward.target == .cluster("outbound|80|v2|payment-service.payments.svc.cluster.local"))
    }

    @Test func `faults become the filter's, for the rule's routes alone`() throws {
        let routes = try routes(
            """
            - match: [{uri: {prefix: /slow}}]
              fault:
                delay: {fixedDelay: 5s, percentage: {value: 0.1}}
                abort: {httpStatus: 503, percentage: {value: 100}}
              route: [{destination: {host: payment-service}}]
            - fault: {delay: {fixedDelay: 1s, percent: 50}, abort: {grpcStatus: UNAVAILABLE}}
              route: [{destination: {host: payment-service}}]
            """)

        #expect(
            routes.map(\.filters.fault) == [
                HTTPFault(
                    delay: .init(
                        duration: .seconds(5), share: FractionalPercent(numerator: 1000, denominator: .million)),
                    abort: .init(
                        .http(status: 503), share: FractionalPercent(numerator: 1_000_000, denominator: .million))),
                HTTPFault(
                    delay: .init(
                        duration: .seconds(1), share: FractionalPercent(numerator: 500_000, denominator: .million)),
                    abort: .init(.grpc(status: 14), share: FractionalPercent(numerator: 0, denominator: .million))),
            ])
        for node in [paymentV1, ingress] {
            let manager = try resources(canary, shop, for: node).listeners.first?.filterChains.first?.manager
            #expect(manager?.filters.contains(.fault(HTTPFault())) == true)
        }
    }

    @Test func `mirrors get copies of the rule's requests`() throws {
        let routes = try routes(
            """
            - match: [{uri: {prefix: /one}}]
              mirror: {host: payment-service, subset: v2}
              mirrorPercentage: {value: 12.5}
              route: [{destination: {host: payment-service, subset: v1}}]
            - mirrors:
              - destination: {host: payment-service, subset: v1}
              - destination: {host: payment-service, subset: v2}
                percentage: {value: 0}
              route: [{destination: {host: payment-service}}]
            """)

        let mirrors = routes.map { route -> [Route.Mirror] in
            if case .forward(let forward) = route.action { forward.mirrors } else { [] }
        }
        let host = "payment-service.payments.svc.cluster.local"
        #expect(
            mirrors == [
                [
                    Route.Mirror(
                        cluster: "outbound|80|v2|\(host)",
                        share: FractionalPercent(numerator: 125_000, denominator: .million))
                ],
                [Route.Mirror(cluster: "outbound|80|v1|\(host)")],
            ])
    }

    @Test func `origins that may ask become the filter's`() throws {
        let routes = try routes(
            """
            - corsPolicy:
                allowOrigins: [{exact: "https://shop.example"}, {prefix: "https://test."}]
                allowMethods: [GET, POST]
                allowHeaders: [x-a, x-b]
                exposeHeaders: [x-c]
                maxAge: 24h
                allowCredentials: true
                unmatchedPreflights: IGNORE
              redirect: {uri: /x}
            - corsPolicy: {allowOrigin: ["*"]}
              route: [{destination: {host: payment-service}}]
            """)

        #expect(
            routes.map(\.filters.cors) == [
                CORSPolicy(
                    allowedOrigins: [
                        .exact("https://shop.example", ignoringCase: false),
                        .prefix("https://test.", ignoringCase: false),
                    ], allowedMethods: "GET,POST", allowedHeaders: "x-a,x-b", exposedHeaders: "x-c",
                    maximumAge: "86400", allowsCredentials: true, forwardsUnmatchedPreflights: false, enabled: .all),
                CORSPolicy(
                    allowedOrigins: [.exact("*", ignoringCase: false)], forwardsUnmatchedPreflights: true,
                    enabled: .all),
            ])
        let read = try routes.map { try Route(json: $0.json) }
        #expect(read == routes)
    }

    @Test func `every match becomes a route, in order`() throws {
        let routes = try routes(
            """
            - name: vip
              match:
              - name: header
                headers: {x-tier: {exact: gold}, x-trace: {}}
                withoutHeaders: {x-test: {prefix: a}, x-off: {}}
              - uri: {exact: /vip}
                ignoreUriCase: true
                method: {exact: POST}
                queryParams: {q: {exact: "1"}}
              rewrite: {uri: /, authority: vip.example}
              timeout: 2s
              retries: {attempts: 0}
              headers: {request: {set: {b: "2", a: "1"}, add: {c: "3"}, remove: [d]}, response: {remove: [server]}}
              route: [{destination: {host: payment-service, subset: v2}}]
            - match: [{uri: {prefix: /old}}]
              redirect: {uri: /new, redirectCode: 302}
            - directResponse: {status: 503, body: {string: closed}}
            """)

        #expect(routes.map(\.name) == ["vip.header", "vip", nil, nil])
        #expect(
            routes.map(\.match) == [
                Route.Match(
                    headers: [
                        .init(name: "x-tier", condition: .exact("gold", ignoringCase: false)),
                        .init(name: "x-trace", condition: .present),
                        .init(name: "x-off", condition: .present, inverted: true),
                        .init(
                            name: "x-test", condition: .prefix("a", ignoringCase: false), inverted: true,
                            treatsMissingAsEmpty: true),
                    ]),
                Route.Match(
                    path: .exact("/vip"), caseSensitive: false,
                    headers: [.init(name: ":method", condition: .exact("POST", ignoringCase: false))],
                    queryParameters: [.init(name: "q", condition: .exact("1", ignoringCase: false))]),
                Route.Match(path: .prefix("/old")),
                Route.Match(),
            ])
        #expect(
            routes[0].action
                == .forward(
                    Route.Forward(
                        target: .cluster("outbound|80|v2|payment-service.payments.svc.cluster.local"),
                        timeout: .seconds(2), prefixRewrite: "/", hostRewrite: "vip.example",
                        maximumGRPCTimeout: .seconds(2))))
        #expect(
            routes[0].headers
                == HeaderOperations(
                    requestAdditions: [
                        .init(name: "a", value: "1", appends: false), .init(name: "b", value: "2", appends: false),
                        .init(name: "c", value: "3"),
                    ], requestRemovals: ["d"], responseRemovals: ["server"]))
        #expect(routes[2].action == .redirect(Route.Redirect(status: 302, path: .replaced("/new"))))
        #expect(routes[3].action == .direct(Route.DirectResponse(status: 503, body: "closed")))
    }

    @Test func `what a destination changes is its share's, or the route's where it is the only one`() throws {
        let routes = try routes(
            """
            - headers: {request: {set: {a: route}, add: {host: route.example}}}
              route:
              - destination: {host: payment-service, subset: v1}
                headers: {request: {set: {a: share, ":authority": share.example}, remove: [b]}, response: {add: {c: "%REQ(a)%"}}}
            - route:
              - destination: {host: payment-service, subset: v1}
                weight: 1
                headers: {request: {set: {a: share, host: share.example}}}
              - destination: {host: payment-service, subset: v2}
                weight: 1
            """)

        #expect(
            routes[0].headers
                == HeaderOperations(
                    requestAdditions: [
                        .init(name: "a", value: "route", appends: false),
                        .init(name: "a", value: "share", appends: false),
                    ], requestRemovals: ["b"],
                    responseAdditions: [.init(name: "c", template: try FormatString("%REQ(a)%"))]))
        guard case .forward(let first) = routes[0].action, case .forward(let second) = routes[1].action,
            case .weighted(let shares) = second.target
        else {
            Issue.record("expected forwarding routes")
            return
        }
        #expect(first.hostRewrite == "route.example")
        #expect(second.hostRewrite == nil)
        #expect(shares.map(\.hostRewrite) == ["share.example", nil])
        #expect(shares.first?.headers.requestAdditions == [.init(name: "a", value: "share", appends: false)])
        #expect(try routes.map { try Route(json: $0.json) } == routes)
    }

    @Test func `whoever names gateways does not ask who sends`() throws {
        let http = """
            - match:
              - {sourceLabels: {app: nobody}}
              - {sourceLabels: {app: nobody}, gateways: [mesh], statPrefix: own}
              route: [{destination: {host: payment-service}}]
            """

        let routes = try routes(http)

        #expect(routes.map(\.statPrefix) == ["own"])
        #expect(try Route(json: routes[0].json) == routes[0])
    }

    @Test func `annotations limit what reaches an application, and what is sent by a rule`() throws {
        func inbound(_ yaml: String) throws -> [HTTPFilter] {
            let listener = try resources(yaml).listeners.first { $0.trafficDirection == .inbound }
            return try #require(listener?.filterChains.first?.manager).filters
        }
        let limit = LocalRateLimit(
            statPrefix: "http_local_rate_limiter",
            bucket: .init(maximumTokens: 20, tokensPerFill: 10, fillInterval: .seconds(1)), enabled: .all,
            enforced: .all, responseAdditions: [.init(name: "x-local-rate-limit", value: "true", appends: false)],
            tellsLimits: true)
        let note = "annotations: {meshtop.io/local-rate-limit: 10/1s burst 20}"
        let service = canary.replacing(
            "kind: Service\nmetadata: {name: payment-service,",
            with: "kind: Service\nmetadata: {\(note), name: payment-service,")
        let workload = canary.replacing(
            "metadata: {name: payment-v1,",
            with: "metadata: {annotations: {meshtop.io/local-rate-limit: 5/1m}, name: payment-v1,")
        let route = canary.replacing(
            "kind: VirtualService\nmetadata: {", with: "kind: VirtualService\nmetadata: {\(note), ")

        #expect(try inbound(canary) == [])
        #expect(try inbound(service) == [.rateLimit(limit)])
        guard case .rateLimit(let own)? = try inbound(workload).first else {
            Issue.record("expected a limit")
            return
        }
        #expect(own.bucket == .init(maximumTokens: 5, tokensPerFill: 5, fillInterval: .seconds(60)))
        let told = try resources(route)
        let outbound = try #require(told.listeners.first { $0.trafficDirection == .outbound })
        #expect(
            outbound.filterChains.first?.manager?.filters.last
                == .rateLimit(LocalRateLimit(statPrefix: "http_local_rate_limiter")))
        #expect(told.routes.first?.virtualHosts.first?.routes.map(\.filters.rateLimit) == [limit])
        #expect(try told.routes.map { try RouteConfiguration(json: $0.resource) } == told.routes)
        #expect(try told.listeners.map { try Listener(json: $0.resource) } == told.listeners)
    }

    @Test func `a rule may leave its requests to another object`() throws {
        let delegates = """
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: inner, namespace: shop}
            spec:
              http:
              - name: carts
                match:
                - {uri: {prefix: /shop/cart}, headers: {x-a: {exact: "1"}}}
                - {uri: {exact: /shop/cart}}
                timeout: 1s
                route: [{destination: {host: web}}]
              - match: [{uri: {prefix: /other}}]
                route: [{destination: {host: web}}]
              - route: [{destination: {host: web}}]

            """
        let yaml = (canary + shop + delegates).replacing(
            from: "  - route:\n    - {dest", to: "---",
            with: """
                  - name: root
                    match: [{uri: {prefix: /shop}, method: {exact: GET}}]
                    timeout: 5s
                    fault: {abort: {httpStatus: 503}}
                    delegate: {name: inner, namespace: shop}
                  - delegate: {name: nobody}

                """)

        let routes = try #require(try resources(yaml).routes.first?.virtualHosts.first).routes

        let get = Route.HeaderMatcher(name: ":method", condition: .exact("GET", ignoringCase: false))
        #expect(
            routes.map(\.match) == [
                Route.Match(
                    path: .prefix("/shop/cart"),
                    headers: [get, .init(name: "x-a", condition: .exact("1", ignoringCase: false))]),
                Route.Match(path: .exact("/shop/cart"), headers: [get]),
                Route.Match(path: .prefix("/shop"), headers: [get]),
            ])
        #expect(routes.map(\.name) == ["root-carts", "root-carts", "root"])
        #expect(routes.allSatisfy { $0.filters.fault != nil })
        let forwards = routes.compactMap { route in
            if case .forward(let forward) = route.action { forward } else { nil }
        }
        #expect(forwards.map(\.timeout) == [.seconds(1), .seconds(1), .seconds(5)])
        // The delegate's short names are its own namespace's.
        #expect(forwards.allSatisfy { $0.target == .cluster("outbound|80||web.shop.svc.cluster.local") })
        #expect(
            try mesh(yaml).problems.filter { $0.pointer.fieldPath.contains("delegate") }.map(\.description) == [
                "VirtualService payments/payment-service: spec.http[0].delegate.name: spec.http[1] of VirtualService shop/inner takes requests that do not come here",
                "VirtualService payments/payment-service: spec.http[1].delegate.name: there is no VirtualService payments/nobody",
            ])
    }

    @Test func `regular expressions and redirects are worded for Envoy`() throws {
        let routes = try routes(
            """
            - match:
              - uri: {regex: "/v[0-9]+/.*"}
                ignoreUriCase: true
                scheme: {exact: http}
                authority: {regex: "pay.*"}
                headers: {x-tier: {regex: "gold|silver"}}
                withoutHeaders: {x-test: {regex: "a+"}}
                queryParams: {q: {regex: "[0-9]+"}}
              rewrite: {uriRegexRewrite: {match: "^/v([0-9]+)", rewrite: '/\\1'}}
              route: [{destination: {host: payment-service}}]
            - match: [{uri: {prefix: /a}}]
              redirect: {prefixRewrite: /b, derivePort: FROM_REQUEST_PORT, scheme: https}
            - match: [{uri: {prefix: /c}}]
              redirect: {uriRegexRewrite: {match: c, rewrite: d}, derivePort: FROM_PROTOCOL_DEFAULT}
            """)

        #expect(
            routes.first?.match.json == [
                "safe_regex": ["regex": "/v[0-9]+/.*"], "case_sensitive": false,
                "headers": [
                    ["name": ":scheme", "string_match": ["exact": "http"]],
                    ["name": ":authority", "string_match": ["safe_regex": ["regex": "pay.*"]]],
                    ["name": "x-tier", "string_match": ["safe_regex": ["regex": "gold|silver"]]],
                    [
                        "name": "x-test", "string_match": ["safe_regex": ["regex": "a+"]], "invert_match": true,
                        "treat_missing_header_as_empty": true,
                    ],
                ],
                "query_parameters": [["name": "q", "string_match": ["safe_regex": ["regex": "[0-9]+"]]]],
            ])
        guard case .forward(let forward)? = routes.first?.action else {
            Issue.record("expected a forwarding route")
            return
        }
        #expect(
            forward.json.object?["regex_rewrite"] == [
                "pattern": ["regex": "^/v([0-9]+)"], "substitution": #"/\1"#,
            ])
        let redirects = routes.dropFirst().map { route -> JSONValue? in
            if case .redirect(let redirect) = route.action { redirect.json } else { nil }
        }
        #expect(
            redirects == [
                ["scheme_redirect": "https", "port_redirect": 80, "prefix_rewrite": "/b"],
                ["regex_rewrite": ["pattern": ["regex": "c"], "substitution": "d"]],
            ])
    }

    @Test func `retries are Istio's, changed by what is said`() throws {
        let routes = try routes(
            """
            - retries: {attempts: 5, perTryTimeout: 250ms, retryOn: "reset,503", retryIgnorePreviousHosts: false, backoff: 10ms}
              route: [{destination: {host: payment-service}}]
            """)

        guard case .forward(let forward)? = routes.first?.action else {
            Issue.record("expected a forwarding route")
            return
        }
        #expect(
            forward.retryPolicy
                == RetryPolicy(
                    conditions: ["reset", "retriable-status-codes"], retries: 5, perTryTimeout: .milliseconds(250),
                    statusCodes: [503], avoidsPreviousHosts: false, hostSelectionAttempts: 1,
                    backOff: .init(base: .milliseconds(10))))
    }

    @Test func `a match for other callers is not told to this one`() throws {
        let http = """
            - match: [{sourceNamespace: shop}]
              directResponse: {status: 201}
            - match: [{sourceLabels: {version: v1}, port: 80}]
              directResponse: {status: 202}
            - match: [{port: 81}]
              directResponse: {status: 203}
            - match: [{gateways: [shop/shop]}]
              directResponse: {status: 204}
            - directResponse: {status: 205}
            """
        func statuses(_ routes: [Route]) -> [Int] {
            routes.map { if case .direct(let response) = $0.action { response.status } else { 0 } }
        }

        #expect(statuses(try routes(http, for: webV1)) == [201, 202, 205])
        #expect(statuses(try routes(http, for: paymentV1)) == [202, 205])
    }

    @Test func `a gateway serves the hosts that both it and a VirtualService name`() throws {
        let told = try resources(canary, shop, for: ingress)
        let listener = try #require(told.listeners.first)
        let routes = try #require(told.routes.first)

        #expect(told.listeners.count == 1)
        #expect(listener.name == "0.0.0.0_8080")
        #expect(listener.address == NetworkAddress(ip: "127.0.1.1", port: 8080))
        #expect(listener.filterChains.map { $0.tls == nil } == [true])
        #expect(routes.name == "http.8080")
        #expect(routes.virtualHosts.map(\.domains) == [["shop.example", "shop.example:8080"]])
        guard case .forward(let forward)? = routes.virtualHosts.first?.routes.first?.action else {
            Issue.record("expected a forwarding route")
            return
        }
        #expect(forward.target == .cluster("outbound|80||web.shop.svc.cluster.local"))
        #expect(told.clusters.contains { $0.name == "outbound|80||web.shop.svc.cluster.local" && $0.tls != nil })
    }

    @Test func `VirtualServices for one host of a gateway are joined, the oldest first`() throws {
        let told = try resources(
            canary, shop,
            """
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: admin, namespace: shop}
            spec:
              hosts: ["*.shop.example", shop.example, other.example]
              gateways: [shop]
              http:
              - match: [{uri: {prefix: /admin}}]
                directResponse: {status: 403}

            """, for: ingress)
        let hosts = try #require(told.routes.first).virtualHosts

        #expect(hosts.map(\.name) == ["*.shop.example:8080", "shop.example:8080"])
        #expect(hosts.map(\.routes.count) == [1, 2])
        #expect(hosts[1].routes[0].match.path == .prefix("/admin"))
    }

    @Test func `a host that only a VirtualService knows leads to its destination`() throws {
        let told = try resources(
            canary,
            """
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: pay, namespace: payments}
            spec:
              hosts: [pay.example]
              http:
              - route: [{destination: {host: payment-service}}]

            """)

        #expect(
            told.routes.first?.virtualHosts.map(\.name) == [
                "payment-service.payments.svc.cluster.local:80", "pay.example:80", "block_all",
            ])
    }

    @Test func `a service with several ports has a virtual host for each, and its bare name means 80`() throws {
        let told = try resources(
            canary.replacing(
                "[{name: http, port: 80, targetPort: 8080}]",
                with: "[{name: http-admin, port: 9000, targetPort: 9001}, {name: http, port: 80, targetPort: 8080}]"))
        let hosts = try #require(told.routes.first).virtualHosts

        #expect(
            hosts.filter { $0.domains.contains("payment-service") }.map(\.name) == [
                "payment-service.payments.svc.cluster.local:80"
            ])
        #expect(hosts.contains { $0.domains.contains("payment-service:9000") })
        #expect(told.listeners.map(\.name) == ["virtualOutbound", "127.0.1.9_8080", "127.0.1.9_9001"])
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }

    /// With everything from `start` up to the next `end` replaced.
    fileprivate func replacing(from start: String, to end: String, with other: String) -> String {
        guard let first = firstRange(of: start) else { return self }
        let rest = self[first.lowerBound...]
        guard let last = rest.firstRange(of: end) else { return self }
        return String(self[..<first.lowerBound]) + other + String(rest[last.lowerBound...])
    }
}
