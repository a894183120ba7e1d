import JSONWire
import MeshConfig
import YAMLWire

/// The objects of a YAML text, in order.
func objects(_ yaml: String) throws -> [ConfigObject] {
    try YAMLParser.parse(Array(yaml.utf8), file: "test.yaml").map { try ConfigObject($0.value) }
}

func mesh(_ yamls: String..., settings: MeshSettings = MeshSettings()) throws -> MeshConfiguration {
    MeshConfiguration(try yamls.flatMap { try objects($0) }, settings: settings)
}

/// One Service with two versions behind it.
let paymentWorkloads = """
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

    """

let paymentSubsets = """
    apiVersion: networking.istio.io/v1
    kind: DestinationRule
    metadata: {name: payment-service, namespace: payments}
    spec:
      host: payment-service
      subsets:
      - {name: v1, labels: {version: v1}}
      - {name: v2, labels: {version: v2}}

    """

let paymentCanary = """
    apiVersion: networking.istio.io/v1
    kind: VirtualService
    metadata: {name: payment-service, namespace: payments, resourceVersion: "7"}
    spec:
      hosts: [payment-service]
      http:
      - route:
        - {destination: {host: payment-service, subset: v1}, weight: 90}
        - {destination: {host: payment-service, subset: v2}, weight: 10}

    """
