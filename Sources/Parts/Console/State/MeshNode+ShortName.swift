import MeshModel

extension MeshNode {
    /// The name without its version.
    var plainName: String { app ?? service ?? workload ?? (kind == .unknown ? "unknown" : id.text) }

    /// The name where room is scarce: without what the names of many services end in, which tells nothing.
    var shortName: String {
        var name = plainName
        for ending in ["-service", "-gateway"] where name.hasSuffix(ending) && name.count > ending.count {
            name.removeLast(ending.count)
        }
        return name
    }
}
