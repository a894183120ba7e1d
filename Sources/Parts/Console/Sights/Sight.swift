/// A screen of lists about the mesh as a whole; Tab goes from one list to the next.
package enum Sight: Hashable, Sendable, CaseIterable {
    case overview, security, mesh, log

    var lists: [SightList] {
        switch self {
        case .overview: [.services, .movers, .events]
        case .security: [.edges, .namespaces, .identities, .certificates, .policies]
        case .mesh: [.proxies, .targets, .controlPlanes, .cost]
        case .log: [.log]
        }
    }

    var screen: Screen {
        switch self {
        case .overview: .overview
        case .security: .security
        case .mesh: .mesh
        case .log: .log
        }
    }
}

/// One list of such a screen.
package enum SightList: Hashable, Sendable, CaseIterable {
    case services, movers, events
    case edges, namespaces, identities, certificates, policies
    case proxies, targets, controlPlanes, cost
    case log

    var title: String {
        switch self {
        case .services: "services"
        case .movers: "movers"
        case .events: "events"
        case .edges: "edges"
        case .namespaces: "namespaces"
        case .identities: "identities"
        case .certificates: "certificates"
        case .policies: "policies"
        case .proxies: "proxies"
        case .targets: "targets"
        case .controlPlanes: "control planes"
        case .cost: "console"
        case .log: "log"
        }
    }

    var columns: [SightColumn] {
        switch self {
        case .services: OverviewRows.serviceColumns
        case .movers: OverviewRows.moverColumns
        case .events: OverviewRows.eventColumns
        case .edges: SecurityRows.edgeColumns
        case .namespaces: SecurityRows.namespaceColumns
        case .identities: SecurityRows.identityColumns
        case .certificates: SecurityRows.certificateColumns
        case .policies: SecurityRows.policyColumns
        case .proxies: MeshRows.proxyColumns
        case .targets: MeshRows.targetColumns
        case .controlPlanes: MeshRows.controlPlaneColumns
        case .cost: MeshRows.costColumns
        case .log: LogRows.columns
        }
    }
}

extension Screen {
    /// Which lists it shows, when it is a screen of lists.
    var sight: Sight? {
        switch self {
        case .overview: .overview
        case .security: .security
        case .mesh: .mesh
        case .log: .log
        default: nil
        }
    }
}
