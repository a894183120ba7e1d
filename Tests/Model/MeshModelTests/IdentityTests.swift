import MeshModel
import Quantities
import Testing

@Suite("Names and identities")
struct IdentityTests {
    @Test func `a SPIFFE identity prints what it was read from`() {
        let uri = "spiffe://cluster.local/ns/payments/sa/payment"

        let identity = SPIFFEIdentity(uri: uri)

        #expect(identity?.namespace == "payments")
        #expect(identity?.serviceAccount == "payment")
        #expect(identity?.description == uri)
    }

    @Test(arguments: [
        "", "spiffe://", "https://cluster.local/ns/a/sa/b", "spiffe://cluster.local/ns//sa/b",
        "spiffe://cluster.local/ns/a/sa/b/c", "spiffe://cluster.local/sa/b/ns/a", "spiffe:///ns/a/sa/b",
    ])
    func `what is not exactly of that form is no identity`(uri: String) {
        #expect(SPIFFEIdentity(uri: uri) == nil)
    }

    @Test func `a version is part of a node's name unless there is only one`() {
        func title(_ version: String) -> String {
            MeshNode(id: MeshNode.ID("n"), kind: .app, namespace: "shop", app: "web", version: version).title
        }

        #expect(title("v2") == "web v2")
        #expect(title("latest") == "web")
    }

    @Test func `health gets worse in Kiali's order`() {
        #expect(Health.allCases.sorted() == [.unknown, .healthy, .notReady, .degraded, .failure])
    }

    @Test func `weights add up, however large they are`() {
        let service = ServiceName(namespace: "payments", name: "payment-service")
        let split = TrafficSplit(
            service: service, owner: service, routeIndex: 0,
            shares: [.init(subset: "v1", weight: 90), .init(subset: "v2", weight: 10)], resourceVersion: "1")

        #expect(split.totalWeight == 100)
        #expect(service.host() == "payment-service.payments.svc.cluster.local")
    }
}
