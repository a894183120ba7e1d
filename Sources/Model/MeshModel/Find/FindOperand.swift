/// What an expression of the find language speaks of.
package enum FindSubject: String, Hashable, Sendable, CaseIterable {
    case node, edge
}

/// The words an expression may ask about: Kiali's, and ours beside them (`p50`, `p95`, `p99`, `errors`, `rate`, and
/// `external` as a node type).
///
/// The raw value is the canonical name, in small letters. Names are read without regard to case.
package enum FindOperand: String, Hashable, Sendable, CaseIterable {
    // Nodes: names.
    case app, cluster, namespace, service, workload, version, name, node, operation
    case label = "label:"
    // Nodes: numbers.
    case rank
    case httpIn = "httpin"
    case httpOut = "httpout"
    case grpcIn = "grpcin"
    case grpcOut = "grpcout"
    case tcpIn = "tcpin"
    case tcpOut = "tcpout"
    // Nodes: flags.
    case circuitBreaker = "circuitbreaker"
    case faultInjection = "faultinjection"
    case healthy, idle, dead, inaccessible, mirroring, outside
    case outOfMesh = "outofmesh"
    case sidecar
    case requestRouting = "requestrouting"
    case requestTimeout = "requesttimeout"
    case serviceEntry = "serviceentry"
    case tcpTrafficShifting = "tcptrafficshifting"
    case trafficShifting = "trafficshifting"
    case trafficSource = "trafficsource"
    case virtualService = "virtualservice"
    case workloadEntry = "workloadentry"
    // Edges: names and numbers.
    case `protocol`
    case sourcePrincipal = "sourceprincipal"
    case destPrincipal = "destprincipal"
    case http, grpc, tcp, rate, throughput
    case httpErrors = "%httperr"
    case grpcErrors = "%grpcerr"
    case httpTraffic = "%httptraffic"
    case grpcTraffic = "%grpctraffic"
    case responseTime = "responsetime"
    // Edges: flags.
    case mtls, traffic
    // Nodes and edges.
    case p50, p95, p99, errors

    /// How an operand is used.
    package enum Use: Hashable, Sendable {
        /// Compared with text.
        case text
        /// Compared with one of a few words.
        case word
        /// Compared with a number in this unit.
        case number(unit: String)
        /// Stands alone.
        case flag
    }

    /// The operand of this name or abbreviation. A label's key is not part of it: `label:`.
    package init?(named text: some StringProtocol) {
        let text = text.lowercased()
        guard let operand = FindOperand(rawValue: text) ?? Self.abbreviations[text] else { return nil }
        self = operand
    }

    /// Kiali's abbreviations and second names.
    package static let abbreviations: [String: FindOperand] = [
        "ns": .namespace, "svc": .service, "wl": .workload, "op": .operation,
        "cb": .circuitBreaker, "fi": .faultInjection, "rr": .requestRouting, "rto": .requestTimeout,
        "se": .serviceEntry, "we": .workloadEntry, "vs": .virtualService, "ts": .trafficShifting,
        "tcpts": .tcpTrafficShifting, "om": .outOfMesh, "sc": .sidecar, "outsider": .outside, "root": .trafficSource,
        "rt": .responseTime, "%httperror": .httpErrors, "%grpcerror": .grpcErrors,
    ]

    /// What it speaks of. An operand of both takes the side that its AND list takes.
    package var subjects: Set<FindSubject> {
        switch self {
        case .app, .cluster, .namespace, .service, .workload, .version, .name, .node, .operation, .label, .rank,
            .httpIn, .httpOut, .grpcIn, .grpcOut, .tcpIn, .tcpOut, .circuitBreaker, .faultInjection, .healthy, .idle,
            .dead, .inaccessible, .mirroring, .outside, .outOfMesh, .sidecar, .requestRouting, .requestTimeout,
            .serviceEntry, .tcpTrafficShifting, .trafficShifting, .trafficSource, .virtualService, .workloadEntry:
            [.node]
        case .protocol, .sourcePrincipal, .destPrincipal, .http, .grpc, .tcp, .rate, .throughput, .httpErrors,
            .grpcErrors, .httpTraffic, .grpcTraffic, .responseTime, .mtls, .traffic:
            [.edge]
        case .p50, .p95, .p99, .errors: [.node, .edge]
        }
    }

    package var use: Use {
        switch self {
        case .app, .cluster, .namespace, .service, .workload, .version, .name, .operation, .label, .protocol,
            .sourcePrincipal, .destPrincipal:
            .text
        case .node: .word
        case .rank: .number(unit: "a place, 1 to 100")
        case .httpIn, .httpOut, .grpcIn, .grpcOut, .http, .grpc, .rate: .number(unit: "requests a second")
        case .tcpIn, .tcpOut, .tcp, .throughput: .number(unit: "bytes a second")
        case .httpErrors, .grpcErrors, .httpTraffic, .grpcTraffic, .errors: .number(unit: "percent")
        case .responseTime, .p50, .p95, .p99: .number(unit: "milliseconds")
        case .circuitBreaker, .faultInjection, .healthy, .idle, .dead, .inaccessible, .mirroring, .outside, .outOfMesh,
            .sidecar, .requestRouting, .requestTimeout, .serviceEntry, .tcpTrafficShifting, .trafficShifting,
            .trafficSource, .virtualService, .workloadEntry, .mtls, .traffic:
            .flag
        }
    }

    /// The words that a `.word` operand knows, the canonical ones first; abbreviations lead to one of them.
    package static let nodeTypes = ["app", "service", "workload", "operation", "unknown", "external"]
    static let nodeTypeAbbreviations = ["svc": "service", "wl": "workload", "op": "operation"]

    /// One line for a list of candidates.
    package var summary: String {
        switch self {
        case .app: "the canonical service"
        case .cluster: "the cluster it runs in"
        case .namespace: "the namespace"
        case .service: "the service's name"
        case .workload: "the workload's name"
        case .version: "the canonical revision"
        case .name: "its app, service, workload or operation"
        case .node: "its type: \(Self.nodeTypes.joined(separator: ", "))"
        case .operation: "the operation's name"
        case .label: "a label: alone whether it is there, compared what it says"
        case .rank: "its place by connections, 1 to 100"
        case .httpIn: "HTTP requests a second that come in"
        case .httpOut: "HTTP requests a second that go out"
        case .grpcIn: "gRPC requests a second that come in"
        case .grpcOut: "gRPC requests a second that go out"
        case .tcpIn: "TCP bytes a second that come in"
        case .tcpOut: "TCP bytes a second that go out"
        case .circuitBreaker: "has a circuit breaker"
        case .faultInjection: "has faults injected"
        case .healthy: "is neither degraded nor failing"
        case .idle: "has no traffic"
        case .dead: "has nothing that runs"
        case .inaccessible: "nothing but its name is known"
        case .mirroring: "is mirrored"
        case .outside: "is in a namespace that was not asked for"
        case .outOfMesh: "has no proxy"
        case .sidecar: "has a proxy"
        case .requestRouting: "requests are routed by what they hold"
        case .requestTimeout: "requests have a time limit"
        case .serviceEntry: "a ServiceEntry names it"
        case .tcpTrafficShifting: "TCP connections are split by weight"
        case .trafficShifting: "requests are split by weight"
        case .trafficSource: "sends only"
        case .virtualService: "has a VirtualService"
        case .workloadEntry: "has a WorkloadEntry"
        case .protocol: "http, grpc or tcp"
        case .sourcePrincipal: "who the source says it is"
        case .destPrincipal: "who the destination says it is"
        case .http: "HTTP requests a second"
        case .grpc: "gRPC requests a second"
        case .tcp: "TCP bytes a second"
        case .rate: "requests a second"
        case .throughput: "bytes a second"
        case .httpErrors: "failed HTTP requests, percent"
        case .grpcErrors: "failed gRPC requests, percent"
        case .httpTraffic: "share of the source's HTTP requests, percent"
        case .grpcTraffic: "share of the source's gRPC requests, percent"
        case .responseTime: "95th percentile, milliseconds"
        case .mtls: "comes over mutual TLS"
        case .traffic: "has any traffic"
        case .p50: "median latency, milliseconds"
        case .p95: "95th percentile, milliseconds"
        case .p99: "99th percentile, milliseconds"
        case .errors: "failed requests, percent"
        }
    }
}
