package import JSONWire

/// A named group of interchangeable endpoints: Envoy's `cluster.v3.Cluster`.
package struct Cluster: Hashable, Sendable {
    /// Where the endpoints come from.
    package enum Endpoints: Hashable, Sendable {
        /// `STATIC`: in the cluster itself.
        case inline(ClusterLoadAssignment)
        /// `EDS`: fetched under `service_name`, or the cluster's own name.
        case discovered(serviceName: String?, source: ConfigSource)
        /// `ORIGINAL_DST`: wherever the connection was going when it was redirected here.
        case original
    }

    package enum Balancing: String, Hashable, Sendable, CaseIterable {
        case roundRobin = "ROUND_ROBIN"
        /// The less busy of two random endpoints.
        case leastRequest = "LEAST_REQUEST"
        case random = "RANDOM"
        /// By a hash of the request; see ``Route/Forward/hashPolicies``.
        case ringHash = "RING_HASH"
        case maglev = "MAGLEV"
        /// There is nothing to choose.
        case clusterProvided = "CLUSTER_PROVIDED"
    }

    /// `outbound|80|v1|payment-service.payments.svc.cluster.local`.
    package var name: String
    package var endpoints: Endpoints
    package var balancing: Balancing
    /// For ``Balancing/ringHash``; absent means 1024.
    package var minimumRingSize: Int?
    /// For ``Balancing/ringHash``; absent means 8388608.
    package var maximumRingSize: Int?
    /// For ``Balancing/maglev``, a prime; absent means 65537.
    package var maglevTableSize: Int?
    package var connectTimeout: Duration
    /// The IP address that connections of bytes come from (`upstream_bind_config`); the system's choice when absent.
    package var sourceIP: String?
    /// Absent for plain text.
    package var tls: UpstreamTLSContext?
    /// Which version of HTTP its endpoints are spoken to in; absent means HTTP/1.1.
    package var upstreamProtocol: UpstreamProtocol?
    /// Only as far as ours goes: most pending connections, requests and so on; absent values are unlimited in Istio's
    /// reading and Envoy's defaults (1024; 3 retries) in Envoy's.
    package var limits: CircuitBreakerLimits?
    /// Absent, no endpoint is ever ejected.
    package var outlierDetection: OutlierDetection?
    /// Percent of usable endpoints below which all are used (`common_lb_config.healthy_panic_threshold`); absent means 50.
    package var panicThreshold: Int?
    /// Whether the localities of a priority share by their weights (`common_lb_config.locality_weighted_lb_config`).
    package var weighsLocalities = false
    /// `filter_metadata.istio.services` names the services behind the cluster.
    package var metadata: JSONObject

    package init(
        name: String, endpoints: Endpoints, balancing: Balancing = .roundRobin, connectTimeout: Duration = .seconds(5),
        tls: UpstreamTLSContext? = nil, limits: CircuitBreakerLimits? = nil, outlierDetection: OutlierDetection? = nil,
        panicThreshold: Int? = nil, metadata: JSONObject = JSONObject()
    ) {
        self.name = name
        self.endpoints = endpoints
        self.balancing = balancing
        self.connectTimeout = connectTimeout
        self.tls = tls
        self.limits = limits
        self.outlierDetection = outlierDetection
        self.panicThreshold = panicThreshold
        self.metadata = metadata
    }

    /// The key of the cluster's endpoints in ``ClusterLoadAssignment/clusterName``.
    package var endpointsName: String {
        switch endpoints {
        case .inline, .original: name
        case .discovered(let serviceName, _): serviceName ?? name
        }
    }
}

/// The default-priority thresholds of a cluster: Envoy's `CircuitBreakers.Thresholds`.
package struct CircuitBreakerLimits: Hashable, Sendable {
    package var connections: UInt32?
    package var pendingRequests: UInt32?
    package var requests: UInt32?
    package var retries: UInt32?
    package var retryBudget: RetryBudget?
    /// Whether Envoy tells what is left in its statistics; ours always does.
    package var tracksRemaining: Bool

    /// `RetryBudget`: absent values are 20 % and 3.
    package struct RetryBudget: Hashable, Sendable {
        package var percent: Double?
        package var minimumConcurrency: UInt32?

        package init(percent: Double? = nil, minimumConcurrency: UInt32? = nil) {
            self.percent = percent
            self.minimumConcurrency = minimumConcurrency
        }
    }

    package init(
        connections: UInt32? = nil, pendingRequests: UInt32? = nil, requests: UInt32? = nil, retries: UInt32? = nil,
        retryBudget: RetryBudget? = nil, tracksRemaining: Bool = false
    ) {
        self.retryBudget = retryBudget
        self.tracksRemaining = tracksRemaining
        self.connections = connections
        self.pendingRequests = pendingRequests
        self.requests = requests
        self.retries = retries
    }
}
