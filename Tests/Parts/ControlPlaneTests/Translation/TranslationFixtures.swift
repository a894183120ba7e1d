import Discovery
import JSONWire
import MeshConfig
import Testing
import YAMLWire

@testable import ControlPlane

/// The textbook canary: one service, two versions, nine requests in ten to the first, mutual TLS everywhere.
let canary = """
    apiVersion: v1
    kind: Service
    metadata: {name: payment-service, namespace: payments}
    spec:
      selector: {app: payment-service}
      ports: [{name: http, port: 80, targetPort: 8080}]
    ---
    apiVersion: networking.istio.io/v1
    kind: WorkloadEntry
    metadata: {name: payment-v1, namespace: payments}
    spec:
      address: 127.0.1.9
      serviceAccount: payment
      ports: {http: 8080}
      labels: {app: payment-service, version: v1}
    ---
    apiVersion: networking.istio.io/v1
    kind: WorkloadEntry
    metadata: {name: payment-v2, namespace: payments}
    spec:
      address: 127.0.1.10
      serviceAccount: payment
      ports: {http: 8080}
      labels: {app: payment-service, version: v2}
    ---
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: {name: payment-service, namespace: payments}
    spec:
      host: payment-service
      subsets:
      - {name: v1, labels: {version: v1}}
      - {name: v2, labels: {version: v2}}
    ---
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: {name: payment-service, namespace: payments}
    spec:
      hosts: [payment-service]
      http:
      - route:
        - {destination: {host: payment-service, subset: v1}, weight: 90}
        - {destination: {host: payment-service, subset: v2}, weight: 10}
    ---
    apiVersion: security.istio.io/v1
    kind: PeerAuthentication
    metadata: {name: default, namespace: istio-system}
    spec: {mtls: {mode: STRICT}}

    """

/// A caller in another namespace, and a gateway in front of it.
let shop = """
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web, namespace: shop}
    spec:
      selector: {app: web}
      ports: [{name: http, port: 80, targetPort: 8080}]
    ---
    apiVersion: networking.istio.io/v1
    kind: WorkloadEntry
    metadata: {name: web-v1, namespace: shop}
    spec:
      address: 127.0.1.2
      serviceAccount: web
      labels: {app: web, version: v1}
    ---
    apiVersion: networking.istio.io/v1
    kind: WorkloadEntry
    metadata: {name: ingress-gateway, namespace: shop}
    spec:
      address: 127.0.1.1
      serviceAccount: ingress-gateway
      labels: {app: ingress-gateway, istio: ingress-gateway}
    ---
    apiVersion: networking.istio.io/v1
    kind: Gateway
    metadata: {name: shop, namespace: shop}
    spec:
      selector: {istio: ingress-gateway}
      servers:
      - port: {number: 8080, name: http, protocol: HTTP}
        hosts: [shop.example, "*.shop.example"]
    ---
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: {name: shop, namespace: shop}
    spec:
      hosts: [shop.example]
      gateways: [shop]
      http:
      - route: [{destination: {host: web, port: {number: 80}}}]

    """

let bank = """
    ---
    apiVersion: networking.istio.io/v1
    kind: ServiceEntry
    metadata: {name: bank, namespace: payments}
    spec:
      hosts: [bank.example]
      location: MESH_EXTERNAL
      resolution: STATIC
      ports: [{number: 80, name: http, protocol: HTTP, targetPort: 8080}]
      endpoints: [{address: 127.0.3.1}]

    """

func mesh(_ yaml: String) throws -> MeshConfiguration {
    MeshConfiguration(
        try YAMLParser.parse(Array(yaml.utf8), file: "test.yaml").map { try ConfigObject($0.value) })
}

func node(_ name: String, _ namespace: String, ip: String, kind: NodeIdentifier.Kind = .sidecar) -> Node {
    let identifier = NodeIdentifier(
        kind: kind, ip: ip, name: name, namespace: namespace, domain: "\(namespace).svc.cluster.local")
    return Node(id: identifier.description, metadata: NodeMetadata(appAddress: "127.0.2.9"))
}

let paymentV1 = node("payment-v1", "payments", ip: "127.0.1.9")
let webV1 = node("web-v1", "shop", ip: "127.0.1.2")
let ingress = node("ingress-gateway", "shop", ip: "127.0.1.1", kind: .router)

/// Compares a message with stored JSON; the failure prints what came instead, ready to be looked at and stored.
func expectGolden(
    _ value: JSONValue, _ golden: String, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let wanted = try JSONValue.parse(Array(golden.utf8))
    #expect(
        value == wanted, "the resource is now:\n\(String(decoding: value.serialized(pretty: true), as: UTF8.self))",
        sourceLocation: sourceLocation)
}
