import MeshModel
import Quantities

/// What is written on the lines of the graph.
package enum EdgeLabel: String, Hashable, Sendable, CaseIterable {
    case none, rate, share, errors, p50, p95, p99, bytes, mtls, attempts

    var title: String {
        switch self {
        case .none: "no labels"
        case .rate: "requests a second"
        case .share: "share of what the source sends"
        case .errors: "failing requests"
        case .p50, .p95, .p99: rawValue
        case .bytes: "bytes a second"
        case .mtls: "mutual TLS"
        case .attempts: "tries for each request"
        }
    }

    func next(_ step: Int) -> EdgeLabel {
        let all = EdgeLabel.allCases
        let index = all.firstIndex(of: self) ?? 0
        return all[(index + step + all.count) % all.count]
    }

    /// Nothing where nobody knows, and where there is nothing to tell.
    func text(of edge: MeshEdge, in mesh: MeshIndex) -> String? {
        let traffic = edge.traffic
        return switch self {
        case .none: nil
        case .rate: traffic.rate.value > 0 ? Field.shortRate(traffic.rate) : nil
        case .share:
            Ratio(
                traffic.rate.value,
                of: mesh.edges(outOf: edge.source).reduce(0) { $0 + mesh.snapshot.edges[$1].traffic.rate.value }
            ).map(EdgeLabel.percent)
        case .errors: traffic.errors.map(EdgeLabel.percent)
        case .p50: traffic.latency.map { Field.shortLatency($0.p50) }
        case .p95: traffic.latency.map { Field.shortLatency($0.p95) }
        case .p99: traffic.latency.map { Field.shortLatency($0.p99) }
        case .bytes:
            traffic.throughput.value > 0 ? Humane.bytes(traffic.throughput.value).replacing(" ", with: "") : nil
        case .mtls: edge.mtls.map(EdgeLabel.percent)
        case .attempts: edge.attemptsPerRequest.map { "x" + Humane.fixed($0, decimals: 2) }
        }
    }

    private static func percent(_ ratio: Ratio) -> String { Humane.percent(ratio).replacing(" ", with: "") }
}

/// Which nodes the graph is made of. The names are those of the command line.
package enum GraphType: String, Hashable, Sendable, CaseIterable {
    case versionedApp = "versioned-app"
    case app, service, workload

    var next: GraphType {
        let all = GraphType.allCases
        return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
    }

    var title: String {
        switch self {
        case .versionedApp: "apps by version"
        case .app: "apps"
        case .service: "services"
        case .workload: "workloads"
        }
    }
}
