import Discovery
import JSONWire
import Testing

/// A file as a person writes it for a proxy that stands alone, with everything that such a file may hold.
let standAlone: JSONValue = [
    "node": ["id": "edge", "cluster": "demo"],
    "admin": ["address": ["socket_address": ["address": "127.0.0.1", "port_value": 9901]]],
    "static_resources": [
        "listeners": [
            [
                "name": "front",
                "address": ["socket_address": ["address": "127.0.0.1", "port_value": 8080]],
                "filter_chains": [
                    [
                        "transport_socket": [
                            "name": "envoy.transport_sockets.tls",
                            "typed_config": [
                                "@type":
                                    "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                                "common_tls_context": [
                                    "tls_certificates": [
                                        [
                                            "certificate_chain": ["filename": "/tls/chain.pem"],
                                            "private_key": ["inline_string": "KEY"],
                                        ]
                                    ],
                                    "validation_context": ["trusted_ca": ["filename": "/tls/ca.pem"]],
                                    "alpn_protocols": ["http/1.1"],
                                ],
                                "require_client_certificate": true,
                            ],
                        ],
                        "filters": [
                            [
                                "name": "envoy.filters.network.http_connection_manager",
                                "typed_config": [
                                    "@type":
                                        "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                                    "stat_prefix": "front",
                                    "route_config": [
                                        "name": "local",
                                        "virtual_hosts": [
                                            [
                                                "name": "all", "domains": ["*"],
                                                "routes": [
                                                    [
                                                        "match": [
                                                            "prefix": "/v1",
                                                            "headers": [
                                                                [
                                                                    "name": "x-user",
                                                                    "string_match": [
                                                                        "exact": "me", "ignore_case": true,
                                                                    ],
                                                                ]
                                                            ],
                                                        ],
                                                        "route": [
                                                            "weighted_clusters": [
                                                                "clusters": [
                                                                    ["name": "app", "weight": 90],
                                                                    ["name": "next", "weight": "10"],
                                                                ]
                                                            ],
                                                            "timeout": "1.500s", "prefix_rewrite": "/",
                                                            "retry_policy": [
                                                                "retry_on": "5xx, reset", "num_retries": 3,
                                                                "per_try_timeout": "0.25s",
                                                            ],
                                                        ],
                                                    ],
                                                    [
                                                        "match": ["path": "/old"],
                                                        "redirect": [
                                                            "path_redirect": "/new", "response_code": "FOUND",
                                                        ],
                                                    ],
                                                    [
                                                        "match": ["prefix": "/"],
                                                        "direct_response": [
                                                            "status": 404, "body": ["inline_string": "no"],
                                                        ],
                                                    ],
                                                ],
                                            ]
                                        ],
                                    ],
                                    "http_filters": [
                                        [
                                            "name": "envoy.filters.http.router",
                                            "typed_config": [
                                                "@type":
                                                    "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
                                            ],
                                        ]
                                    ],
                                ],
                            ]
                        ],
                    ]
                ],
            ]
        ],
        "clusters": [
            [
                "name": "app", "type": "STATIC", "connect_timeout": "0.25s", "lb_policy": "LEAST_REQUEST",
                "load_assignment": [
                    "cluster_name": "app",
                    "endpoints": [
                        [
                            "lb_endpoints": [
                                [
                                    "endpoint": [
                                        "address": ["socket_address": ["address": "127.0.0.1", "port_value": 9000]]
                                    ]
                                ],
                                [
                                    "endpoint": [
                                        "address": ["socket_address": ["address": "::1", "port_value": 9000]]
                                    ],
                                    "health_status": "DRAINING",
                                ],
                            ]
                        ]
                    ],
                ],
            ],
            ["name": "next"],
        ],
    ],
]

@Suite struct BootstrapTests {
    @Test func `a stand-alone file is read whole`() throws {
        let bootstrap = try Bootstrap(json: standAlone)

        #expect(bootstrap.node?.id == "edge")
        #expect(bootstrap.admin == NetworkAddress(ip: "127.0.0.1", port: 9901))
        let listener = try #require(bootstrap.staticResources.listeners.first)
        let chain = try #require(listener.filterChains.first)
        #expect(listener.trafficDirection == .unspecified)
        #expect(chain.tls?.requiresClientCertificate == true)
        #expect(
            chain.tls?.common.certificate
                == .inline(TLSCertificate(chain: .file(path: "/tls/chain.pem"), privateKey: .inline("KEY"))))
        guard case .inline(let routes)? = chain.manager?.routes else {
            Issue.record("expected inline routes")
            return
        }
        let actions = routes.virtualHosts[0].routes.map(\.action)
        #expect(
            actions == [
                .forward(
                    Route.Forward(
                        target: .weighted([
                            Route.WeightedCluster(name: "app", weight: 90),
                            Route.WeightedCluster(name: "next", weight: 10),
                        ]), timeout: .milliseconds(1500),
                        retryPolicy: RetryPolicy(
                            conditions: ["5xx", "reset"], retries: 3, perTryTimeout: .milliseconds(250)),
                        prefixRewrite: "/")),
                .redirect(Route.Redirect(status: 302, path: .replaced("/new"))),
                .direct(Route.DirectResponse(status: 404, body: "no")),
            ])
        let cluster = bootstrap.staticResources.clusters[0]
        #expect(cluster.balancing == .leastRequest)
        #expect(cluster.connectTimeout == .milliseconds(250))
        guard case .inline(let assignment) = cluster.endpoints else {
            Issue.record("expected inline endpoints")
            return
        }
        #expect(assignment.endpoints.map(\.healthStatus.isUsable) == [true, false])
        #expect(bootstrap.staticResources.clusters[1].connectTimeout == .seconds(5))
    }

    @Test func `what is written can be read again`() throws {
        let bootstrap = try Bootstrap(json: standAlone)

        let again = try Bootstrap(json: bootstrap.json)

        #expect(again == bootstrap)
        #expect(again.json.text == bootstrap.json.text)
        #expect(!bootstrap.json.text.contains("null"))
    }

    @Test func `lowerCamelCase means the same`() throws {
        let camel = try Bootstrap(json: standAlone.camelCased)

        #expect(camel == (try Bootstrap(json: standAlone)))
    }

    @Test func `discovery needs its cluster in the file`() throws {
        let source = ConfigSource(clusterNames: ["xds"])
        var bootstrap = Bootstrap(dynamicResources: .init(listeners: source, clusters: source))

        let error = #expect(throws: SchemaError.self) { try Bootstrap(json: bootstrap.json) }
        bootstrap.staticResources.clusters = [
            Cluster(name: "xds", endpoints: .inline(ClusterLoadAssignment(clusterName: "xds", endpoints: [])))
        ]

        #expect(
            error?.description
                == "dynamic_resources.lds_config: cluster \"xds\" is not among static_resources.clusters, which must hold it"
        )
        #expect(try Bootstrap(json: bootstrap.json) == bootstrap)
    }
}

extension JSONValue {
    /// With all member names in lowerCamelCase, those of types and metadata aside.
    fileprivate var camelCased: JSONValue {
        switch self {
        case .object(let object):
            .object(JSONObject(object.map { ($0.key.camelCased, $0.value.camelCased) }))
        case .array(let elements): .array(elements.map(\.camelCased))
        case .null, .bool, .integer, .number, .string: self
        }
    }
}

extension String {
    fileprivate var camelCased: String {
        let words = split(separator: "_")
        return words.dropFirst().reduce(words.first.map(String.init) ?? "") {
            $0 + $1.prefix(1).uppercased() + $1.dropFirst()
        }
    }
}
