import Discovery
import JSONWire
import Testing

@Suite struct TCPProxyTests {
    private func listener(_ chains: String, timeout: String = "") throws -> Listener {
        try Listener(
            json: try JSONValue.parse(
                Array(
                    """
                    {"name": "tcp", "address": {"socket_address": {"address": "127.0.0.1", "port_value": 6379}},
                     "listener_filters": [{"name": "envoy.filters.listener.tls_inspector", "typed_config": {"@type":
                       "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"}}],\(timeout)
                     "filter_chains": [\(chains)]}
                    """.utf8)))
    }

    private func chain(match: String = "{}", proxy: String = #""cluster": "c""#) -> String {
        """
        {"filter_chain_match": \(match), "filters": [{"name": "envoy.filters.network.tcp_proxy", "typed_config": {"@type":
         "type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy", "stat_prefix": "s", \(proxy)}}]}
        """
    }

    private func refusal(_ chains: String) -> String? {
        #expect(throws: SchemaError.self) { try listener(chains) }?.description
    }

    @Test func `Envoy's spelling of a TCP proxy is read`() throws {
        let read = try listener(
            chain(
                match:
                    #"{"transport_protocol": "tls", "server_names": ["db.example"], "application_protocols": ["istio"]}"#,
                proxy: #""weighted_clusters": {"clusters": [{"name": "a", "weight": 90}, {"name": "b", "weight": 10}]}"#
                    + #", "idle_timeout": "60s", "max_connect_attempts": 3, "hash_policy": [{"source_ip": {}}]"#),
            timeout: #""listener_filters_timeout": "5s", "continue_on_listener_filters_timeout": true,"#)

        let chain = try #require(read.filterChains.first)
        #expect(chain.manager == nil)
        #expect(chain.serverNames == ["db.example"] && chain.applicationProtocols == ["istio"])
        #expect(
            chain.proxy
                == TCPProxy(
                    statPrefix: "s", target: .weighted([.init(name: "a", weight: 90), .init(name: "b", weight: 10)]),
                    idleTimeout: .seconds(60), maximumConnectAttempts: 3, hashesSourceAddress: true))
        #expect(chain.proxy?.clusterNames == ["a", "b"])
        #expect(read.inspectionTimeout == .seconds(5) && read.continuesAfterInspectionTimeout)
    }

    @Test func `policies of access stand before bytes, and only there`() throws {
        let control = NetworkAccessControl(rules: AccessRules(.allow, policies: [:]))
        let bytes = FilterChain(
            accessControls: [control, control], filter: .tcp(TCPProxy(statPrefix: "s", target: .cluster("c"))))
        var http = FilterChain(
            manager: HTTPConnectionManager(statPrefix: "h", routes: .discovered(name: "r", source: .controlPlane)))
        http.accessControls = [control]
        func said(of filters: (inout [JSONValue]) -> Void) -> String? {
            var object = bytes.json.object ?? [:]
            var list = object["filters"]?.array ?? []
            filters(&list)
            object["filters"] = .array(list)
            let json = JSONValue.object(object)
            return #expect(throws: SchemaError.self) { try FilterChain(json: json) }?.description
        }

        #expect(try FilterChain(json: JSONValue.parse(bytes.json.serialized())) == bytes)
        #expect(throws: SchemaError.self) { try FilterChain(json: http.json) }
        #expect(said { $0.removeLast() }?.contains("the last network filter must be") == true)
        #expect(said { $0.swapAt(1, 2) }?.contains("the last network filter must be") == true)
        #expect(said { $0.insert($0[2], at: 0) }?.contains("only the last network filter may be") == true)
    }

    @Test func `a TCP listener survives the wire`() throws {
        let single = TCPProxy(statPrefix: "one", target: .cluster("c"))
        let split = TCPProxy(
            statPrefix: "two",
            target: .weighted([.init(name: "a", weight: 1), .init(name: "b", weight: 4_000_000_000)]),
            idleTimeout: .zero, maximumConnectAttempts: 2, hashesSourceAddress: true)
        let listener = Listener(
            name: "tcp", address: NetworkAddress(ip: "127.0.0.1", port: 443), trafficDirection: .outbound,
            filterChains: [
                FilterChain(
                    name: "sni", transport: .tls, serverNames: ["a.example", "*.b.example"], filter: .tcp(single)),
                FilterChain(transport: .tls, applicationProtocols: ["istio"], filter: .tcp(split)),
                FilterChain(transport: .plainText, filter: .tcp(single)),
            ], inspectsTLS: true, inspectionTimeout: .zero, continuesAfterInspectionTimeout: true)

        let json = listener.resource

        #expect(!json.text.contains("null"))
        #expect(try Listener(json: try JSONValue.parse(json.serialized())) == listener)
    }

    @Test func `what cannot be acted on is refused by its place`() throws {
        #expect(
            refusal(chain(proxy: #""idle_timeout": "1s""#))?.contains(
                "either \"cluster\" or \"weighted_clusters\" is required") == true)
        #expect(
            refusal(chain(proxy: #""weighted_clusters": {"clusters": [{"name": "a", "weight": 0}]}"#))?.contains(
                "filter_chains[0].filters[0].typed_config.weighted_clusters.clusters[0].weight") == true)
        #expect(
            refusal(
                chain(
                    proxy: #""weighted_clusters": {"clusters": [{"name": "a", "weight": 4294967295}, "#
                        + #"{"name": "b", "weight": 1}]}"#))?.contains("the sum of the weights is above") == true)
        #expect(refusal(chain(proxy: #""cluster": "c", "max_connect_attempts": 0"#)) != nil)
        #expect(refusal(chain(proxy: #""cluster": "c", "tunneling_config": {}"#))?.contains("not supported") == true)
        #expect(refusal(chain(match: #"{"server_names": ["*w.example"]}"#))?.contains("is no server name") == true)
        #expect(refusal(chain(match: #"{"destination_port": 1}"#))?.contains("not supported") == true)
    }

    @Test func `two chains may share neither a name nor a protocol`() throws {
        let names = [#"{"server_names": ["a.example", "b.example"]}"#, #"{"server_names": ["B.example"]}"#]
        let protocols = [#"{"application_protocols": ["istio"]}"#, #"{"application_protocols": ["x", "istio"]}"#]
        let apart = [#"{"server_names": ["a.example"]}"#, #"{"server_names": ["*.example"]}"#, "{}"]

        for pair in [names, protocols, ["{}", "{}"]] {
            let text = refusal(pair.map { chain(match: $0) }.joined(separator: ","))
            #expect(text?.contains("two filter chains match the same connections") == true)
        }
        #expect(try listener(apart.map { chain(match: $0) }.joined(separator: ",")).filterChains.count == 3)
    }

    @Test func `a match by server name needs the inspector`() {
        var listener = Listener(
            name: "x", address: NetworkAddress(ip: "127.0.0.1", port: 1),
            filterChains: [
                FilterChain(
                    serverNames: ["a.example"], filter: .tcp(TCPProxy(statPrefix: "s", target: .cluster("c"))))
            ])

        #expect(throws: SchemaError.self) { try Listener(json: listener.json) }

        listener.inspectsTLS = true
        #expect(throws: Never.self) { try Listener(json: listener.json) }
    }
}
