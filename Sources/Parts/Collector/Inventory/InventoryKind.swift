/// What the inventory is read from, in the shape of the Kubernetes API.
enum InventoryKind: String, Hashable, Sendable, CaseIterable {
    case service = "Service"
    case serviceEntry = "ServiceEntry"
    case workloadEntry = "WorkloadEntry"
    case gateway = "Gateway"

    /// Where an API has all objects of the kind, the version that is preferred first. All have one schema.
    var paths: [String] {
        func istio(_ plural: String) -> [String] {
            ["v1", "v1beta1"].map { "/apis/networking.istio.io/\($0)/\(plural)" }
        }
        switch self {
        case .service: return ["/api/v1/services"]
        case .serviceEntry: return istio("serviceentries")
        case .workloadEntry: return istio("workloadentries")
        case .gateway: return istio("gateways")
        }
    }
}
