package import JSONWire
package import MeshModel

/// The endpoints of a cluster: Envoy's `endpoint.v3.ClusterLoadAssignment`.
package struct ClusterLoadAssignment: Hashable, Sendable {
    package var clusterName: String
    package var endpoints: [Endpoint]

    package init(clusterName: String, endpoints: [Endpoint]) {
        self.clusterName = clusterName
        self.endpoints = endpoints
    }
}

/// Where something runs: Envoy's `core.v3.Locality`. Empty means that it is not said.
package struct Locality: Hashable, Sendable, Comparable {
    package var region: String
    package var zone: String
    package var subZone: String

    package init(region: String = "", zone: String = "", subZone: String = "") {
        self.region = region
        self.zone = zone
        self.subZone = subZone
    }

    package static func < (left: Locality, right: Locality) -> Bool {
        (left.region, left.zone, left.subZone) < (right.region, right.zone, right.subZone)
    }
}

/// One address of a cluster: Envoy's `endpoint.v3.LbEndpoint`.
package struct Endpoint: Hashable, Sendable {
    package enum HealthStatus: String, Hashable, Sendable, CaseIterable {
        case unknown = "UNKNOWN"
        case healthy = "HEALTHY"
        case unhealthy = "UNHEALTHY"
        case draining = "DRAINING"
        case timeout = "TIMEOUT"
        case degraded = "DEGRADED"

        /// True when the endpoint may be chosen.
        package var isUsable: Bool { self == .unknown || self == .healthy || self == .degraded }
    }

    package var address: NetworkAddress
    package var healthStatus: HealthStatus
    /// Requests go to endpoints of the next number only when those before it cannot take them all.
    package var priority = 0
    /// Where it runs.
    package var locality: Locality?
    /// What the endpoints of its priority and locality together get, where the cluster weighs localities.
    package var localityWeight: UInt32?
    /// `filter_metadata`: what is known about who runs there.
    package var metadata: JSONObject

    package init(
        address: NetworkAddress, healthStatus: HealthStatus = .unknown, metadata: JSONObject = JSONObject()
    ) {
        self.address = address
        self.healthStatus = healthStatus
        self.metadata = metadata
    }
}

extension Endpoint {
    /// The metadata that Istio's control plane puts on an endpoint of the mesh:
    /// `istio.workload = "<workload>;<namespace>;<app>;<version>;<cluster>"`, and whether its proxy speaks mutual TLS.
    package static func meshMetadata(workload: WorkloadIdentity, isMutualTLS: Bool) -> JSONObject {
        let text = [workload.workload, workload.namespace, workload.app, workload.version, workload.cluster]
            .joined(separator: ";")
        var metadata = JSONObject()
        if isMutualTLS {
            metadata["envoy.transport_socket_match"] = ["tlsMode": "istio"]
        }
        metadata["istio"] = ["workload": .string(text)]
        return metadata
    }

    /// Who runs there, when the metadata says so.
    package var workload: WorkloadIdentity? {
        guard let text = metadata["istio"]?["workload"]?.string else { return nil }
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 4, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        return WorkloadIdentity(
            namespace: parts[1], workload: parts[0], app: parts[2], version: parts[3].isEmpty ? "latest" : parts[3],
            cluster: parts.count > 4 && !parts[4].isEmpty ? parts[4] : "Kubernetes")
    }

    /// True when the endpoint's own proxy accepts Istio's mutual TLS.
    package var isMutualTLS: Bool { metadata["envoy.transport_socket_match"]?["tlsMode"]?.string == "istio" }
}
