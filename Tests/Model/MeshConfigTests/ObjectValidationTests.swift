import JSONWire
import MeshConfig
import Patterns
import Testing
import YAMLWire

/// What one object is refused for, with the sentence and the place. A spec in flow style per line.
@Suite struct ObjectValidationTests {
    private func refusal(_ kind: ResourceKind, _ spec: String) throws -> String? {
        let documents = try YAMLParser.parse(Array(spec.utf8), file: "test.yaml")
        let object: JSONValue = [
            "apiVersion": .string(kind.preferredAPIVersion), "kind": .string(kind.rawValue),
            "metadata": ["name": "x", "namespace": "shop"], "spec": documents.first?.value ?? [:],
        ]
        do throws(SchemaError) {
            _ = try ConfigObject(object)
            return nil
        } catch {
            return error.description
        }
    }

    private static let route = "route: [{destination: {host: a}}]"

    @Test(arguments: [
        (
            "{gateways: [mesh], http: [{\(route)}]}",
            "spec.gateways: has no effect without \"hosts\": who delegates to this one says where its requests come in"
        ),
        (
            "{http: [{delegate: {name: a}}]}",
            "spec.http[0].delegate: what was delegated to this object cannot be delegated on"
        ),
        ("{hosts: [a], http: [{delegate: {namespace: b}}]}", "spec.http[0].delegate.name: is required"),
        ("{hosts: [a, A], http: [{\(route)}]}", "spec.hosts[1]: host \"a\" stands here twice; remove one"),
        (
            "{hosts: ['*'], http: [{\(route)}]}",
            "spec.hosts[0]: wildcard host \"*\" cannot be bound to \"mesh\"; name the service, or set gateways"
        ),
        (
            "{hosts: [a_b], http: [{\(route)}]}",
            "spec.hosts[0]: \"a_b\" is not a host; use a DNS name, \"*.\" and a DNS name, or \"*\""
        ),
        (
            "{hosts: [a], gateways: [a/b/c], http: [{\(route)}]}",
            "spec.gateways[0]: \"a/b/c\" is not a gateway; use \"mesh\", \"name\" or \"namespace/name\""
        ),
        ("{hosts: [a]}", "spec.http: is required"),
        ("{hosts: [a], http: []}", "spec.http: must hold at least one route"),
        ("{hosts: [a], tcp: []}", "spec.tcp: must hold at least one route"),
        ("{hosts: [a], tcp: [{match: [{port: 1}]}]}", "spec.tcp[0].route: is required"),
        ("{hosts: [a], tcp: [{route: []}]}", "spec.tcp[0].route: must name at least one destination"),
        (
            "{hosts: [a], tcp: [{route: [{destination: {host: a}, headers: {}}]}]}",
            "spec.tcp[0].route[0].headers: unknown field \"headers\"; supported here: destination, weight"
        ),
        (
            "{hosts: [a], tcp: [{route: [{destination: {host: a}}, {destination: {host: b}}]}]}",
            "spec.tcp[0].route: the weights sum to 0; give at least one destination a weight"
        ),
        (
            "{hosts: [a], tcp: [{match: [{sniHosts: [a]}], \(route)}]}",
            "spec.tcp[0].match[0].sniHosts: unknown field \"sniHosts\"; supported here: port, sourceLabels, "
                + "sourceNamespace, gateways"
        ),
        (
            "{hosts: [a], tcp: [{match: [{destinationSubnets: [10.0.0.0/8]}], \(route)}]}",
            "spec.tcp[0].match[0].destinationSubnets: \"destinationSubnets\" is not supported; supported here: port, "
                + "sourceLabels, sourceNamespace, gateways"
        ),
        ("{hosts: [a], tls: [{\(route)}]}", "spec.tls[0].match: is required"),
        ("{hosts: [a], tls: [{match: [], \(route)}]}", "spec.tls[0].match: must hold at least one match"),
        ("{hosts: [a], tls: [{match: [{port: 1}], \(route)}]}", "spec.tls[0].match[0].sniHosts: is required"),
        (
            "{hosts: [a], tls: [{match: [{sniHosts: []}], \(route)}]}",
            "spec.tls[0].match[0].sniHosts: must name at least one host"
        ),
        (
            "{hosts: [a.example], tls: [{match: [{sniHosts: ['*']}], \(route)}]}",
            "spec.tls[0].match[0].sniHosts[0]: \"*\" is not a server name; use a DNS name, or \"*.\" and a DNS name"
        ),
        (
            "{hosts: [a.example, b.example], tls: [{match: [{sniHosts: [c.example]}], \(route)}]}",
            "spec.tls[0].match[0].sniHosts[0]: \"c.example\" is none of the hosts, a.example, b.example"
        ),
        ("{hosts: [a], htttp: []}", "spec.htttp: unknown field \"htttp\"; did you mean \"http\"?"),
        (
            "{hosts: [a], http: [{}]}",
            "spec.http[0]: one of \"route\", \"redirect\", \"directResponse\" and \"delegate\" is required"
        ),
        (
            "{hosts: [a], http: [{\(route), redirect: {uri: /x}}]}",
            "spec.http[0]: only one of \"route\" and \"redirect\" may be set"
        ),
        (
            "{hosts: [a], http: [{\(route), directResponse: {status: 200}}]}",
            "spec.http[0]: only one of \"route\" and \"directResponse\" may be set"
        ),
        (
            "{hosts: [a], http: [{redirect: {uri: /x}, rewrite: {uri: /y}}]}",
            "spec.http[0].rewrite: has no effect without \"route\"; remove it"
        ),
        (
            "{hosts: [a], http: [{directResponse: {status: 200}, retries: {attempts: 1}}]}",
            "spec.http[0].retries: has no effect without \"route\"; remove it"
        ),
        (
            "{hosts: [a], http: [{directResponse: {status: 600}}]}",
            "spec.http[0].directResponse.status: 600 is out of range; expected between 200 and 599"
        ),
        (
            "{hosts: [a], http: [{\(route), fault: {}}]}",
            "spec.http[0].fault: needs \"delay\" or \"abort\""
        ),
        (
            "{hosts: [a], http: [{\(route), fault: {delay: {fixedDelay: 0s}}}]}",
            "spec.http[0].fault.delay.fixedDelay: must be at least 1ms"
        ),
        (
            "{hosts: [a], http: [{\(route), fault: {delay: {fixedDelay: 1s, percent: 101}}}]}",
            "spec.http[0].fault.delay.percent: 101 is out of range; expected between 0 and 100"
        ),
        (
            "{hosts: [a], http: [{\(route), fault: {abort: {percentage: {value: 5}}}}]}",
            "spec.http[0].fault.abort: either \"httpStatus\" or \"grpcStatus\" is required"
        ),
        (
            "{hosts: [a], http: [{\(route), fault: {abort: {grpcStatus: UNAVAILABEL}}}]}",
            "spec.http[0].fault.abort.grpcStatus: \"UNAVAILABEL\" is not supported; did you mean \"UNAVAILABLE\"?"
        ),
        (
            "{hosts: [a], http: [{\(route), fault: {abort: {httpStatus: 503, percentage: {value: 0.00001}}}}]}",
            "spec.http[0].fault.abort.percentage.value: 1e-05 is out of range; expected 0, or between 0.0001 and 100"
        ),
        (
            "{hosts: [a], http: [{redirect: {uri: /x}, fault: {abort: {httpStatus: 503}}}]}",
            "spec.http[0].fault: has no effect without \"route\"; remove it"
        ),
        (
            "{hosts: [a], http: [{\(route), mirrorPercentage: {value: 5}}]}",
            "spec.http[0].mirrorPercentage: has no effect without \"mirror\"; remove it"
        ),
        (
            "{hosts: [a], http: [{\(route), mirror: {host: b}, mirrors: []}]}",
            "spec.http[0]: only one of \"mirror\" and \"mirrors\" may be set"
        ),
        (
            "{hosts: [a], http: [{\(route), mirrors: [{destination: {host: b}}], mirrorPercent: 5}]}",
            "spec.http[0].mirrorPercent: belongs to \"mirror\"; write \"percentage\" into each of \"mirrors\""
        ),
        (
            "{hosts: [a], http: [{\(route), mirrors: [{destination: {host: b}, percentage: {value: 101}}]}]}",
            "spec.http[0].mirrors[0].percentage.value: 101.0 is out of range; expected 0, or between 0.0001 and 100"
        ),
        (
            "{hosts: [a], http: [{directResponse: {status: 200}, mirror: {host: b}}]}",
            "spec.http[0].mirror: has no effect without \"route\"; remove it"
        ),
        (
            "{hosts: [a], http: [{\(route), corsPolicy: {allowMethods: [GETT]}}]}",
            "spec.http[0].corsPolicy.allowMethods[0]: \"GETT\" is not a method"
        ),
        (
            "{hosts: [a], http: [{\(route), corsPolicy: {allowOrigins: [{exact: a}], allowOrigin: [a]}}]}",
            "spec.http[0].corsPolicy: only one of \"allowOrigins\" and \"allowOrigin\" may be set"
        ),
        (
            "{hosts: [a], http: [{\(route), corsPolicy: {exposeHeaders: ['a b']}}]}",
            "spec.http[0].corsPolicy.exposeHeaders[0]: \"a b\" is not a header name"
        ),
        (
            "{hosts: [a], http: [{\(route), corsPolicy: {maxAge: 1500ms}}]}",
            "spec.http[0].corsPolicy.maxAge: only whole seconds can be said to a browser"
        ),
        ("{hosts: [a], http: [{route: []}]}", "spec.http[0].route: must name at least one destination"),
        (
            "{hosts: [a], http: [{route: [{destination: {host: a}, weight: -1}]}]}",
            "spec.http[0].route[0].weight: -1 is out of range; expected between 0 and 2147483647"
        ),
        (
            "{hosts: [a], http: [{route: [{destination: {host: a}, wieght: 1}]}]}",
            "spec.http[0].route[0].wieght: unknown field \"wieght\"; did you mean \"weight\"?"
        ),
        (
            "{hosts: [a], http: [{route: [{destination: {host: a}}, {destination: {host: b}}]}]}",
            "spec.http[0].route: the weights sum to 0; give at least one destination a weight"
        ),
        (
            "{hosts: [a], http: [{route: [{destination: {host: '*.a'}}]}]}",
            "spec.http[0].route[0].destination.host: \"*.a\" is not the name of one service"
        ),
        (
            "{hosts: [a], http: [{\(route), timeout: 0.1ms}]}", "spec.http[0].timeout: must be at least 1ms"
        ),
        (
            "{hosts: [a], http: [{\(route), timeout: 5}]}", "spec.http[0].timeout: expected a string, found a number"
        ),
        (
            "{hosts: [a], http: [{\(route), timeout: soon}]}",
            "spec.http[0].timeout: \"soon\" is not a duration; write \"1.5s\", \"250ms\" or \"1h30m\""
        ),
        (
            "{hosts: [a], http: [{\(route), retries: {attempts: -1}}]}",
            "spec.http[0].retries.attempts: -1 is out of range; expected between 0 and 2147483647"
        ),
        (
            "{hosts: [a], http: [{\(route), retries: {attempts: 0, retryOn: 5xx}}]}",
            "spec.http[0].retries: \"attempts\" is 0, so the other fields have no effect; set it, or remove them"
        ),
        (
            "{hosts: [a], http: [{\(route), retries: {attempts: 2, retryOn: '5xx,connection-failure'}}]}",
            "spec.http[0].retries.retryOn: \"connection-failure\" is not a retry condition; did you mean \"connect-failure\"?"
        ),
        (
            "{hosts: [a], http: [{\(route), match: [{uri: {prefix: ''}}]}]}",
            "spec.http[0].match[0].uri.prefix: must not be empty"
        ),
        (
            "{hosts: [a], http: [{\(route), match: [{uri: {regex: '/api/(v1'}}]}]}",
            "spec.http[0].match[0].uri.regex: “/api/(v1”: missing ): /api/(v1 (at character 1); "
                + "close it with ), or write \\( for the character"
        ),
        (
            "{hosts: [a], http: [{\(route), match: [{headers: {x-a: {regex: '(?=b)'}}}]}]}",
            "spec.http[0].match[0].headers.x-a.regex: “(?=b)”: invalid perl operator: (?= (at character 1); "
                + "RE2 has no look-around, conditions or atomic groups; (?:…) groups and (?i) ignores case"
        ),
        (
            "{hosts: [a], http: [{\(route), rewrite: {uriRegexRewrite: {match: '/(a)', rewrite: '/\\2'}}}]}",
            "spec.http[0].rewrite.uriRegexRewrite.rewrite: “/\\2”: Rewrite schema requests 2 matches, but the regexp "
                + "only has 1 parenthesized subexpressions.; \\1 to \\9 stand for groups, \\0 for the whole match, "
                + "\\\\ for a backslash; the pattern “/(a)” has 1 group"
        ),
        (
            "{hosts: [a], http: [{\(route), rewrite: {uriRegexRewrite: {match: a, rewrite: 'b c'}}}]}",
            "spec.http[0].rewrite.uriRegexRewrite.rewrite: holds a blank or a control character, which no path may"
        ),
        (
            "{hosts: [a], http: [{\(route), rewrite: {uri: /a, uriRegexRewrite: {match: a, rewrite: b}}}]}",
            "spec.http[0].rewrite: only one of \"uri\" and \"uriRegexRewrite\" may be set"
        ),
        (
            "{hosts: [a], http: [{redirect: {uri: /x, port: 80, derivePort: FROM_REQUEST_PORT}}]}",
            "spec.http[0].redirect: only one of \"port\" and \"derivePort\" may be set"
        ),
        (
            "{hosts: [a], http: [{\(route), match: [{uri: {exact: pay}}]}]}",
            "spec.http[0].match[0].uri: \"pay\" never matches: a path begins with \"/\""
        ),
        (
            "{hosts: [a], http: [{\(route), match: [{headers: {X-User: {exact: me}}}]}]}",
            "spec.http[0].match[0].headers.X-User: header names are in lower case; write \"x-user\""
        ),
        (
            "{hosts: [a], http: [{\(route), match: [{headers: {':path': {exact: me}}}]}]}",
            "spec.http[0].match[0].headers[\":path\"]: \":path\" is not a header name"
        ),
        (
            "{hosts: [a], http: [{\(route), headers: {response: {set: {Host: b}}}}]}",
            "spec.http[0].headers.response.set.Host: \"Host\" may only be set, and only in requests"
        ),
        (
            "{hosts: [a], http: [{\(route), headers: {request: {set: {Host: b}, add: {':authority': c}}}}]}",
            "spec.http[0].headers.request.add[\":authority\"]: the host is set twice; remove one"
        ),
        (
            "{hosts: [a], http: [{\(route), headers: {request: {remove: [':path']}}}]}",
            "spec.http[0].headers.request.remove[0]: \":path\" may only be set, and only in requests"
        ),
        (
            "{hosts: [a], http: [{\(route), headers: {request: {set: {a: '50%'}}}}]}",
            "spec.http[0].headers.request.set.a: “50%”: a % begins a command that has no end; write %% for the character"
        ),
        (
            "{hosts: [a], http: [{directResponse: {status: 200, body: {bytes: '?'}}}]}",
            "spec.http[0].directResponse.body.bytes: is not base 64"
        ),
        (
            "{hosts: [a], http: [{\(route), headers: {request: {set: {a: \"x\\ny\"}}}}]}",
            "spec.http[0].headers.request.set.a: holds a control character, which no header may"
        ),
        (
            "{hosts: [a], http: [{\(route), rewrite: {}}]}",
            "spec.http[0].rewrite: needs \"uri\", \"uriRegexRewrite\" or \"authority\""
        ),
        (
            "{hosts: [a], http: [{redirect: {redirectCode: 302}}]}",
            "spec.http[0].redirect: leads nowhere; set \"uri\", \"authority\", \"scheme\" or \"port\""
        ),
        (
            "{hosts: [a], http: [{redirect: {uri: /x, redirectCode: 404}}]}",
            "spec.http[0].redirect.redirectCode: 404 is out of range; expected between 300 and 399"
        ),
    ])
    func `a VirtualService is refused with a sentence`(spec: String, expected: String) throws {
        #expect(try refusal(.virtualService, spec) == expected)
    }

    @Test(
        arguments: [
            (ResourceKind.destinationRule, "{}", "spec.host: is required"),
            (
                .destinationRule, "{host: a, trafficPolicy: {}}",
                "spec.trafficPolicy: is empty; set \"tls\", \"loadBalancer\", \"connectionPool\" or \"outlierDetection\", or remove it"
            ),
            (
                .destinationRule, "{host: a, subsets: [{name: v1}, {name: v1}]}",
                "spec.subsets[1].name: subset \"v1\" is defined twice; rename one"
            ),
            (
                .destinationRule, "{host: a, subsets: [{name: 'v|1'}]}",
                "spec.subsets[0].name: \"v|1\" holds a space, \"|\" or a character beyond ASCII"
            ),
            (
                .destinationRule, "{host: a, trafficPolicy: {tls: {mode: MAGIC}}}",
                "spec.trafficPolicy.tls.mode: \"MAGIC\" is not supported; supported here: DISABLE, SIMPLE, MUTUAL, ISTIO_MUTUAL"
            ),
            (
                .destinationRule, "{host: a, trafficPolicy: {tls: {mode: MUTUAL, clientCertificate: c.pem}}}",
                "spec.trafficPolicy.tls.privateKey: is required"
            ),
            (
                .destinationRule, "{host: a, trafficPolicy: {tls: {mode: SIMPLE, privateKey: k.pem}}}",
                "spec.trafficPolicy.tls.privateKey: is shown with MUTUAL only; SIMPLE shows no certificate"
            ),
            (
                .destinationRule, "{host: a, trafficPolicy: {tls: {mode: ISTIO_MUTUAL, sni: b}}}",
                "spec.trafficPolicy.tls.sni: means nothing with ISTIO_MUTUAL; use SIMPLE or MUTUAL, or remove it"
            ),
            (
                .destinationRule, "{host: a, trafficPolicy: {tls: {mode: SIMPLE, subjectAltNames: ['spiffe://a/b']}}}",
                "spec.trafficPolicy.tls.subjectAltNames[0]: \"spiffe://a/b\" is a URI; only DNS names are supported here"
            ),
            (
                .destinationRule, "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {}}}}",
                "spec.trafficPolicy.loadBalancer.consistentHash: needs a key: \"httpHeaderName\", \"httpCookie\", "
                    + "\"useSourceIp\" or \"httpQueryParameterName\""
            ),
            (
                .destinationRule,
                "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {useSourceIp: true, maglev: {tableSize: 21}}}}}",
                "spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize: 21 is not a prime number"
            ),
            (
                .destinationRule,
                "{host: a, trafficPolicy: {loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: true}}}}",
                "spec.trafficPolicy.loadBalancer: either \"simple\" or \"consistentHash\", not both"
            ),
            (
                .destinationRule, "{host: a, trafficPolicy: {outlierDetection: {consecutiveLocalOriginFailures: 3}}}",
                "spec.trafficPolicy.outlierDetection.consecutiveLocalOriginFailures: has an effect only with "
                    + "\"splitExternalLocalOriginErrors: true\""
            ),
            (
                .destinationRule, "{host: a, trafficPolicy: {tls: {mode: ISTIO_MUTUAL, clientCertificate: /x}}}",
                "spec.trafficPolicy.tls.clientCertificate: means nothing with ISTIO_MUTUAL; use SIMPLE or MUTUAL, or remove it"
            ),
            (
                .destinationRule, "{host: a, trafficPolicy: {connectionPool: {tcp: {connectTimeout: 0s}}}}",
                "spec.trafficPolicy.connectionPool.tcp.connectTimeout: must be at least 1ms"
            ),
            (
                .gateway, "{selector: {a: b}, servers: []}", "spec.servers: must hold at least one server"
            ),
            (
                .gateway, "{servers: [{port: {number: 443, name: https, protocol: HTTPS}, hosts: ['*']}]}",
                "spec.servers[0].port.protocol: HTTPS needs \"tls\" beside the port: mode, certificate and key"
            ),
            (
                .gateway,
                "{servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['*']}, {port: {number: 81, name: a, protocol: HTTP}, hosts: ['*']}]}",
                "spec.servers[1].port.name: port name \"a\" is used twice; rename one"
            ),
            (
                .gateway, "{servers: [{port: {number: 80, name: a, protocol: HTTP}, hosts: ['ns/a.example']}]}",
                "spec.servers[0].hosts[0]: \"ns/a.example\": a namespace before the host is not supported; "
                    + "write the host alone"
            ),
            (
                .peerAuthentication, "{mtls: {mode: STRIKT}}",
                "spec.mtls.mode: \"STRIKT\" is not supported; did you mean \"STRICT\"?"
            ),
            (
                .peerAuthentication, "{portLevelMtls: {80: {mode: STRICT}}}",
                "spec.portLevelMtls: needs a selector: a port belongs to a workload"
            ),
            (
                .peerAuthentication, "{selector: {matchLabels: {a: b}}, portLevelMtls: {}}",
                "spec.portLevelMtls: must hold at least one port, or be left out"
            ),
            (
                .peerAuthentication, "{selector: {matchLabels: {a: b}}, portLevelMtls: {'65536': {mode: STRICT}}}",
                "spec.portLevelMtls[65536]: \"65536\" is not a port; expected a number between 1 and 65535"
            ),
            (
                .requestAuthentication, "{jwtRules: [{issuer: a, jwks: '{}', jwksUri: 'https://a'}]}",
                "spec.jwtRules[0].jwks: stands beside \"jwksUri\"; keep one of them"
            ),
            (
                .requestAuthentication, "{jwtRules: [{jwks: '{}'}]}",
                "spec.jwtRules[0]: needs an \"issuer\", or a \"jwksUri\" when any issuer will do"
            ),
            (
                .requestAuthentication, "{jwtRules: [{issuer: joe}]}",
                "spec.jwtRules[0].issuer: \"joe\" is no address to find the keys at; add \"jwksUri\" or \"jwks\""
            ),
            (
                .requestAuthentication, "{jwtRules: [{issuer: joe, jwks: '{}'}]}",
                "spec.jwtRules[0].jwks: holds no keys: Jwks does not have [keys] field"
            ),
            (
                .requestAuthentication, "{jwtRules: [{issuer: joe, jwksUri: 'ftp://a'}]}",
                "spec.jwtRules[0].jwksUri: \"ftp://a\" is not an address of the web; "
                    + "write \"https://issuer.example/keys.json\""
            ),
            (
                .requestAuthentication, "{jwtRules: [{issuer: 'https://a', audiences: ['']}]}",
                "spec.jwtRules[0].audiences[0]: must not be empty"
            ),
            (
                .requestAuthentication, "{jwtRules: [{issuer: 'https://a', fromHeaders: [{prefix: a}]}]}",
                "spec.jwtRules[0].fromHeaders[0].name: is required"
            ),
            (
                .requestAuthentication, "{jwtRules: [{issuer: 'https://a', outputPayloadToHeader: 'a b'}]}",
                "spec.jwtRules[0].outputPayloadToHeader: \"a b\" is not a header name"
            ),
            (
                .requestAuthentication, "{jwtRules: [{issuer: 'https://a', outputClaimToHeaders: [{header: a}]}]}",
                "spec.jwtRules[0].outputClaimToHeaders[0].claim: is required"
            ),
            (
                .requestAuthentication, "{jwtRules: [{issuer: 'https://a', audience: [b]}]}",
                "spec.jwtRules[0].audience: unknown field \"audience\"; did you mean \"audiences\"?"
            ),
            (
                .serviceEntry, "{hosts: [a], ports: [{number: 80, name: http}], resolution: DNS, endpoints: []}",
                "spec.resolution: \"DNS\" is not supported; only \"STATIC\" with endpoints"
            ),
            (
                .serviceEntry,
                "{hosts: [a], ports: [{number: 80, name: a}, {number: 80, name: b}], resolution: STATIC, endpoints: [{address: 1.2.3.4}]}",
                "spec.ports[1].number: port 80 stands here twice"
            ),
            (
                .serviceEntry,
                "{hosts: [a], ports: [{number: 80, name: a}, {number: 81, name: a}], resolution: STATIC, endpoints: [{address: 1.2.3.4}]}",
                "spec.ports[1].name: port name \"a\" stands here twice"
            ),
            (
                .serviceEntry,
                "{hosts: [a], ports: [{number: 80, name: a, protocol: UDP}], resolution: STATIC, endpoints: []}",
                "spec.ports[0].protocol: \"UDP\" is not supported; use \"HTTP\", \"HTTP2\", \"GRPC\", \"TCP\", \"TLS\", \"HTTPS\", \"REDIS\", \"MYSQL\" or \"MONGO\""
            ),
            (
                .serviceEntry, "{hosts: [a], ports: [{number: 80, name: a}], resolution: STATIC, endpoints: []}",
                "spec.endpoints: must hold at least one endpoint"
            ),
            (
                .workloadEntry, "{address: db.example}",
                "spec.address: \"db.example\" is not an IP address; names and sockets are not supported"
            ),
            (
                .workloadEntry, "{address: 1.2.3.256}",
                "spec.address: \"1.2.3.256\" is not an IP address; names and sockets are not supported"
            ),
            (
                .workloadEntry, "{address: 1.2.3.4, ports: {http: 0}}",
                "spec.ports.http: 0 is out of range; expected between 1 and 65535"
            ),
            (
                .workloadEntry, "{address: 1.2.3.4, serviceAccount: a/b}",
                "spec.serviceAccount: \"a/b\" is not the name of a service account"
            ),
            (
                .workloadEntry, "{address: 1.2.3.4, weight: 5}",
                "spec.weight: \"weight\" is not supported; supported here: address, ports, labels, serviceAccount, locality"
            ),
            (.service, "{ports: [{port: 80}]}", "spec.selector: is required"),
            (.service, "{selector: {a: b}, ports: []}", "spec.ports: must hold at least one port"),
            (
                .service, "{selector: {a: b}, ports: [{port: 80}, {port: 81}]}",
                "spec.ports[1].name: is required when there are several ports"
            ),
            (
                .service, "{selector: {a: b}, ports: [{port: 80, name: a}, {port: 80, name: b}]}",
                "spec.ports[1].port: port 80 stands here twice"
            ),
            (
                .service, "{selector: {a: b}, ports: [{port: 80, name: udp-dns}]}",
                "spec.ports[0].name: \"udp-dns\" says that the port speaks udp, which is not supported; "
                    + "name it \"http\" or \"tcp\""
            ),
            (
                .service, "{selector: {a: b}, ports: [{port: 80}], type: NodePort}",
                "spec.type: \"NodePort\" is not supported; only \"ClusterIP\""
            ),
        ] as [(ResourceKind, String, String)])
    func `other kinds are refused with a sentence`(kind: ResourceKind, spec: String, expected: String) throws {
        #expect(try refusal(kind, spec) == expected)
    }

    @Test(
        arguments: [
            (
                ["kind": "Pod"],
                "kind: \"Pod\" is not supported; supported here: VirtualService, DestinationRule, Gateway, "
                    + "ServiceEntry, WorkloadEntry, PeerAuthentication, AuthorizationPolicy, RequestAuthentication, "
                    + "Service, ConfigMap"
            ),
            (["kind": "VirtualServise"], "kind: \"VirtualServise\" is not supported; did you mean \"VirtualService\"?"),
            (
                ["kind": "Service", "apiVersion": "networking.istio.io/v1"],
                "apiVersion: \"networking.istio.io/v1\" has no Service; expected v1"
            ),
            (["kind": "Service", "apiVersion": "v1"], "metadata: is required"),
            (
                ["kind": "Service", "apiVersion": "v1", "metadata": ["name": "A"]],
                "metadata.name: \"A\" is not a name; use lower-case letters, digits, \"-\" and \".\""
            ),
            (
                ["kind": "Service", "apiVersion": "v1", "metadata": ["name": "a", "namespace": "b.c"]],
                "metadata.namespace: \"b.c\" is not a namespace; use lower-case letters, digits and \"-\""
            ),
            (["kind": "Service", "sepc": [:]], "sepc: unknown field \"sepc\"; did you mean \"spec\"?"),
            ([1], "expected an object, found an array"),
        ] as [(JSONValue, String)])
    func `an object without its frame is refused`(json: JSONValue, expected: String) {
        let error = #expect(throws: SchemaError.self) { try ConfigObject(json) }

        #expect(error?.description == expected)
    }

    @Test(
        arguments: [
            (ResourceKind.service, "local-rate-limit", "10/1s", nil),
            (.workloadEntry, "local-rate-limit", "1/50ms", nil),
            (.virtualService, "local-rate-limit.main", "10/1m burst 3", nil),
            (.service, "local-rate-limiter", "x", nil),
            (.service, "local-rate-limit", "10", "\"10\" is not a limit; write \"100/1s\" or \"100/1s burst 200\""),
            (
                .service, "local-rate-limit", "10/1s more",
                "\"10/1s more\" is not a limit; write \"100/1s\" or \"100/1s burst 200\""
            ),
            (.service, "local-rate-limit", "0/1s", "\"0/1s\": expected numbers of requests between 1 and 4294967295"),
            (.service, "local-rate-limit", "1/49ms", "\"1/49ms\": the interval is shorter than 50ms"),
            (
                .service, "local-rate-limit", "1/soon",
                "\"soon\" is not a duration; write \"1.5s\", \"250ms\" or \"1h30m\""
            ),
            (.service, "local-rate-limit.main", "1/1s", "a Service has no rules; leave \".main\" out"),
            (
                .gateway, "local-rate-limit", "1/1s",
                "a Gateway has no requests to limit; annotate the Service, or a WorkloadEntry"
            ),
        ] as [(ResourceKind, String, String, String?)])
    func `a limit in an annotation is read, or refused with a sentence`(
        kind: ResourceKind, name: String, text: String, refusal: String?
    ) throws {
        let specs: [ResourceKind: JSONValue] = [
            .service: ["selector": ["a": "b"], "ports": [["port": 80, "name": "http"]]],
            .workloadEntry: ["address": "127.0.0.1"],
            .virtualService: ["hosts": ["a"], "http": [["route": [["destination": ["host": "a"]]]]]],
            .gateway: [
                "servers": [["port": ["number": 80, "name": "a", "protocol": "HTTP"], "hosts": ["*"]]],
                "selector": ["a": "b"],
            ],
        ]
        let object: JSONValue = [
            "apiVersion": .string(kind.preferredAPIVersion), "kind": .string(kind.rawValue),
            "metadata": [
                "name": "x", "namespace": "shop", "annotations": .object(["meshtop.io/\(name)": .string(text)]),
            ], "spec": specs[kind] ?? [:],
        ]

        do throws(SchemaError) {
            _ = try ConfigObject(object)
            #expect(refusal == nil)
        } catch {
            #expect(error.message == refusal)
            #expect(error.path == "metadata.annotations[\"meshtop.io/\(name)\"]")
        }
    }

    @Test func `everything that is supported can be said`() throws {
        let all = try objects(
            """
            apiVersion: networking.istio.io/v1beta1
            kind: VirtualService
            metadata: {name: all, annotations: {a: b}, creationTimestamp: "2026-01-01T00:00:00Z", managedFields: []}
            spec:
              hosts: [a, a.example]
              gateways: [mesh, shop/gateway]
              http:
              - name: one
                match:
                - name: m
                  uri: {prefix: /a}
                  ignoreUriCase: true
                  scheme: {exact: https}
                  method: {regex: GET|HEAD}
                  authority: {prefix: a}
                  headers: {x: {exact: "1"}, y: {}, z: {prefix: p}, v: {regex: "*"}}
                  withoutHeaders: {w: {}}
                  queryParams: {q: {exact: "1"}, r: {regex: "*"}, s: {}}
                  statPrefix: all
                  port: 80
                  sourceLabels: {app: web}
                  sourceNamespace: shop
                  gateways: [mesh]
                rewrite: {uri: /b, authority: c}
                timeout: 1h30m
                retries: {attempts: 3, perTryTimeout: 2s, retryOn: "5xx, 418", retryIgnorePreviousHosts: false, backoff: 10ms, retryRemoteLocalities: true}
                headers:
                  request: {set: {a: "1", ":authority": x.example}, add: {b: "%REQ(a)%"}, remove: [c]}
                  response: {set: {a: "1"}}
                route:
                - destination: {host: a, subset: v1, port: {number: 80}}
                  weight: 100
                  headers: {request: {remove: [d]}}
              - redirect: {uri: /x, authority: a, scheme: https, port: 443, redirectCode: 308}
              - directResponse: {status: 503, body: {bytes: Y2xvc2Vk}}
              - match: [{uri: {regex: "/v[0-9]+/.*"}}]
                rewrite: {uriRegexRewrite: {match: "^/v([0-9]+)", rewrite: '/version/\\1'}}
                route: [{destination: {host: a}}]
                mirror: {host: b, port: {number: 80}}
                mirror_percent: 7
                corsPolicy:
                  allowOrigins: [{exact: "https://shop.example"}, {regex: "https://.*[.]test"}]
                  allowMethods: [GET, POST]
                  allowHeaders: [x-a, "*"]
                  exposeHeaders: [x-b]
                  maxAge: 24h
                  allowCredentials: false
                  unmatchedPreflights: IGNORE
                fault:
                  delay: {fixedDelay: 5s, percentage: {value: 0.1}, percent: 7}
                  abort: {grpcStatus: UNAVAILABLE, percentage: {value: 100}}
              - redirect: {prefixRewrite: /x, derivePort: FROM_REQUEST_PORT}
              - redirect: {uriRegexRewrite: {match: a, rewrite: b}, derivePort: FROM_PROTOCOL_DEFAULT}
            """)

        guard case .virtualService(let service)? = all.first?.spec else {
            Issue.record("expected a VirtualService")
            return
        }
        let first = try #require(service.http.first)
        #expect(all.first?.key.description == "VirtualService default/all")
        #expect(first.timeout == .seconds(5400))
        #expect(first.headers.request.authority == "x.example")
        #expect(service.http[2].action == .directResponse(status: 503, body: Array("closed".utf8)))
        #expect(first.retries?.conditions == ["5xx", "retriable-status-codes"])
        #expect(first.retries?.statusCodes == [418])
        #expect(first.match.first?.headers == ["x": .exact("1"), "y": nil, "z": .prefix("p"), "v": nil])
        #expect(first.match.first?.queryParams == ["q": .exact("1"), "r": nil, "s": nil])
        #expect(service.http.map(\.destinations.count) == [1, 0, 0, 1, 0, 0])
        #expect(service.http[3].rewrite?.uriRegex?.rewrite.source == #"/version/\1"#)
        #expect(
            service.http[3].fault
                == VirtualService.Fault(
                    delay: .init(duration: .seconds(5), percentage: 0.1),
                    abort: .init(.grpc(status: 14), percentage: 100)))
        #expect(
            service.http[3].mirrors
                == [VirtualService.Mirror(VirtualService.Destination(host: "b", port: 80), percentage: 7)])
        #expect(service.http[3].cors?.maximumAge == .seconds(86_400))
        #expect(service.http[3].cors?.forwardsUnmatchedPreflights == false)
        #expect(all.first?.metadata.annotations == ["a": "b"])
    }

    @Test func `every kind has a place in the API`() {
        for kind in ResourceKind.allCases {
            for version in kind.versions {
                #expect(ResourceKind(group: kind.group, version: version, plural: kind.plural) == kind)
            }
        }
        #expect(ResourceKind(group: "networking.istio.io", version: "v2", plural: "virtualservices") == nil)
        #expect(ResourceKind.serviceEntry.plural == "serviceentries")
        #expect(ResourceKind.peerAuthentication.preferredAPIVersion == "security.istio.io/v1")
    }
}
