import MeshConfig
import Quantities

/// A column of the table of configuration objects.
enum ConfigColumn: Int, Hashable, Sendable, CaseIterable {
    case mark, kind, namespace, name, hosts, age, revision, writer

    var title: String {
        switch self {
        case .mark: ""
        case .kind: "kind"
        case .namespace: "namespace"
        case .name: "name"
        case .hosts: "problem, or hosts"
        case .age: "age"
        case .revision: "rev"
        case .writer: "last by"
        }
    }

    var isNumeric: Bool { self == .age || self == .revision }

    /// Worst, newest and highest first.
    var isDescendingFirst: Bool { self == .mark || self == .revision }

    /// Positions of the entries that hold all the words, in this column's order; of equal ones, as the catalog has them.
    static func rows(_ entries: [ConfigEntry], by column: ConfigColumn, isDescending: Bool, filter: String) -> [Int] {
        let words = filter.lowercased().split(separator: " ").map(String.init)
        let kept = entries.indices.filter { index in
            guard !words.isEmpty else { return true }
            let text = entries[index].searchText
            return words.allSatisfy { text.contains($0) }
        }
        func sorted<Value: Comparable>(_ value: (ConfigEntry) -> Value) -> [Int] {
            let values = kept.map { (position: $0, value: value(entries[$0])) }
            return values.sorted { left, right in
                if left.value == right.value { return left.position < right.position }
                return isDescending ? left.value > right.value : left.value < right.value
            }.map(\.position)
        }
        return switch column {
        case .mark: sorted(\.markRank)
        case .kind: sorted(\.key.kind)
        case .namespace: sorted(\.key.namespace)
        case .name: sorted(\.key.name)
        case .hosts: sorted { $0.hosts.first ?? "" }
        // The youngest is the one that was made last.
        case .age: sorted { -($0.created?.nanosecondsSinceEpoch ?? .min + 1) }
        case .revision: sorted { Int($0.revision) ?? 0 }
        case .writer: sorted { $0.writer ?? "" }
        }
    }
}

extension ConfigEntry {
    fileprivate var markRank: Int {
        switch severity {
        case nil: problems == nil ? 0 : 1
        case .info: 2
        case .warning: 3
        case .error: 4
        }
    }

    /// What the filter looks in.
    fileprivate var searchText: String {
        ([key.kind, key.namespace, key.name, writer ?? ""] + hosts + (problems ?? []).map(\.message))
            .joined(separator: " ").lowercased()
    }

    /// ✓, ▲, ✕ or, for what nobody here can judge, ○.
    func mark(_ signs: Signs) -> Piece {
        switch severity {
        case .error: Piece(signs.failure, .failure)
        case .warning, .info: Piece(signs.degraded, .degraded)
        case nil: problems == nil ? Piece(signs.unknown, .unknown) : Piece(signs.valid, .healthy)
        }
    }
}

extension ConfigProblem.Severity {
    func mark(_ signs: Signs) -> Piece {
        self == .error ? Piece(signs.failure, .failure) : Piece(signs.degraded, .degraded)
    }
}
