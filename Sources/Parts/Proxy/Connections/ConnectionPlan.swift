import HTTPTransport
import SystemIO
import TLSTransport
import TrafficPolicy

/// A listening address whose connections are passed on byte by byte.
struct ConnectionListenerPlan: Sendable {
    var name: String
    var address: SocketAddress
    var reporter: Reporter
    /// Which of ``chains`` takes a connection.
    var matcher: ConnectionMatcher
    var chains: [ConnectionPlan]
    /// How long the first bytes may take, where they are looked at; zero waits for ever.
    var inspectionTimeout: Duration
    /// Whether a connection that stays silent is taken for plain text.
    var continuesAfterTimeout: Bool
    var redirection = RedirectionPlan()
    /// What a load balancer says first; nothing where none stands before the listener.
    var proxyHeader: ProxyHeaderReading.Rule?
}

/// What becomes of a connection.
struct ConnectionPlan: Sendable {
    /// What the downstream is greeted with; nothing for plain text and for TLS that is passed through.
    var tls: TLSContext?
    var weights: WeightedClusters
    /// For each share its cluster's place in ``ConfigurationSnapshot/clusters``; `nil` for a cluster not known.
    var clusters: [Int?]
    /// `nil` for no limit.
    var idleTimeout: Duration?
    var connectAttempts: UInt32
    /// Whether the endpoint is chosen by the downstream's address, where the cluster hashes.
    var hashesSourceAddress: Bool
    /// What it must pass before anything is done for it, in order; empty in most places.
    var guards: [ConnectionGuard] = []
    var accessLogs: [AccessLogPlan] = []

    static let defaultIdleTimeout: Duration = .seconds(3600)
}
