package import Quantities

/// The mesh as it was seen at one moment: the graph, the sources it came from, and what is configured.
///
/// A value that is built once per tick and handed whole to whoever shows it. Structure and telemetry are versioned
/// apart: only a change of ``structureVersion`` may move a box on a screen.
package struct MeshSnapshot: Sendable {
    package var time: WallTime
    /// The window that rates and quantiles cover. Shorter than asked for while the history is young.
    package var window: Duration
    /// Grows whenever a node or edge appears or vanishes.
    package var structureVersion: UInt64
    /// Sorted by id.
    package var nodes: [MeshNode]
    /// Sorted by id.
    package var edges: [MeshEdge]
    /// Nodes that are drawn together, when that was asked for: sorted by kind, outermost last, then by id.
    package var boxes: [MeshBox]
    /// What the collector scrapes, up or down, sorted by address.
    package var targets: [ScrapeTarget]
    /// Services whose route splits traffic by weight, sorted by service.
    package var splits: [TrafficSplit]
    /// How the latency objectives stand, in the order they were written down; empty when there are none.
    package var objectives: [ObjectiveStatus] = []
    /// What was cut to stay within bounds, in words for people; empty when nothing was.
    package var notices: [String]

    package init(
        time: WallTime, window: Duration, structureVersion: UInt64 = 0, nodes: [MeshNode] = [], edges: [MeshEdge] = [],
        boxes: [MeshBox] = [], targets: [ScrapeTarget] = [], splits: [TrafficSplit] = [], notices: [String] = []
    ) {
        self.time = time
        self.window = window
        self.structureVersion = structureVersion
        self.nodes = nodes
        self.edges = edges
        self.boxes = boxes
        self.targets = targets
        self.splits = splits
        self.notices = notices
    }
}

/// A place in the graph: a version of an app, a service, or what the mesh cannot name.
package struct MeshNode: Hashable, Sendable, Identifiable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        case app, service, workload, unknown
        /// Outside the mesh: known by its host only.
        case external
        /// Requests of one operation to a service, `GET /accounts`. Kiali's aggregate node.
        case operation
    }

    /// Stable across restarts: `app/payments/payment-service/v1`, `external/bank.example`, `unknown`.
    package struct ID: Hashable, Comparable, Sendable, CustomStringConvertible {
        package let text: String
        package init(_ text: String) { self.text = text }
        package var description: String { text }
        package static func < (left: ID, right: ID) -> Bool { left.text < right.text }
    }

    package var id: ID
    package var kind: Kind
    package var namespace: String
    package var app: String?
    package var service: String?
    package var workload: String?
    package var version: String?
    /// Requests that arrive here; absent for a node that only sends.
    package var inbound: TrafficSummary?
    package var outboundRate: RequestsPerSecond
    package var health: Health
    /// Why it is not healthy; nothing when it is, or when nobody judged.
    package var healthCause: HealthCause? = nil
    /// Set when telemetry about this node is missing although it should be there: `target down: connection refused`.
    package var trouble: String?
    /// The Kubernetes cluster that it runs in; absent when telemetry does not say.
    package var cluster: String?
    /// The operation of a node of that kind.
    package var operation: String?
    /// By which hosts it was asked for, sorted, at most ``maximumHosts``.
    package var hosts: [String]
    package var marks: NodeMarks

    /// A wildcard behind which somebody makes up names must not fill a screen.
    package static let maximumHosts = 16

    package init(
        id: ID, kind: Kind, namespace: String, app: String? = nil, service: String? = nil, workload: String? = nil,
        version: String? = nil, inbound: TrafficSummary? = nil, outboundRate: RequestsPerSecond = .zero,
        health: Health = .unknown, trouble: String? = nil, cluster: String? = nil, operation: String? = nil,
        hosts: [String] = [], marks: NodeMarks = []
    ) {
        self.id = id
        self.kind = kind
        self.namespace = namespace
        self.app = app
        self.service = service
        self.workload = workload
        self.version = version
        self.inbound = inbound
        self.outboundRate = outboundRate
        self.health = health
        self.trouble = trouble
        self.cluster = cluster
        self.operation = operation
        self.hosts = hosts
        self.marks = marks
    }

    /// What a person calls it: `payment-service v1`, `web`, `bank.example`.
    package var title: String {
        if let operation { return operation }
        let name = app ?? service ?? workload ?? (kind == .unknown ? "unknown" : id.text)
        guard let version, version != "latest", kind == .app || kind == .workload else { return name }
        return "\(name) \(version)"
    }
}

/// Traffic from one node to another under one protocol.
package struct MeshEdge: Hashable, Sendable, Identifiable {
    /// `<source> → <target> (<protocol>)`, stable across restarts.
    package struct ID: Hashable, Comparable, Sendable, CustomStringConvertible {
        package let text: String
        package init(source: MeshNode.ID, target: MeshNode.ID, protocol: TrafficProtocol) {
            text = "\(source.text) > \(target.text) (\(`protocol`.rawValue))"
        }
        package var description: String { text }
        package static func < (left: ID, right: ID) -> Bool { left.text < right.text }
    }

    package var source: MeshNode.ID
    package var target: MeshNode.ID
    package var `protocol`: TrafficProtocol
    package var traffic: TrafficSummary
    /// The share of requests that came over mutual TLS; absent when no destination reported.
    package var mtls: Ratio?
    /// Which end's telemetry the numbers come from. One end only: adding both would count every request twice.
    package var reporter: Reporter
    /// Why it is not healthy; nothing when it is, or when nobody judged.
    package var healthCause: HealthCause? = nil
    package var health: Health
    /// What each end counted by itself; absent when it says nothing.
    package var sent: ReportedTraffic?
    package var received: ReportedTraffic?
    /// Code × flags × host, most first; bounded, with the rest as ``ResponseDetail/other``.
    package var responses: [ResponseDetail]
    /// Bytes a second of bodies, or of connections, by direction; together ``TrafficSummary/throughput``, less what a
    /// mesh counts without telling the direction.
    package var bytes: TwoWayRate
    /// gRPC messages a second.
    package var messages: TwoWayRate
    /// Who the ends say they are, `spiffe://…`; sorted, at most ``maximumPrincipals`` each.
    package var sourcePrincipals: [String]
    package var targetPrincipals: [String]

    package static let maximumPrincipals = 8

    /// Whether there was traffic before, and none in the window.
    package var isIdle: Bool { traffic.rate.value == 0 && traffic.throughput.value == 0 && messages.total == 0 }

    package var id: ID { ID(source: source, target: target, protocol: `protocol`) }

    package init(
        source: MeshNode.ID, target: MeshNode.ID, protocol: TrafficProtocol = .http, traffic: TrafficSummary,
        mtls: Ratio? = nil, reporter: Reporter = .destination, health: Health = .unknown,
        sent: ReportedTraffic? = nil, received: ReportedTraffic? = nil, responses: [ResponseDetail] = [],
        bytes: TwoWayRate = .zero, messages: TwoWayRate = .zero, sourcePrincipals: [String] = [],
        targetPrincipals: [String] = []
    ) {
        self.source = source
        self.target = target
        self.protocol = `protocol`
        self.traffic = traffic
        self.mtls = mtls
        self.reporter = reporter
        self.health = health
        self.sent = sent
        self.received = received
        self.responses = responses
        self.bytes = bytes
        self.messages = messages
        self.sourcePrincipals = sourcePrincipals
        self.targetPrincipals = targetPrincipals
    }
}

package enum TrafficProtocol: String, Hashable, Sendable, CaseIterable {
    case http, grpc, tcp
}

/// Which end of a connection reported a number.
package enum Reporter: String, Hashable, Sendable {
    case source, destination
}

/// Traffic over the snapshot's window, in numbers that add up when nodes are grouped.
package struct TrafficSummary: Hashable, Sendable {
    package var rate: RequestsPerSecond
    /// How many requests the numbers below rest on.
    package var samples: Double
    /// Failed requests among all: HTTP 5xx, no response, or a gRPC status other than 0; absent without requests.
    package var errors: Ratio?
    /// HTTP 4xx among all; absent without requests.
    package var clientErrors: Ratio?
    package var latency: LatencyQuantiles?
    /// What ``latency`` was read from, in milliseconds.
    package var latencyBuckets = BucketCounts()
    /// Requests whose client gave up before an answer came, among all. They have the code `-` and are held against nobody.
    package var abandoned: Ratio? = nil
    /// Request and response bodies together.
    package var throughput: BytesPerSecond
    /// Attempts beyond the first, which ``rate`` does not count; absent where the telemetry does not tell.
    package var retries: RequestsPerSecond?
    /// Requests a second by response code, most first: `("200", 81.2)`; `-` when no response came.
    package var codes: [ResponseCodeRate]

    package init(
        rate: RequestsPerSecond, samples: Double, errors: Ratio? = nil, clientErrors: Ratio? = nil,
        latency: LatencyQuantiles? = nil, throughput: BytesPerSecond = .zero,
        retries: RequestsPerSecond? = nil, codes: [ResponseCodeRate] = []
    ) {
        self.rate = rate
        self.samples = samples
        self.errors = errors
        self.clientErrors = clientErrors
        self.latency = latency
        self.throughput = throughput
        self.retries = retries
        self.codes = codes
    }
}

package struct ResponseCodeRate: Hashable, Sendable {
    package var code: String
    package var rate: RequestsPerSecond

    package init(code: String, rate: RequestsPerSecond) {
        self.code = code
        self.rate = rate
    }
}

/// Quantiles in milliseconds, interpolated inside histogram buckets that were merged before (never averaged after).
package struct LatencyQuantiles: Hashable, Sendable {
    package var p50: Double
    package var p95: Double
    package var p99: Double
    /// True when p99 fell into the last, unbounded bucket: the value is then a lower bound.
    package var isBeyondLastBucket: Bool
    /// The bucket that p95 lies in, and so how wrong it may be; absent when nobody told.
    package var p95Bounds: QuantileBounds?

    package init(
        p50: Double, p95: Double, p99: Double, isBeyondLastBucket: Bool = false, p95Bounds: QuantileBounds? = nil
    ) {
        self.p50 = p50
        self.p95 = p95
        self.p99 = p99
        self.isBeyondLastBucket = isBeyondLastBucket
        self.p95Bounds = p95Bounds
    }
}
