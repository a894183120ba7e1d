package import Quantities

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

    /// All that is known of it, behind one reference: a snapshot has tens of thousands of these, which are handed on
    /// far more often than they are made.
    private struct Details: Hashable, Sendable {
        var source: MeshNode.ID
        var target: MeshNode.ID
        var `protocol`: TrafficProtocol
        var traffic: TrafficSummary
        var mtls: Ratio?
        var reporter: Reporter
        var healthCause: HealthCause?
        var health: Health
        var sent: ReportedTraffic?
        var received: ReportedTraffic?
        var responses: [ResponseDetail]
        var bytes: TwoWayRate
        var messages: TwoWayRate
        var sourcePrincipals: [String]
        var targetPrincipals: [String]
        var exemplars: [TraceExemplar] = []
    }

    private var details: Shared<Details>

    package var source: MeshNode.ID {
        _read { yield details.value.source }
        _modify { yield &details.value.source }
    }
    package var target: MeshNode.ID {
        _read { yield details.value.target }
        _modify { yield &details.value.target }
    }
    package var `protocol`: TrafficProtocol {
        _read { yield details.value.`protocol` }
        _modify { yield &details.value.`protocol` }
    }
    package var traffic: TrafficSummary {
        _read { yield details.value.traffic }
        _modify { yield &details.value.traffic }
    }
    /// The share of requests that came over mutual TLS; absent when no destination reported.
    package var mtls: Ratio? {
        _read { yield details.value.mtls }
        _modify { yield &details.value.mtls }
    }
    /// Which end's telemetry the numbers come from. One end only: adding both would count every request twice.
    package var reporter: Reporter {
        _read { yield details.value.reporter }
        _modify { yield &details.value.reporter }
    }
    /// Why it is not healthy; nothing when it is, or when nobody judged.
    package var healthCause: HealthCause? {
        _read { yield details.value.healthCause }
        _modify { yield &details.value.healthCause }
    }
    package var health: Health {
        _read { yield details.value.health }
        _modify { yield &details.value.health }
    }
    /// What each end counted by itself; absent when it says nothing.
    package var sent: ReportedTraffic? {
        _read { yield details.value.sent }
        _modify { yield &details.value.sent }
    }
    package var received: ReportedTraffic? {
        _read { yield details.value.received }
        _modify { yield &details.value.received }
    }
    /// Code × flags × host, most first; bounded, with the rest as ``ResponseDetail/other``.
    package var responses: [ResponseDetail] {
        _read { yield details.value.responses }
        _modify { yield &details.value.responses }
    }
    /// Bytes a second of bodies, or of connections, by direction; together ``TrafficSummary/throughput``, less what a
    /// mesh counts without telling the direction.
    package var bytes: TwoWayRate {
        _read { yield details.value.bytes }
        _modify { yield &details.value.bytes }
    }
    /// gRPC messages a second.
    package var messages: TwoWayRate {
        _read { yield details.value.messages }
        _modify { yield &details.value.messages }
    }
    /// Who the ends say they are, `spiffe://…`; sorted, at most ``maximumPrincipals`` each.
    package var sourcePrincipals: [String] {
        _read { yield details.value.sourcePrincipals }
        _modify { yield &details.value.sourcePrincipals }
    }
    package var targetPrincipals: [String] {
        _read { yield details.value.targetPrincipals }
        _modify { yield &details.value.targetPrincipals }
    }

    /// Requests that were counted here whose traces are known, each trace once, newest first, at most
    /// ``maximumExemplars``; of every bucket of latency some.
    package var exemplars: [TraceExemplar] {
        _read { yield details.value.exemplars }
        _modify { yield &details.value.exemplars }
    }

    package static let maximumPrincipals = 8
    package static let maximumExemplars = 64

    /// Whether there was traffic before, and none in the window.
    package var isIdle: Bool { traffic.rate.value == 0 && traffic.throughput.value == 0 && messages.total == 0 }

    package var id: ID { ID(source: source, target: target, protocol: `protocol`) }

    package init(
        source: MeshNode.ID, target: MeshNode.ID, protocol: TrafficProtocol = .http, traffic: TrafficSummary,
        mtls: Ratio? = nil, reporter: Reporter = .destination, health: Health = .unknown,
        healthCause: HealthCause? = nil,
        sent: ReportedTraffic? = nil, received: ReportedTraffic? = nil, responses: [ResponseDetail] = [],
        bytes: TwoWayRate = .zero, messages: TwoWayRate = .zero, sourcePrincipals: [String] = [],
        targetPrincipals: [String] = []
    ) {
        details = Shared(
            Details(
                source: source, target: target, protocol: `protocol`, traffic: traffic, mtls: mtls,
                reporter: reporter, healthCause: healthCause, health: health, sent: sent, received: received,
                responses: responses, bytes: bytes, messages: messages, sourcePrincipals: sourcePrincipals,
                targetPrincipals: targetPrincipals))
    }
}

package enum TrafficProtocol: String, Hashable, Sendable, CaseIterable {
    case http, grpc, tcp
}

/// Which end of a connection reported a number.
package enum Reporter: String, Hashable, Sendable {
    case source, destination
}
