internal import MeshModel
internal import SystemIO

/// Follows what an API in the shape of Kubernetes' says there is. Belongs to the loop.
///
/// Its own control plane and a real API server are read alike; only of the first are the WorkloadEntries all workloads
/// there are.
final class InventoryFeed {
    private let loop: EventLoop
    private let onInventory: (MeshInventory) -> Void
    /// Whether there are no workloads but those of WorkloadEntries.
    private let hasAllWorkloads: Bool
    private var feeds: [ObjectFeed<InventoryObject>] = []
    private var isTelling = false

    /// - Parameters:
    ///   - server: with a path before that of the API's own, when it has one.
    ///   - onInventory: called on the loop whenever the inventory may be another one.
    init(
        of server: TargetURL, hasAllWorkloads: Bool, loop: EventLoop, asking: TargetAsking,
        onInventory: @escaping (MeshInventory) -> Void
    ) {
        self.loop = loop
        self.hasAllWorkloads = hasAllWorkloads
        self.onInventory = onInventory
        feeds = InventoryKind.allCases.map { kind in
            ObjectFeed(
                kind.rawValue, at: kind.paths, of: server, loop: loop, asking: asking,
                read: { InventoryObject($0, kind: kind) }, onChange: { [weak self] in self?.tellSoon() })
        }
    }

    func start() {
        for feed in feeds { feed.start() }
    }

    /// What is missing in the inventory, in words; the same for all kinds is told once.
    var troubles: [String] { feeds.first { $0.trouble != nil }?.trouble.map { [$0] } ?? [] }

    var inventory: MeshInventory {
        var inventory = MeshInventory(
            isComplete: feeds.allSatisfy { ($0.list.map { !$0.isCut } ?? false) && $0.trouble == nil })
        for feed in feeds {
            for (_, object) in (feed.list?.objects ?? [:]).sorted(by: { $0.key < $1.key }) {
                switch object {
                case .service(let service): inventory.services.append(service)
                case .serviceEntry(let entry): inventory.serviceEntries.append(entry)
                case .workload(let workload): inventory.workloads.append(workload)
                case .gateway(let gateway): inventory.gateways.append(gateway)
                }
            }
        }
        // A control plane that has just started may not have read its own files yet.
        if !hasAllWorkloads || inventory.workloads.isEmpty { inventory.isComplete = false }
        return inventory
    }

    /// Many objects that change together make one new inventory.
    private func tellSoon() {
        guard !isTelling else { return }
        isTelling = true
        loop.soon { [weak self] in
            guard let self else { return }
            isTelling = false
            onInventory(inventory)
        }
    }
}
