import MeshModel
import Testing

@Suite struct MeshInventoryTests {
    private func workload(
        _ name: String, pods: Int? = nil, hasProxy: Bool? = nil, labels: [String: String] = [:]
    ) -> MeshInventory.Workload {
        MeshInventory.Workload(
            WorkloadIdentity(namespace: "shop", workload: name, app: name, version: "v1"), pods: pods,
            hasProxy: hasProxy, labels: labels)
    }

    @Test func `a workload that two know is there once, with what both know`() {
        let objects = MeshInventory(
            workloads: [workload("cart", labels: ["app": "cart", "from": "objects"]), workload("night")],
            services: [ServiceName(namespace: "shop", name: "cart")], isComplete: true)
        let pods = MeshInventory(
            workloads: [
                workload("cart", pods: 2, hasProxy: true, labels: ["from": "pods", "tier": "back"]),
                workload("day", pods: 1),
            ], services: [ServiceName(namespace: "shop", name: "cart")], isComplete: true)

        let whole = MeshInventory.joined([objects, pods])

        #expect(whole.workloads.map(\.identity.workload) == ["cart", "night", "day"])
        #expect(whole.workloads[0].pods == 2)
        #expect(whole.workloads[0].hasProxy == true)
        #expect(whole.workloads[0].labels == ["app": "cart", "from": "objects", "tier": "back"])
        #expect(whole.services.count == 1)
        #expect(whole.isComplete)
    }

    @Test func `instances add up, and one without a proxy counts`() {
        let parts = [(1, true), (2, false), (Int.max, true)].map { pods, hasProxy in
            MeshInventory(workloads: [workload("cart", pods: pods, hasProxy: hasProxy)])
        }

        let whole = MeshInventory.joined(parts)

        #expect(whole.workloads.map(\.pods) == [.max])
        #expect(whole.workloads.map(\.hasProxy) == [false])
    }

    @Test func `the whole is complete only when each part is`() {
        let complete = MeshInventory(isComplete: true)
        #expect(MeshInventory.joined([complete, complete]).isComplete)
        #expect(!MeshInventory.joined([complete, .none]).isComplete)
        #expect(MeshInventory.joined([complete]).isComplete)
        #expect(!MeshInventory.joined([]).isComplete)
    }

    @Test(arguments: [
        (["app": "edge", "istio": "my-gate"], ["shop.example"], true, false),
        (["app": "edge", "istio": "my-gate"], ["shop/shop.example", "bank.example"], true, false),
        (["app": "edge", "istio": "my-gate"], ["bank.example"], false, true),
        (["app": "edge", "istio": "my-gate"], ["*/bank.example"], false, true),
        (["app": "edge", "istio": "my-gate"], [], true, false),
        (["app": "edge", "istio": "another"], ["shop.example"], false, false),
        (["app": "edge", "istio": "ingressgateway"], [], true, false),
        (["app": "edge", "istio": "egressgateway"], ["shop.example"], false, true),
        (["istio": "my-gate", "gateway.istio.io/managed": "istio.io-mesh-controller"], ["a.b"], false, false),
    ])
    func `a gateway is whom labels or a Gateway make one`(
        _ labels: [String: String], _ hosts: [String], _ isIngress: Bool, _ isEgress: Bool
    ) {
        let edge = workload("edge", labels: labels)
        let inventory = MeshInventory(
            workloads: [edge], serviceEntries: [.init(namespace: "pay", name: "bank", hosts: ["bank.example"])],
            gateways: [
                .init(namespace: "shop", name: "in", selector: ["istio": "my-gate"], hosts: hosts),
                .init(namespace: "shop", name: "nobody", selector: [:], hosts: ["*"]),
            ])

        #expect(inventory.isIngressGateway(edge) == isIngress)
        #expect(inventory.isEgressGateway(edge) == isEgress)
    }
}
