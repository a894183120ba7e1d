/// A column of the tables of services, workloads and edges.
package enum TableColumn: Int, Hashable, Sendable, CaseIterable {
    case health, name, source, target, namespace, `protocol`, rate, ok, clientErrors, errors, p50, p95, p99, out, mtls
    case trend, callers, calls, attempts, lost, bytes

    var title: String {
        switch self {
        case .health: ""
        case .name: "name"
        case .source: "source"
        case .target: "target"
        case .namespace: "namespace"
        case .protocol: "proto"
        case .rate: "rate"
        case .ok: "ok"
        case .clientErrors: "4xx"
        case .errors: "5xx"
        case .p50: "p50"
        case .p95: "p95"
        case .p99: "p99"
        case .out: "out"
        case .mtls: "mTLS"
        case .trend: "trend"
        case .callers: "callers"
        case .calls: "calls"
        case .attempts: "tries"
        case .lost: "lost"
        case .bytes: "bytes"
        }
    }

    /// What is typed to name it, and what it means.
    var word: String { self == .health ? "health" : title.lowercased() }

    var explanation: String {
        switch self {
        case .health: "how well it is"
        case .name: "what it is called"
        case .source: "who calls"
        case .target: "who is called"
        case .namespace: "where it is; shown when there are several"
        case .protocol: "http, grpc or tcp"
        case .rate: "requests a second that arrive"
        case .ok: "answered neither with 4xx nor with a failure"
        case .clientErrors: "answered with 4xx"
        case .errors: "failed: 5xx, no answer, or a gRPC error"
        case .p50: "half are answered faster"
        case .p95: "one of twenty is slower"
        case .p99: "one of a hundred is slower"
        case .out: "requests a second that it sends"
        case .mtls: "requests over mutual TLS"
        case .trend: "the rate over the last minutes"
        case .callers: "how many call it"
        case .calls: "how many it calls"
        case .attempts: "tries for each request"
        case .lost: "sent, and received by nobody"
        case .bytes: "bodies, both ways"
        }
    }

    /// Numbers are aligned right and sorted from the largest first.
    var isNumeric: Bool {
        switch self {
        case .name, .source, .target, .namespace, .protocol: false
        default: true
        }
    }

    var isSortable: Bool { self != .trend }

    /// Cells that it takes; names share what is left.
    var width: Int? {
        switch self {
        case .health: 1
        case .name, .source, .target: nil
        case .namespace: 12
        case .protocol, .attempts: 5
        case .ok, .clientErrors, .errors, .lost, .mtls: 6
        case .rate, .p50, .p95, .p99, .out, .callers: 7
        case .calls: 5
        case .trend: 8
        case .bytes: 9
        }
    }

    /// Which columns stay when there is not room for all: the first ones longest.
    static let byImportance: [TableColumn] = [
        .health, .name, .source, .target, .rate, .errors, .p95, .p99, .ok, .clientErrors, .mtls, .trend, .out, .p50,
        .namespace, .protocol, .attempts, .lost, .callers, .calls, .bytes,
    ]

    /// The column that a person means by `word`.
    static func named(_ word: String, in kind: TableKind) -> TableColumn? {
        let wanted = word.lowercased()
        let others = ["rps": TableColumn.rate, "errors": .errors, "in": .rate, "sparkline": .trend, "ns": .namespace]
        return kind.columns.first { $0.word == wanted } ?? others[wanted]
    }
}
