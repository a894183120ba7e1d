import JSONWire
import MeshConfig
import MeshModel
import Testing
import YAMLWire

@Suite struct `A catalog of the configuration` {
    private static let front = """
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: front, namespace: shop}
        spec: {address: 127.0.1.1, ports: {http: 8080}, labels: {app: front}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: front, namespace: shop}
        spec: {selector: {app: front}, ports: [{name: http, port: 80, targetPort: 8080}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: Gateway
        metadata: {name: door, namespace: shop}
        spec:
          selector: {app: front}
          servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example]}]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: shop, namespace: shop}
        spec:
          hosts: [shop.example]
          gateways: [door]
          http:
          - route: [{destination: {host: payment-service.payments.svc.cluster.local}}]
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: istio-system}
        spec: {mtls: {mode: STRICT}}
        ---
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: payments}
        spec: {mtls: {mode: STRICT}}

        """

    private func catalog(_ yamls: String...) throws -> ConfigCatalog {
        let bodies = try yamls.flatMap { try YAMLParser.parse(Array($0.utf8), file: "test.yaml").map(\.value) }
        return ConfigCatalog(
            bodies.map { body in
                let kind = body["kind"]?.string ?? ""
                let resource = ResourceKind(rawValue: kind).map { ConfigResource($0) }
                return (resource ?? ConfigResource(group: "x.example", version: "v1", plural: "xs", kind: kind), body)
            })
    }

    private func key(_ kind: String, _ namespace: String = "payments", _ name: String = "payment-service") -> ConfigKey
    {
        ConfigKey(kind: kind, namespace: namespace, name: name)
    }

    @Test func `connects a route with its service and subsets, both ways`() throws {
        let catalog = try catalog(paymentWorkloads, paymentSubsets, paymentCanary)

        let route = try #require(catalog[key("VirtualService")])
        #expect(
            route.references.map { "\($0.role): \($0.target) at \($0.pointer)" } == [
                "host: Service payments/payment-service at /spec/hosts/0",
                "destination: Service payments/payment-service at /spec/http/0/route/0/destination/host",
                "subset v1: DestinationRule payments/payment-service at /spec/http/0/route/0/destination/subset",
                "subset v2: DestinationRule payments/payment-service at /spec/http/0/route/1/destination/subset",
            ])
        let rule = try #require(catalog[key("DestinationRule")])
        #expect(
            rule.referrers.map { "\($0.source)" } == ["VirtualService payments/payment-service"] + [
                "VirtualService payments/payment-service"
            ])
        #expect(rule.references.map(\.target.name) == ["payment-service", "payment-v1", "payment-v2"])
        let workload = try #require(catalog[key("WorkloadEntry", "payments", "payment-v2")])
        #expect(workload.referrers.map(\.role).sorted() == ["endpoint", "subset v2"])
    }

    @Test func `names whom a policy and a gateway concern`() throws {
        let catalog = try catalog(paymentWorkloads, paymentSubsets, paymentCanary, Self.front)

        let payments = ServiceName(namespace: "payments", name: "payment-service")
        let front = ServiceName(namespace: "shop", name: "front")
        #expect(
            catalog.entries(concerning: payments).map(\.key.description) == [
                "DestinationRule payments/payment-service", "PeerAuthentication istio-system/default",
                "PeerAuthentication payments/default", "Service payments/payment-service",
                "VirtualService payments/payment-service", "VirtualService shop/shop",
                "WorkloadEntry payments/payment-v1", "WorkloadEntry payments/payment-v2",
            ])
        #expect(
            catalog.entries(concerning: front).map(\.key.description) == [
                "Gateway shop/door", "PeerAuthentication istio-system/default", "Service shop/front",
                "VirtualService shop/shop", "WorkloadEntry shop/front",
            ])
        #expect(catalog.service(of: try #require(catalog[key("VirtualService")])) == payments)
        #expect(
            catalog[key("VirtualService", "shop", "shop")]?.references.first?.target == key("Gateway", "shop", "door"))
    }

    @Test func `puts the rules' problems where they belong`() throws {
        let catalog = try catalog(paymentWorkloads, paymentCanary)

        let route = try #require(catalog[key("VirtualService")])
        #expect(route.severity == .error)
        #expect(
            route.problems?.map(\.field) == [
                "spec.http[0].route[0].destination.subset", "spec.http[0].route[1].destination.subset",
            ])
        #expect(catalog[key("Service")]?.problems == [])
    }

    @Test func `lists what it cannot read, and judges the rest without it`() throws {
        let catalog = try catalog(
            paymentWorkloads,
            """
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: payment-service, namespace: payments}
            spec: {hots: payment-service}
            ---
            apiVersion: x.example/v1
            kind: Telescope
            metadata: {name: hubble, namespace: space}
            spec: {mirror: 2.4}
            """)

        let rule = try #require(catalog[key("DestinationRule")])
        #expect(rule.severity == .error)
        #expect(rule.problems?.count == 1)
        let stranger = try #require(catalog[key("Telescope", "space", "hubble")])
        #expect(stranger.problems == nil)
        #expect(stranger.severity == nil)
        #expect(catalog[key("Service")]?.problems == [])
    }

    @Test func `says who wrote an object last`() throws {
        let catalog = try catalog(
            """
            apiVersion: x.example/v1
            kind: Telescope
            metadata:
              name: hubble
              namespace: space
              creationTimestamp: "2026-11-22T09:05:01Z"
              resourceVersion: "12"
              managedFields:
              - {manager: newest, time: "2026-11-22T09:05:03Z"}
              - {manager: oldest, time: "2026-11-22T09:05:01Z"}
            """)

        let entry = try #require(catalog.entries.first)
        #expect(entry.writer == "newest")
        #expect(entry.revision == "12")
        #expect(entry.created != nil)
    }
}

@Suite struct `The sheet of an object` {
    @Test func `holds what people write, and knows where it stands`() throws {
        let body: JSONValue = [
            "metadata": [
                "name": "a", "uid": "u", "resourceVersion": "7", "generation": 2, "labels": ["x": "y"],
                "creationTimestamp": "2026-11-22T09:05:01Z", "managedFields": [["manager": "m"]],
            ],
            "spec": ["hosts": ["a", "b"]], "kind": "Thing", "apiVersion": "v1", "status": ["ready": true],
        ]

        let sheet = ConfigSheet(body)

        #expect(
            sheet.lines == [
                "apiVersion: v1", "kind: Thing", "metadata:", "  name: a", "  labels:", "    x: \"y\"", "spec:",
                "  hosts:",
                "  - a", "  - b",
            ])
        #expect(sheet.line(of: "/spec/hosts/1") == 9)
        #expect(sheet.line(of: "/metadata/labels/x") == 5)
        #expect(sheet.line(of: "/spec/nothing/there") == 6)
    }

    @Test func `shows also what is no object`() {
        #expect(ConfigSheet("text").lines == ["text"])
        #expect(ConfigSheet([:]).lines.first == "metadata: {}")
    }
}
