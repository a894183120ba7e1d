import Discovery
import JSONWire
import MeshConfig
import MeshModel

/// A service's port, or a subset of it, as a cluster and its endpoints.
struct OutboundCluster {
    let cluster: Cluster
    let assignment: ClusterLoadAssignment

    /// For every port the whole service first, then its subsets in the order of the DestinationRule.
    ///
    /// - Parameter caller: whose requests they are for.
    static func all(
        of service: MeshService, for caller: MeshWorkload, in configuration: MeshConfiguration
    ) -> [OutboundCluster] {
        let rule = configuration.destinationRule(host: service.host)?.spec
        let policy = rule?.trafficPolicy ?? DestinationRule.Policy()
        return service.ports.flatMap { port in
            [OutboundCluster(service, port, subset: nil, policy: policy, caller, configuration)]
                + (rule?.subsets ?? []).map { subset in
                    OutboundCluster(
                        service, port, subset: subset, policy: policy.overlaid(by: subset.trafficPolicy), caller,
                        configuration)
                }
        }
    }

    private init(
        _ service: MeshService, _ port: MeshService.Port, subset: DestinationRule.Subset?,
        policy: DestinationRule.Policy, _ caller: MeshWorkload, _ configuration: MeshConfiguration
    ) {
        let name = ResourceNames.outboundCluster(host: service.host, port: port.number, subset: subset?.name ?? "")
        let endpoints = port.endpoints.filter { endpoint in
            subset?.labels.allSatisfy { endpoint.labels[$0.key] == $0.value } ?? true
        }
        let localities = LocalityTranslation(
            caller: caller.entry.locality, setting: policy.localities, judges: policy.outlierDetection != nil)
        assignment = ClusterLoadAssignment(
            clusterName: name,
            endpoints: localities.placed(
                endpoints.map { endpoint in
                    let known = Endpoint(
                        address: NetworkAddress(ip: endpoint.address, port: endpoint.port),
                        metadata: endpoint.workload.map {
                            Endpoint.meshMetadata(
                                workload: $0.identity, isMutualTLS: configuration.speaksMutualTLS(endpoint))
                        } ?? JSONObject())
                    return (known, endpoint.locality)
                }))

        var cluster = Cluster(
            name: name, endpoints: .discovered(serviceName: nil, source: .controlPlane),
            balancing: policy.loadBalancer.balancing, connectTimeout: policy.connectTimeout ?? .seconds(10),
            limits: CircuitBreakerLimits(policy.limits))
        cluster.weighsLocalities = localities.weighs
        if port.protocol == .http2 { cluster.upstreamProtocol = UpstreamProtocol(.http2) }
        switch policy.consistentHash?.algorithm {
        case .ring(let minimum):
            cluster.balancing = .ringHash
            cluster.minimumRingSize = minimum ?? 1024
        case .maglev(let size):
            cluster.balancing = .maglev
            cluster.maglevTableSize = size
        case nil: break
        }
        if let rules = policy.outlierDetection {
            cluster.outlierDetection = OutlierDetection(rules)
            // Always said, 0 as well: Envoy's own 50 would keep ejected endpoints in use in a service of two.
            cluster.panicThreshold = rules.minimumHealthPercent
        }
        cluster.metadata["istio"] = ["services": [service.description]]
        let wantsTLS: Bool =
            switch policy.tls {
            case .disable, .origination: false
            case .istioMutual: true
            // One way of speaking for the whole cluster: a single endpoint without TLS makes it plain. An inner service
            // without endpoints stays with TLS, so that the cluster does not change as they come and go.
            case nil:
                endpoints.isEmpty ? !service.isExternal : endpoints.allSatisfy(configuration.speaksMutualTLS)
            }
        if wantsTLS {
            cluster.tls = UpstreamTLSContext(
                common: CommonTLSContext(
                    certificate: .secret(SecretReference(name: SecretReference.workloadCertificate)),
                    validation: .combined(
                        CertificateValidation(acceptedURIs: port.principals),
                        roots: SecretReference(name: SecretReference.rootCertificates)),
                    alpn: ResourceNames.protocols(of: port.protocol)),
                serverName: ResourceNames.serverName(
                    host: service.host, port: port.number, subset: subset?.name ?? ""))
        }
        if case .origination(let origination)? = policy.tls {
            cluster.tls = UpstreamTLSContext(origination, host: service.host)
        }
        self.cluster = cluster
    }
}

extension UpstreamTLSContext {
    /// Where Debian and its like keep whom the system trusts.
    private static let systemRoots = "/etc/ssl/certs/ca-certificates.crt"

    /// TLS to a server that is known by name. A certificate that is for nobody in particular is never enough: without
    /// names of its own it must be for the one that is asked for.
    fileprivate init(_ origination: DestinationRule.Policy.TLSOrigination, host: String) {
        let asked = origination.serverName ?? host
        self.init(
            common: CommonTLSContext(
                certificate: origination.certificate.map {
                    .inline(TLSCertificate(chain: .file(path: $0.chain), privateKey: .file(path: $0.privateKey)))
                } ?? .none,
                validation: .inline(
                    CertificateValidation(
                        trustedCA: .file(path: origination.roots ?? Self.systemRoots),
                        acceptedHosts: origination.acceptedNames.isEmpty ? [asked] : origination.acceptedNames))),
            serverName: asked)
    }
}

extension MeshService {
    /// What Istio's metadata tells about a service.
    var description: JSONValue {
        ["host": .string(host), "name": .string(name), "namespace": .string(namespace)]
    }
}

extension MeshService.Port {
    /// Who may answer for the service, in any subset: every identity behind it, each once, sorted.
    fileprivate var principals: [String] {
        Set(endpoints.map(\.principal.description)).sorted()
    }
}

extension DestinationRule.Policy.LoadBalancer? {
    /// Istio's default is least request, where Envoy's is round robin.
    fileprivate var balancing: Cluster.Balancing {
        switch self {
        case nil, .unspecified, .leastRequest, .leastConnection: .leastRequest
        case .roundRobin: .roundRobin
        case .random: .random
        }
    }
}

extension OutlierDetection {
    /// Istio copies a count and enforces it fully, or not at all when it is 0.
    fileprivate init(_ rules: DestinationRule.OutlierDetection) {
        func enforced(_ count: UInt32?) -> UInt32? { count.map { $0 > 0 ? 100 : 0 } }
        let localFailures = rules.consecutiveLocalFailures.flatMap { $0 > 0 ? $0 : nil }
        self.init(
            serverErrors: rules.consecutiveServerErrors,
            enforcingServerErrors: enforced(rules.consecutiveServerErrors),
            gatewayErrors: rules.consecutiveGatewayErrors,
            enforcingGatewayErrors: enforced(rules.consecutiveGatewayErrors), localFailures: localFailures,
            enforcingLocalFailures: enforced(localFailures), splitsLocalErrors: rules.splitsLocalErrors,
            interval: rules.interval, baseEjectionTime: rules.baseEjectionTime,
            maximumEjectionPercent: rules.maximumEjectionPercent > 0 ? rules.maximumEjectionPercent : nil)
    }
}

extension CircuitBreakerLimits {
    /// Istio sets no limit, where Envoy's own default is 1024 (and three retries).
    static let unlimited = CircuitBreakerLimits(
        connections: .max, pendingRequests: .max, requests: .max, retries: .max)

    fileprivate init(_ limits: DestinationRule.ConnectionLimits) {
        guard !limits.isEmpty else {
            self = .unlimited
            return
        }
        self.init(
            connections: limits.connections ?? .max, pendingRequests: limits.pendingRequests ?? .max,
            requests: limits.requests ?? .max, retries: limits.retries ?? .max,
            retryBudget: limits.retryBudget.map {
                RetryBudget(percent: $0.percent ?? 20, minimumConcurrency: $0.minimumConcurrency ?? 3)
            }, tracksRemaining: true)
    }
}
