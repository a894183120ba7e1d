package import MeshConfig

/// The kinds as the API serves them. The versions of a kind share one schema, so an object is stored once and handed
/// out under the version that was asked for.
extension ResourceKind {
    /// The name in messages and in the store: `virtualservices.networking.istio.io`, `services`.
    package var id: String { group.isEmpty ? plural : "\(plural).\(group)" }

    /// The kind that is stored under a name.
    package static func withID(_ id: String) -> ResourceKind? { allCases.first { $0.id == id } }

    /// The kinds of one group and version, sorted by their names.
    static func served(group: String, version: String) -> [ResourceKind] {
        allCases.filter { $0.group == group && $0.versions.contains(version) }.sorted()
    }

    /// The named groups with their versions, without the core group.
    static let groups: [(name: String, versions: [String])] = {
        var result: [(name: String, versions: [String])] = []
        for kind in allCases where !kind.group.isEmpty && !result.contains(where: { $0.name == kind.group }) {
            result.append((kind.group, kind.versions))
        }
        return result.sorted { $0.name < $1.name }
    }()
}
