import MeshModel
import Quantities

/// What pictures of the graph say at nodes and edges, and in which colours.
enum GraphWords {
    /// Two lines: the name, and what arrives there.
    static func label(of node: MeshNode) -> String {
        node.inbound.map { "\(node.title)\n\(Humane.rate($0.rate))" } ?? node.title
    }

    /// Rate, errors when there are any, and p95: `21/s  4.1 %  97 ms`.
    static func label(of edge: MeshEdge) -> String {
        var words = [Humane.rate(edge.traffic.rate)]
        if let errors = edge.traffic.errors, errors > .none { words.append(Humane.percent(errors)) }
        if let latency = edge.traffic.latency { words.append(Humane.milliseconds(latency.p95)) }
        return words.joined(separator: "  ")
    }

    /// Dark enough for white paper; health is told by the words as well.
    static let colours: [(health: Health, colour: String)] = Health.allCases.map { ($0, colour(of: $0)) }

    static func colour(of health: Health) -> String {
        switch health {
        case .unknown, .notReady: "#7f7f7f"
        case .healthy: "#228b22"
        case .degraded: "#c77700"
        case .failure: "#cc0000"
        }
    }
}
