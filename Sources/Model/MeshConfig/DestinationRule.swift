import JSONWire

/// How a service is reached, and which subsets it has: Istio's `DestinationRule`.
package struct DestinationRule: Hashable, Sendable {
    package struct Subset: Hashable, Sendable {
        package var name: String
        /// Which workloads: all of these labels. Empty takes every workload of the service.
        package var labels: [String: String]
        package var trafficPolicy: Policy

        package init(name: String, labels: [String: String], trafficPolicy: Policy = Policy()) {
            self.name = name
            self.labels = labels
            self.trafficPolicy = trafficPolicy
        }
    }

    /// Istio's `TrafficPolicy`, as far as it is supported.
    package struct Policy: Hashable, Sendable {
        /// How connections to the host are secured; Istio's `ClientTLSSettings`.
        package enum TLS: Hashable, Sendable {
            case disable
            /// The mesh's own certificates and identities.
            case istioMutual
            /// TLS to a server that is known by name: the application speaks plain text, the proxy does not.
            case origination(TLSOrigination)
        }

        package struct TLSOrigination: Hashable, Sendable {
            /// PEM files as the proxies see them.
            package struct ClientCertificate: Hashable, Sendable {
                package var chain: String
                package var privateKey: String

                package init(chain: String, privateKey: String) {
                    self.chain = chain
                    self.privateKey = privateKey
                }
            }

            /// With MUTUAL; nothing with SIMPLE.
            package var certificate: ClientCertificate?
            /// A PEM file of who may have issued the server's certificate; nothing means those that the system trusts.
            package var roots: String?
            /// The name to ask for; nothing means the rule's host.
            package var serverName: String?
            /// DNS names of which the server's certificate must be for one; empty means the name that is asked for.
            package var acceptedNames: [String]

            package init(
                certificate: ClientCertificate? = nil, roots: String? = nil, serverName: String? = nil,
                acceptedNames: [String] = []
            ) {
                self.certificate = certificate
                self.roots = roots
                self.serverName = serverName
                self.acceptedNames = acceptedNames
            }
        }

        package enum LoadBalancer: String, Hashable, Sendable, CaseIterable {
            case unspecified = "UNSPECIFIED"
            case leastRequest = "LEAST_REQUEST"
            /// The old name of ``leastRequest``.
            case leastConnection = "LEAST_CONN"
            case roundRobin = "ROUND_ROBIN"
            case random = "RANDOM"
        }

        /// Nothing: mutual TLS where the endpoint speaks it.
        package var tls: TLS?
        package var loadBalancer: LoadBalancer?
        /// Instead of ``loadBalancer``.
        package var consistentHash: ConsistentHash?
        package var connectTimeout: Duration?
        /// How long a TCP connection may stay without a byte; nothing is 1 h, 0 turns it off.
        package var idleTimeout: Duration?
        package var outlierDetection: OutlierDetection?
        /// Where requests go by where their callers run; nothing means Istio's order, where endpoints are judged.
        package var localities: LocalitySetting?
        /// `connectionPool` but for the timeout, and the retry budget.
        package var limits = ConnectionLimits()

        package init(
            tls: TLS? = nil, loadBalancer: LoadBalancer? = nil, connectTimeout: Duration? = nil,
            outlierDetection: OutlierDetection? = nil, limits: ConnectionLimits = ConnectionLimits()
        ) {
            self.limits = limits
            self.tls = tls
            self.loadBalancer = loadBalancer
            self.connectTimeout = connectTimeout
            self.outlierDetection = outlierDetection
        }

        /// This policy with what `other` sets laid over it, field by field.
        package func overlaid(by other: Policy) -> Policy {
            let balances = other.loadBalancer != nil || other.consistentHash != nil
            var policy = Policy(
                tls: other.tls ?? tls, loadBalancer: balances ? other.loadBalancer : loadBalancer,
                connectTimeout: other.connectTimeout ?? connectTimeout,
                outlierDetection: other.outlierDetection ?? outlierDetection,
                limits: limits.overlaid(by: other.limits))
            policy.idleTimeout = other.idleTimeout ?? idleTimeout
            policy.localities = other.localities ?? localities
            policy.consistentHash = balances ? other.consistentHash : consistentHash
            return policy
        }
    }

    package var host: String
    package var trafficPolicy: Policy
    package var subsets: [Subset]

    package init(host: String, trafficPolicy: Policy = Policy(), subsets: [Subset] = []) {
        self.host = host
        self.trafficPolicy = trafficPolicy
        self.subsets = subsets
    }
}

extension DestinationRule {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["host", "trafficPolicy", "subsets"], unsupported: ["exportTo", "workloadSelector"])
        let host = try fields.required("host")
        self.host = try host.nonEmptyString().lowercased()
        guard self.host.isDNSName else {
            throw host.error("\"\(self.host)\" is not the name of one service; wildcards are not supported")
        }
        trafficPolicy = try fields["trafficPolicy"].map(Policy.init) ?? Policy()
        subsets = try fields["subsets"]?.each(Subset.init) ?? []
        var seen: Set<String> = []
        for (index, subset) in subsets.enumerated() where !seen.insert(subset.name).inserted {
            throw SchemaError(
                at: reader.pointer.appending("subsets").appending(index).appending("name"),
                "subset \"\(subset.name)\" is defined twice; rename one")
        }
    }
}

extension DestinationRule.Subset {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(["name", "labels", "trafficPolicy"])
        let name = try fields.required("name")
        self.name = try name.nonEmptyString()
        // The name becomes part of a cluster's name, where `|` divides.
        guard self.name.utf8.allSatisfy({ $0 > 0x20 && $0 != UInt8(ascii: "|") && $0 < 0x7f }) else {
            throw name.error("\"\(self.name)\" holds a space, \"|\" or a character beyond ASCII")
        }
        labels = try fields["labels"]?.stringMap() ?? [:]
        trafficPolicy = try fields["trafficPolicy"].map(DestinationRule.Policy.init) ?? .init()
    }
}

extension DestinationRule.Policy {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["tls", "loadBalancer", "connectionPool", "outlierDetection", "retryBudget"],
            unsupported: ["portLevelSettings", "tunnel", "proxyProtocol"])
        guard !fields.present("tls", "loadBalancer", "connectionPool", "outlierDetection", "retryBudget").isEmpty else {
            throw reader.error(
                "is empty; set \"tls\", \"loadBalancer\", \"connectionPool\" or \"outlierDetection\", or remove it")
        }
        let balancer = try fields["loadBalancer"]?.fields(
            ["simple", "consistentHash", "localityLbSetting"],
            unsupported: ["warmup", "warmupDurationSecs", "zoneAwareLbSetting"])
        let pool = try fields["connectionPool"]?.fields(["tcp", "http"])
        let connections = try pool?["tcp"]?.fields(
            ["connectTimeout", "maxConnections", "idleTimeout"],
            unsupported: ["tcpKeepalive", "maxConnectionDuration"])
        self.init(
            tls: try fields["tls"].map(DestinationRule.Policy.TLS.init),
            loadBalancer: try balancer?["simple"]?.choice(of: LoadBalancer.self),
            connectTimeout: try connections?["connectTimeout"]?.duration(),
            outlierDetection: try fields["outlierDetection"].map(DestinationRule.OutlierDetection.init),
            limits: try DestinationRule.ConnectionLimits(
                connections: connections?["maxConnections"], http: pool?["http"], budget: fields["retryBudget"]))
        localities = try balancer?["localityLbSetting"].map { (setting) throws(SchemaError) in
            try DestinationRule.LocalitySetting(setting)
        }
        idleTimeout = try connections?["idleTimeout"]?.positiveDuration()
        if balancer?.present("simple", "consistentHash").count == 2 {
            throw fields["loadBalancer"]?.error("either \"simple\" or \"consistentHash\", not both")
                ?? reader.error("loadBalancer")
        }
        consistentHash = try balancer?["consistentHash"].map(DestinationRule.ConsistentHash.init)
        if let timeout = connectTimeout, timeout < .milliseconds(1) {
            throw connections?["connectTimeout"]?.error("must be at least 1ms") ?? reader.error("connectTimeout")
        }
    }
}
