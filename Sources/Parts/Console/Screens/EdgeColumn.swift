import MeshModel
import Quantities

/// The columns of the edge table, in their order on the screen.
enum EdgeColumn: Int, CaseIterable, Sendable {
    case health, source, target, rate, errors, p50, p95, p99, mtls

    var title: String {
        switch self {
        case .health: ""
        case .source: "source"
        case .target: "target"
        case .rate: "rate"
        case .errors: "errors"
        case .p50: "p50"
        case .p95: "p95"
        case .p99: "p99"
        case .mtls: "mTLS"
        }
    }

    /// Numbers are aligned right and sorted from the largest first.
    var isNumeric: Bool {
        switch self {
        case .source, .target: false
        case .health, .rate, .errors, .p50, .p95, .p99, .mtls: true
        }
    }

    /// Cells a number takes; names share what is left.
    var width: Int? {
        switch self {
        case .health: 1
        case .source, .target: nil
        case .rate, .errors, .p50, .p95, .p99: 7
        case .mtls: 6
        }
    }

    /// Positions in the snapshot's edges that pass `filter`, in order. Equal rows keep the snapshot's order, so nothing
    /// jumps without a reason.
    static func rows(of mesh: MeshIndex, by column: EdgeColumn, isDescending: Bool, filter: String) -> [Int] {
        let edges = mesh.snapshot.edges
        let wanted = filter.lowercased()
        let kept = edges.indices.filter { position in
            wanted.isEmpty || text(of: edges[position], in: mesh).contains(wanted)
        }
        guard column.isNumeric else {
            let names = kept.map { (position: $0, name: column.name(of: edges[$0], in: mesh)) }
            return names.sorted { isDescending ? $0.name > $1.name : $0.name < $1.name }.map(\.position)
        }
        let values = kept.map { (position: $0, value: column.value(of: edges[$0])) }
        return values.sorted { left, right in
            if left.value == right.value { return left.position < right.position }
            // What is unknown comes last either way.
            guard let first = left.value else { return false }
            guard let second = right.value else { return true }
            return isDescending ? first > second : first < second
        }.map(\.position)
    }

    private static func text(of edge: MeshEdge, in mesh: MeshIndex) -> String {
        "\(mesh.title(edge.source)) \(mesh.title(edge.target)) \(edge.protocol.rawValue) \(edge.health.rawValue)"
            .lowercased()
    }

    private func name(of edge: MeshEdge, in mesh: MeshIndex) -> String {
        mesh.title(self == .source ? edge.source : edge.target)
    }

    private func value(of edge: MeshEdge) -> Double? {
        switch self {
        case .health: Health.allCases.firstIndex(of: edge.health).map(Double.init)
        case .source, .target: nil
        case .rate: edge.traffic.rate.value
        case .errors: edge.traffic.errors?.value
        case .p50: edge.traffic.latency?.p50
        case .p95: edge.traffic.latency?.p95
        case .p99: edge.traffic.latency?.p99
        case .mtls: edge.mtls?.value
        }
    }
}
