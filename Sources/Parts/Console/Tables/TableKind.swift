/// The tables that list the mesh, one screen each.
package enum TableKind: String, Hashable, Sendable, CaseIterable {
    case services, workloads, edges

    /// What one row is.
    var noun: String {
        switch self {
        case .services: "service"
        case .workloads: "workload"
        case .edges: "edge"
        }
    }

    /// Every column that the table has, in the order of the screen.
    var columns: [TableColumn] {
        switch self {
        case .services, .workloads:
            [
                .health, .name, .namespace, .rate, .ok, .clientErrors, .errors, .p50, .p95, .p99, .out, .mtls, .trend,
                .callers, .calls, .bytes,
            ]
        case .edges:
            [
                .health, .source, .target, .protocol, .rate, .ok, .clientErrors, .errors, .p50, .p95, .p99, .mtls,
                .trend,
                .attempts, .lost, .bytes,
            ]
        }
    }

    /// Those that are not shown before somebody asks for them.
    var hiddenAtFirst: Set<TableColumn> {
        switch self {
        case .services, .workloads: [.callers, .calls, .bytes]
        case .edges: [.attempts, .lost, .bytes]
        }
    }
}

extension Screen {
    /// The table that this screen is.
    var table: TableKind? {
        switch self {
        case .services: .services
        case .workloads: .workloads
        case .edges: .edges
        case .graph, .detail, .traces, .waterfall, .compare, .flame, .statistics, .canary, .help, .config, .overview,
            .security, .mesh, .log:
            nil
        }
    }
}

extension TableKind {
    var screen: Screen {
        switch self {
        case .services: .services
        case .workloads: .workloads
        case .edges: .edges
        }
    }
}
