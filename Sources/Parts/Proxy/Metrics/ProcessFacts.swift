import Quantities
import SystemIO

/// What the metrics page says about the process as a whole.
struct ProcessFacts: Sendable {
    var version: String
    var startedAt: WallTime
    /// Resident memory, when the system tells.
    var residentBytes: UInt64?
    /// The discovery versions in force, by type name, with the time each came into force.
    var discovery: [DiscoveryFact] = []
    /// Whether the last exchange with the control plane worked; `nil` without a control plane.
    var isControlPlaneConnected: Bool?
    /// When the workload certificate ends; `nil` without one.
    var certificateNotAfter: WallTime?
    /// Spans that the exporter could not deliver or hold.
    var spansDropped: UInt64 = 0
    var spansExported: UInt64 = 0
    /// Answers of the control plane that could not be used.
    var discoveryRefused: UInt64 = 0
    /// The ejections of every cluster that has rules for them.
    var outliers: [OutlierReport] = []
    /// The circuit breakers of every cluster that has limits.
    var breakers: [BreakerReport] = []
    /// What the policies of access have done.
    var access: [AccessReport] = []
    /// Connections that came back to the proxy they had left.
    var redirectionLoops: UInt64 = 0
    /// What has been done against too much work.
    var overload: OverloadReport?
    /// The files of access logs, and what has become of their lines.
    var accessLogs: [(path: String, tally: AppendFile.Tally)] = []

    struct DiscoveryFact: Sendable {
        var type: String
        var version: String
        var since: WallTime
    }
}
