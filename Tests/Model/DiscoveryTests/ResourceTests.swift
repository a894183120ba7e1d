import Discovery
import JSONWire
import MeshModel
import Testing

@Suite struct ResourceTests {
    private func roundTrip<Message: DiscoveryMessage>(_ message: Message) throws -> Message {
        #expect(!message.json.text.contains("null"), "what is not said is left out")
        return try Message(json: try JSONValue.parse(message.json.serialized()))
    }

    @Test func `endpoints keep their priorities, localities and weights`() throws {
        func endpoint(_ port: UInt16, _ priority: Int, _ zone: String, _ weight: UInt32?) -> Endpoint {
            var endpoint = Endpoint(address: NetworkAddress(ip: "10.0.0.1", port: port))
            endpoint.priority = priority
            endpoint.locality = Locality(region: "r", zone: zone)
            endpoint.localityWeight = weight
            return endpoint
        }
        let assignment = ClusterLoadAssignment(
            clusterName: "c", endpoints: [endpoint(1, 0, "a", 3), endpoint(2, 0, "a", 3), endpoint(3, 1, "b", nil)])
        var cluster = Cluster(name: "c", endpoints: .inline(assignment))
        cluster.weighsLocalities = true

        #expect(try ClusterLoadAssignment(json: assignment.json) == assignment)
        #expect(assignment.json["endpoints"]?.array?.count == 2)
        #expect(try Cluster(json: cluster.json) == cluster)
        cluster.panicThreshold = 0
        #expect(try Cluster(json: cluster.json) == cluster)
        let error = #expect(throws: SchemaError.self) {
            try ClusterLoadAssignment(
                json: ClusterLoadAssignment(clusterName: "c", endpoints: [endpoint(1, 1, "a", nil)]).json)
        }
        #expect(error?.message.contains("must begin with 0") == true)
    }

    @Test func `listeners and clusters of intercepted connections are read as they are written`() throws {
        var cluster = Cluster(name: "PassthroughCluster", endpoints: .original, balancing: .clusterProvided)
        cluster.sourceIP = "127.0.0.6"
        var listener = Listener(
            name: "virtualOutbound", address: NetworkAddress(ip: "0.0.0.0", port: 15001),
            filterChains: [FilterChain(filter: .tcp(TCPProxy(statPrefix: "p", target: .cluster("PassthroughCluster"))))]
        )
        listener.usesOriginalDestination = true
        listener.bindsToPort = false
        listener.proxyProtocol = .optional

        #expect(try Cluster(json: cluster.json) == cluster)
        #expect(try Listener(json: listener.json) == listener)
        #expect(cluster.json["type"] == "ORIGINAL_DST")
        #expect(listener.json["bind_to_port"] == false)
        let error = #expect(throws: SchemaError.self) {
            try Cluster(json: ["name": "c", "type": "ORIGINAL_DST", "load_assignment": ["cluster_name": "c"]])
        }
        #expect(error?.message.contains("has no endpoints") == true)
    }

    @Test func `an inbound listener for both TLS and plain text survives the wire`() throws {
        let manager = HTTPConnectionManager(
            statPrefix: "in", codec: .http2,
            routes: .discovered(name: "routes", source: .controlPlane), serverName: "mesh", idleTimeout: .seconds(60),
            streamIdleTimeout: .zero, requestHeadersTimeout: .milliseconds(1), useRemoteAddress: true)
        let tls = DownstreamTLSContext(
            common: CommonTLSContext(
                certificate: .secret(SecretReference(name: "default", source: .controlPlane)),
                validation: .combined(
                    CertificateValidation(acceptedURIs: ["spiffe://a/ns/b/sa/c"], acceptedHosts: ["bank.example"]),
                    roots: SecretReference(name: "ROOTCA")),
                alpn: ["http/1.1"], minimumVersion: .tls13),
            requiresClientCertificate: true)
        let listener = Listener(
            name: "in", address: NetworkAddress(ip: "127.0.1.9", port: 8080), trafficDirection: .inbound,
            filterChains: [
                FilterChain(name: "tls", transport: .tls, tls: tls, manager: manager),
                FilterChain(transport: .plainText, manager: manager),
            ], inspectsTLS: true)

        #expect(try roundTrip(listener) == listener)
        #expect(listener.resource["@type"]?.string == Listener.typeURL)
        #expect(try Listener(json: listener.resource) == listener)
    }

    @Test func `rules of upgrades survive the wire`() throws {
        var manager = HTTPConnectionManager(statPrefix: "in", routes: .discovered(name: "r", source: .controlPlane))
        manager.upgrades = [.webSocket, UpgradeRule("CONNECT", isAllowed: false)]
        manager.http2 = HTTP2Options(concurrentStreams: 5)
        manager.http2?.allowsConnect = true
        var forward = Route.Forward(target: .cluster("a"))
        forward.upgrades = [UpgradeRule("websocket", isAllowed: false)]
        let route = Route(match: Route.Match(), action: .forward(forward))

        let listener = Listener(
            name: "in", address: NetworkAddress(ip: "127.0.1.9", port: 8080),
            filterChains: [FilterChain(manager: manager)])

        #expect(try roundTrip(listener) == listener)
        #expect(try roundTrip(route) == route)
    }

    @Test func `two chains for the same connections are refused`() {
        let manager = HTTPConnectionManager(statPrefix: "x", routes: .discovered(name: "r", source: .controlPlane))
        let twice = Listener(
            name: "x", address: NetworkAddress(ip: "127.0.0.1", port: 1),
            filterChains: [FilterChain(manager: manager), FilterChain(manager: manager)], inspectsTLS: true)
        var blind = twice
        blind.filterChains[0].transport = .tls
        blind.inspectsTLS = false

        #expect(throws: SchemaError.self) { try roundTrip(twice) }
        #expect(throws: SchemaError.self) { try roundTrip(blind) }
    }

    @Test func `routes survive the wire`() throws {
        let headers = HeaderOperations(
            requestAdditions: [.init(name: "a", value: "1", appends: false), .init(name: "b", value: "2")],
            requestRemovals: ["c"], responseAdditions: [.init(name: "d", value: "4")], responseRemovals: ["e"])
        let conditions: [Route.StringCondition] = [
            .present, .absent, .exact("x", ignoringCase: false), .prefix("x", ignoringCase: true),
            .suffix("x", ignoringCase: false), .contains("x", ignoringCase: true),
        ]
        let match = Route.Match(
            path: .segments("/a"), caseSensitive: false,
            headers: conditions.map { Route.HeaderMatcher(name: "h", condition: $0, inverted: true) }
                + [Route.HeaderMatcher(name: "h", condition: conditions[2], treatsMissingAsEmpty: true)],
            queryParameters: [Route.QueryParameterMatcher(name: "q", condition: conditions[2])])
        let retry = RetryPolicy(
            conditions: ["5xx"], retries: 4, perTryTimeout: .seconds(1), statusCodes: [503], avoidsPreviousHosts: true,
            hostSelectionAttempts: 5, backOff: .init(base: .milliseconds(10), maximum: .seconds(1)),
            headers: [Route.HeaderMatcher(name: "h", condition: .present)],
            requestHeaders: [Route.HeaderMatcher(name: "i", condition: conditions[2])], avoidsPreviousPriorities: true)
        let forward = Route.Forward(
            target: .weighted([Route.WeightedCluster(name: "c", weight: 1, headers: headers)]), timeout: .zero,
            retryPolicy: retry, prefixRewrite: "/b", hostRewrite: "host", maximumGRPCTimeout: .seconds(3))
        let redirect = Route.Redirect(
            status: 308, scheme: "https", host: "h", port: 1, path: .prefixReplaced("/x"), stripsQuery: true)
        let configuration = RouteConfiguration(
            name: "routes",
            virtualHosts: [
                VirtualHost(
                    name: "v", domains: ["a", "*.b", "c.*", "*"],
                    routes: [
                        Route(name: "n", match: match, action: .forward(forward), headers: headers),
                        Route(match: Route.Match(path: .exact("/")), action: .redirect(redirect)),
                        Route(match: Route.Match(), action: .direct(Route.DirectResponse(status: 200, body: "hi"))),
                    ], includeRequestAttemptCount: true, retryPolicy: retry)
            ])

        #expect(try roundTrip(configuration) == configuration)
    }

    @Test func `a domain in two virtual hosts is refused`() {
        let configuration = RouteConfiguration(
            name: "r",
            virtualHosts: [
                VirtualHost(name: "one", domains: ["a"], routes: []),
                VirtualHost(name: "two", domains: ["A"], routes: []),
            ])

        let error = #expect(throws: SchemaError.self) { try roundTrip(configuration) }

        #expect(error?.message == "domain \"A\" stands in virtual host \"one\" and again in \"two\"")
    }

    @Test func `clusters and their endpoints survive the wire`() throws {
        let identity = WorkloadIdentity(
            namespace: "payments", workload: "payment-v1", app: "payment-service", version: "v1")
        let endpoint = Endpoint(
            address: NetworkAddress(ip: "127.0.1.9", port: 8080), healthStatus: .healthy,
            metadata: Endpoint.meshMetadata(workload: identity, isMutualTLS: true))
        let assignment = ClusterLoadAssignment(clusterName: "c", endpoints: [endpoint])
        let cluster = Cluster(
            name: "c", endpoints: .discovered(serviceName: "s", source: .controlPlane), balancing: .random,
            connectTimeout: .milliseconds(1),
            tls: UpstreamTLSContext(
                common: CommonTLSContext(validation: .inline(CertificateValidation(trustedCA: .inline("PEM")))),
                serverName: "sni"), limits: CircuitBreakerLimits(connections: 1, retries: .max),
            metadata: ["istio": ["services": []]])

        #expect(try roundTrip(assignment) == assignment)
        #expect(try roundTrip(cluster) == cluster)
        #expect(cluster.endpointsName == "s")
        #expect(endpoint.workload == identity)
        #expect(endpoint.isMutualTLS)
        #expect(
            endpoint.metadata["istio"]?["workload"]?.string == "payment-v1;payments;payment-service;v1;Kubernetes")
    }

    @Test(arguments: [
        UpstreamProtocol(.http1), UpstreamProtocol(.http2), UpstreamProtocol(.downstream, passesTrailers: true),
        UpstreamProtocol(.http1, passesTrailers: true),
        UpstreamProtocol(
            .http2, http2: HTTP2Options(concurrentStreams: 1, streamWindow: 65_535, connectionWindow: 1 << 20)),
    ])
    func `what a cluster's endpoints speak survives the wire`(_ version: UpstreamProtocol) throws {
        var cluster = Cluster(
            name: "c", endpoints: .inline(ClusterLoadAssignment(clusterName: "c", endpoints: [])))
        cluster.upstreamProtocol = version

        #expect(try roundTrip(cluster) == cluster)
    }

    @Test(
        arguments: [
            ("{}", "either \"explicit_http_config\" or"),
            ("{\"auto_config\": {}}", "\"auto_config\" is not supported"),
            ("{\"explicit_http_config\": {}}", "either \"http_protocol_options\" or"),
            (
                "{\"explicit_http_config\": {\"http_protocol_options\": {\"accept_http_10\": true}}}",
                "\"accept_http_10\" is not supported"
            ),
            (
                "{\"explicit_http_config\": {\"http2_protocol_options\": {\"initial_stream_window_size\": 1}}}",
                "1 is out of range"
            ),
        ])
    func `what a cluster's endpoints cannot speak is refused`(_ text: String, _ words: String) throws {
        var object = try #require(try JSONValue.parse(Array(text.utf8)).object)
        object["@type"] = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
        let json: JSONValue = [
            "name": "c",
            "typed_extension_protocol_options": [
                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": .object(object)
            ],
        ]

        let error = #expect(throws: SchemaError.self) { try Cluster(json: json) }

        #expect(error?.message.hasPrefix(words) == true, "\(error?.message ?? "")")
    }

    @Test func `a raw buffer is no TLS`() throws {
        let json: JSONValue = [
            "name": "c",
            "transport_socket": [
                "name": "envoy.transport_sockets.raw_buffer",
                "typed_config": [
                    "@type": "type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer"
                ],
            ],
        ]

        #expect(try Cluster(json: json).tls == nil)
    }

    @Test func `secrets survive the wire`() throws {
        let certificate = Secret(
            name: "default", content: .certificate(TLSCertificate(chain: .inline("C"), privateKey: .file(path: "/k"))))
        let roots = Secret(name: "ROOTCA", content: .validation(CertificateValidation(trustedCA: .inline("R"))))

        #expect(try roundTrip(certificate) == certificate)
        #expect(try roundTrip(roots) == roots)
    }

    @Test func `a response's resources are read by type, and an error names the resource`() throws {
        let cluster = Cluster(
            name: "c", endpoints: .inline(ClusterLoadAssignment(clusterName: "c", endpoints: [])))
        var response = DiscoveryResponse(
            versionInfo: "1", typeURL: Cluster.typeURL, nonce: "n", resources: [cluster.resource])

        #expect(try roundTrip(response) == response)
        #expect(try response.decoded(as: Cluster.self) == [cluster])

        response.resources.append(["@type": .string(Cluster.typeURL), "name": ""])
        let error = #expect(throws: SchemaError.self) { try response.decoded(as: Cluster.self) }
        #expect(error?.description == "resources[1].name: must not be empty")
    }

    @Test func `a request says who asks for what, and more does not hurt`() throws {
        let node = Node(
            id: "sidecar~127.0.1.9~payment-v1.payments~payments.svc.cluster.local", cluster: "payment",
            metadata: NodeMetadata(
                name: "payment-v1", namespace: "payments", workloadName: "payment-v1", labels: ["app": "x"],
                serviceAccount: "payment", appAddress: "127.0.2.9", clusterID: "Kubernetes", others: ["MORE": [1]]))
        let request = DiscoveryRequest(
            versionInfo: "7", node: node, resourceNames: ["a"], typeURL: Cluster.typeURL, responseNonce: "n",
            errorDetail: "no")
        var json = request.json
        json["node"]?["extensions"] = [["name": "envoy.everything"]]
        json["node"]?["user_agent_name"] = "envoy"

        #expect(try DiscoveryRequest(json: json) == request)
        #expect(try DiscoveryRequest(json: ["node": ["id": "x"]]).resourceNames == [])
    }

    @Test(arguments: [
        "", "sidecar", "sidecar~1~a~d", "sidecar~1~.b~d", "sidecar~~a.b~d", "other~1~a.b~d", "sidecar~1~a.~d",
    ])
    func `a node id of another form has no parts`(id: String) {
        #expect(NodeIdentifier(id) == nil)
    }

    @Test func `a node id has four parts`() throws {
        let text = "router~127.0.1.1~ingress.v2.shop~shop.svc.cluster.local"

        let identifier = try #require(NodeIdentifier(text))

        #expect(identifier.kind == .router)
        #expect(identifier.name == "ingress.v2")
        #expect(identifier.namespace == "shop")
        #expect(identifier.description == text)
    }

    @Test func `every type has its path`() {
        #expect(ResourceType.allCases.map(\.path).first == "/v3/discovery:listeners")
        #expect(Set(ResourceType.allCases.map(\.typeURL)).count == 5)
    }
}
