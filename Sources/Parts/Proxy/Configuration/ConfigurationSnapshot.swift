import Discovery
import HTTPTransport
import SystemIO
import TLSTransport
import TrafficPolicy

/// Everything a worker needs to carry requests, resolved: addresses parsed, routes compiled, TLS contexts made.
///
/// Immutable and shared by all workers; a change is a new snapshot, which each worker takes up on its own thread.
final class ConfigurationSnapshot: Sendable {
    let generation: UInt64
    let listeners: [ListenerPlan]
    /// Those that carry bytes instead of HTTP.
    let connectionListeners: [ConnectionListenerPlan]
    let clusters: [ClusterPlan]

    init(
        generation: UInt64, listeners: [ListenerPlan], connectionListeners: [ConnectionListenerPlan] = [],
        clusters: [ClusterPlan]
    ) {
        self.generation = generation
        self.listeners = listeners
        self.connectionListeners = connectionListeners
        self.clusters = clusters
    }
}

/// One listening address and what happens to requests that arrive there.
struct ListenerPlan: Sendable {
    enum Security: Sendable {
        case plain
        /// Mutual TLS, or nothing.
        case tls(TLSContext)
        /// Whatever the peer begins with (PERMISSIVE).
        case either(TLSContext)
        /// By the name that the client asks for; what matches none is refused.
        case byName(ConnectionMatcher, [TLSContext?])

        var asksForName: Bool { if case .byName = self { true } else { false } }
    }

    var name: String
    var address: SocketAddress
    var reporter: Reporter
    var security: Security
    /// Routes of requests that came over TLS, and of those that did not.
    var secureRoutes: RoutePlan?
    var plainRoutes: RoutePlan?
    /// True at the mesh's edge: the peer is the client itself, and what it says of its origin is not believed.
    var isEdge: Bool
    /// What answers call their server; `nil` leaves what upstreams say.
    var serverName: [UInt8]?
    /// True when paths are written in one way before anything looks at them.
    var normalizesPath = false
    var idleTimeout: Duration?
    /// Which versions of HTTP are spoken there.
    var codec = HTTPConnectionManager.Codec.auto
    var http2: HTTP2Options?
    /// Whether trailers of HTTP/1.1, and answers before the one that counts, pass.
    var passesTrailers = false
    var passesContinue = false

    var accessLogs: [AccessLogPlan] = []
    var redirection = RedirectionPlan()
    /// What a load balancer says first; nothing where none stands before the listener.
    var proxyHeader: ProxyHeaderReading.Rule?
    /// What the next hop is told of the client's certificate.
    var clientCertificate = ClientCertificateHeader()

    /// Whether what connections are served by is the same, so that a listener may go on under the other plan.
    func speaksLike(_ other: ListenerPlan) -> Bool {
        redirection == other.redirection && security.asksForName == other.security.asksForName && codec == other.codec
            && http2 == other.http2
            && passesTrailers == other.passesTrailers
            && passesContinue == other.passesContinue
    }
}

/// How a listener has to do with connections that the machine redirects.
struct RedirectionPlan: Hashable, Sendable {
    /// Whether it has a port of its own.
    var isBound = true
    /// Whether connections that were going elsewhere belong to the listener of that place.
    var handsOver = false

    init() {}

    init(_ listener: Listener) {
        isBound = listener.bindsToPort
        handsOver = listener.usesOriginalDestination
    }
}

/// A cluster and its usable endpoints.
struct ClusterPlan: Sendable {
    var name: String
    var service: ServiceLabels
    var spanName: String
    var choice: EndpointChoice
    /// Takes the place of ``choice`` where endpoints are chosen by a hash.
    var hashing: HashTable.Kind?
    var connectTimeout: Duration
    var endpoints: [EndpointPlan]
    /// Whether requests to it leave over TLS; `tls` is nothing while the certificate for that is not here.
    var isSecure: Bool
    var tls: TLSContext?
    /// What, when it changes, makes connections that exist unfit: accepted identities and the server name.
    var tlsIdentity: [String]
    /// Which version of HTTP its endpoints are spoken to in.
    var version = UpstreamProtocol.Version.http1
    /// Whether connections go on to where they were going.
    var isOriginalDestination = false
    /// Where connections of bytes come from; the system's choice when nothing is said.
    var source: SocketAddress?
    var http2 = HTTP2Options()
    /// Whether trailers of HTTP/1.1 pass.
    var passesTrailers = false
    /// For HTTP/2, where that is not the only version.
    var http2TLS: TLSContext?
    /// `nil` when nothing is limited.
    var breakers: ClusterBreakers?
    /// `nil` when no endpoint is ever ejected.
    var outliers: OutlierMonitor?
    /// Percent of endpoints in use below which ejected ones are used again.
    var panicThreshold = PriorityShares.envoyPanicThreshold
    /// Whether the localities of a priority share by their weights.
    var weighsLocalities = false
}

struct EndpointPlan: Sendable {
    var address: SocketAddress
    /// Who runs there, as far as the control plane said.
    var workload: WorkloadLabels?
    /// False for one that discovery calls unhealthy: it is used in panic alone.
    var isUsable = true
    var priority = 0
    var locality: Locality?
    /// What the endpoints of its priority and locality get together, where localities are weighed.
    var localityWeight: UInt32?

    init(address: SocketAddress, workload: WorkloadLabels? = nil) {
        self.address = address
        self.workload = workload
    }
}
