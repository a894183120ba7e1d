package import MeshModel
package import TraceModel

/// What fills the space between header and footer.
package enum Screen: Hashable, Sendable {
    case graph
    case services
    case workloads
    case edges
    case detail(MeshSubject)
    case traces
    case waterfall(TraceID)
    /// A trace against another one; without one against others of its shape.
    case compare(TraceID, with: TraceID?)
    case flame(TraceSet)
    case statistics(TraceSet)
    case canary(ServiceName)
    case config(ConfigPlace)
    case overview
    case security
    case mesh
    case log
    case help(Context)
}

extension Screen {
    /// Whether it shows all of a kind, and is therefore a way in by itself; the others show one thing of another screen.
    var isList: Bool {
        switch self {
        case .services, .workloads, .edges, .overview, .security, .mesh, .log, .config(.list): true
        default: false
        }
    }
}

/// What the person is looking at. Shared by every screen.
package enum Selection: Hashable, Sendable {
    case node(MeshNode.ID)
    case edge(MeshEdge.ID)
}
