internal import MeshModel

/// What several tell of what there is, joined. Belongs to the loop.
final class InventoryBook {
    /// Who tells.
    enum Part: Int, CaseIterable {
        /// Whoever configured the collector.
        case given
        /// Services, entries and gateways, from an API.
        case objects
        /// Workloads, from a cluster's pods.
        case pods
    }

    private var parts: [Part: MeshInventory] = [:]
    private(set) var inventory = MeshInventory.none

    /// Replaces what one of them says.
    func set(_ new: MeshInventory, of part: Part) {
        guard parts[part] != new else { return }
        parts[part] = new
        inventory = MeshInventory.joined(Part.allCases.compactMap { parts[$0] })
    }
}
