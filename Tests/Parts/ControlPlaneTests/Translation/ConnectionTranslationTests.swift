import Discovery
import JSONWire
import MeshConfig
import Testing

@testable import ControlPlane

@Suite struct ConnectionTranslationTests {
    /// A cache that speaks Redis, in two versions.
    private let cache = """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: cache, namespace: shop}
        spec: {selector: {app: cache}, ports: [{name: redis, port: 6379, targetPort: 7000}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: cache-v1, namespace: shop}
        spec: {address: 127.0.1.20, serviceAccount: cache, ports: {redis: 7000}, labels: {app: cache, version: v1}}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: cache-v2, namespace: shop}
        spec: {address: 127.0.1.21, serviceAccount: cache, ports: {redis: 7000}, labels: {app: cache, version: v2}}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: cache, namespace: shop}
        spec:
          host: cache
          trafficPolicy: {connectionPool: {tcp: {idleTimeout: 30s, connectTimeout: 2s, maxConnections: 50}}}
          subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]

        """
    private let split = """
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: cache, namespace: shop}
        spec:
          hosts: [cache]
          tcp:
          - match: [{sourceNamespace: elsewhere}, {port: 1}]
            route: [{destination: {host: cache, subset: v2}}]
          - route:
            - {destination: {host: cache, subset: v1}, weight: 90}
            - {destination: {host: cache, subset: v2}, weight: 10}

        """
    private let external = """
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: api, namespace: shop}
        spec: {hosts: [api.example], resolution: STATIC, ports: [{number: 443, name: tls}], endpoints: [{address: 127.0.3.1}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: mail, namespace: shop}
        spec: {hosts: [mail.example], resolution: STATIC, ports: [{number: 443, name: https}], endpoints: [{address: 127.0.3.2}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: mail, namespace: shop}
        spec:
          hosts: [mail.example, imap.mail.example]
          tls:
          - match: [{sniHosts: [mail.example, imap.mail.example], port: 443}]
            route: [{destination: {host: mail.example}, weight: 1}, {destination: {host: api.example}, weight: 3}]

        """
    private let cacheV1 = node("cache-v1", "shop", ip: "127.0.1.20")

    private func told(_ yaml: String..., to node: Node = webV1) throws -> NodeResources {
        discoveryResources(for: node, in: try mesh(canary + shop + yaml.joined()))
    }

    @Test func `a TCP port is a listener of its own at the workload, and no virtual host`() throws {
        let told = try told(cache)
        let listener = try #require(told.listeners.first { $0.name == "0.0.0.0_6379" })
        let cluster = try #require(told.clusters.first { $0.name == "outbound|6379||cache.shop.svc.cluster.local" })

        #expect(listener.address == NetworkAddress(ip: "127.0.1.2", port: 6379))
        #expect(listener.trafficDirection == .outbound)
        #expect(!listener.inspectsTLS)
        #expect(
            listener.filterChains == [
                FilterChain(
                    filter: .tcp(
                        TCPProxy(statPrefix: cluster.name, target: .cluster(cluster.name), idleTimeout: .seconds(30))))
            ])
        #expect(cluster.tls?.common.alpn == ["istio"])
        #expect(cluster.connectTimeout == .seconds(2))
        #expect(cluster.limits?.connections == 50)
        #expect(!told.routes.flatMap(\.virtualHosts).contains { $0.name.contains("cache") })
    }

    @Test func `weights become weighted clusters, by the first route that concerns this workload`() throws {
        let proxy = try #require(
            try told(cache, split).listeners.first { $0.name == "0.0.0.0_6379" }?.filterChains.first?.proxy)

        #expect(proxy.statPrefix == "outbound|6379||cache.shop.svc.cluster.local")
        #expect(
            proxy.target
                == .weighted([
                    .init(name: "outbound|6379|v1|cache.shop.svc.cluster.local", weight: 90),
                    .init(name: "outbound|6379|v2|cache.shop.svc.cluster.local", weight: 10),
                ]))
    }

    @Test(arguments: ["STRICT", "DISABLE", "PERMISSIVE"])
    func `who may connect is asked in whatever way they come`(mode: String) throws {
        let policies = """
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: callers, namespace: shop}
            spec: {rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/web]}}]}]}
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: methods, namespace: shop}
            spec: {action: DENY, rules: [{to: [{operation: {methods: [DELETE], ports: ['7000']}}]}]}

            """
        let yaml = (canary + shop + cache).replacingOccurrence(of: "mode: STRICT", with: "mode: \(mode)") + policies
        let told = discoveryResources(for: cacheV1, in: try mesh(yaml))
        let listener = try #require(told.listeners.first { $0.name == "127.0.1.20_7000" })

        for chain in listener.filterChains {
            #expect(chain.accessControls.map { $0.rules?.action } == [.deny, .allow])
            // The trap that Istio warns of: the method is not asked any more, and everybody is denied.
            #expect(
                chain.accessControls.first?.rules?.policies["ns[shop]-policy[methods]-rule[0]"]?.permissions
                    == [.all([.any([.destinationPort(7000)])])])
        }
    }

    @Test(arguments: [("STRICT", [true]), ("DISABLE", [false]), ("PERMISSIVE", [true, false, false])])
    func `the way in asks for TLS as the policy says`(mode: String, isTLS: [Bool]) throws {
        let yaml = (canary + shop + cache).replacingOccurrence(of: "mode: STRICT", with: "mode: \(mode)")
        let told = discoveryResources(for: cacheV1, in: try mesh(yaml))
        let listener = try #require(told.listeners.first { $0.name == "127.0.1.20_7000" })

        #expect(listener.filterChains.map { $0.tls != nil } == isTLS)
        #expect(
            listener.filterChains.allSatisfy {
                $0.proxy == TCPProxy(statPrefix: "inbound|7000||", target: .cluster("inbound|7000||"))
            })
        #expect(listener.filterChains.compactMap(\.tls).allSatisfy { $0.common.alpn == ["istio"] })
        guard isTLS.count > 1 else { return }
        #expect(listener.filterChains.map(\.transport) == [.tls, .tls, .plainText])
        #expect(listener.filterChains[0].applicationProtocols == ["istio-peer-exchange", "istio"])
        // Istio's choice: who waits for the server to speak first waits for ever.
        #expect(listener.inspectionTimeout == .zero && listener.continuesAfterInspectionTimeout)
    }

    @Test func `a port at which the workload itself is reached is not taken`() throws {
        let yaml = cache.replacingOccurrence(of: "targetPort: 7000", with: "targetPort: 6379")

        #expect(try !told(yaml, to: cacheV1).listeners.contains { $0.name == "0.0.0.0_6379" })
        #expect(try told(yaml).listeners.contains { $0.name == "0.0.0.0_6379" })
    }

    @Test func `TLS services share a port and are told apart by name`() throws {
        let told = try told(external)
        let listener = try #require(told.listeners.first { $0.name == "0.0.0.0_443" })

        #expect(listener.inspectsTLS)
        #expect(listener.filterChains.map(\.serverNames) == [["api.example"], ["mail.example", "imap.mail.example"]])
        #expect(listener.filterChains.allSatisfy { $0.tls == nil })
        #expect(listener.filterChains[0].proxy?.target == .cluster("outbound|443||api.example"))
        #expect(
            listener.filterChains[1].proxy?.target
                == .weighted([
                    .init(name: "outbound|443||mail.example", weight: 1),
                    .init(name: "outbound|443||api.example", weight: 3),
                ]))
        #expect(told.clusters.filter { $0.name.contains("|443|") }.allSatisfy { $0.tls == nil })
    }

    @Test func `what is emitted can be read by our own proxy`() throws {
        for node in [webV1, cacheV1] {
            let told = try told(cache, split, external, to: node)

            #expect(try told.listeners.map { try Listener(json: $0.resource) } == told.listeners)
            #expect(!told.listeners.contains { $0.resource.text.contains("null") })
        }
    }

    @Test func `a service whose VirtualService has no HTTP keeps its default route`() throws {
        let yaml = canary.replacingOccurrence(of: "  http:\n  - route:", with: "  tcp:\n  - route:")
        let host = try #require(
            discoveryResources(for: paymentV1, in: try mesh(yaml)).routes.first?.virtualHosts.first)

        #expect(host.routes.map(\.name) == ["default"])
    }
}

extension String {
    fileprivate func replacingOccurrence(of part: String, with other: String) -> String {
        guard let range = firstRange(of: part) else { return self }
        return String(self[..<range.lowerBound]) + other + String(self[range.upperBound...])
    }
}
