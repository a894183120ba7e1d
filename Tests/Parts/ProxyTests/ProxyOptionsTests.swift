import MeshModel
import Testing

@testable import Proxy

@Suite("Command line")
struct ProxyOptionsTests {
    private static let mesh = [
        "--node", "sidecar~127.0.1.9~payment-v1.payments~payments.svc.cluster.local", "--control", "127.0.0.1:15012",
        "--root-cert", "root.pem", "--state-dir", "state", "--workload-labels", "app=payment-service,version=v1",
    ]

    @Test func `a place in the mesh names its workload as Istio does`() throws {
        let options = try ProxyOptions(arguments: Self.mesh + ["--service-account=payment", "--concurrency", "2"])

        guard case .mesh(let mesh) = options.source else {
            Issue.record("not a mesh")
            return
        }
        #expect(mesh.workload.workload == "payment-v1")
        #expect(mesh.workload.app == "payment-service")
        #expect(mesh.workload.version == "v1")
        #expect(mesh.identity.description == "spiffe://cluster.local/ns/payments/sa/payment")
        #expect(options.concurrency == 2)
    }

    @Test(arguments: [
        (["--node"], "--node needs a value"),
        ([], "--node is missing (or --config FILE); see --help"),
        (["--nodes", "x"], "--nodes is not an option; see --help"),
        (["envoy.yaml"], "\"envoy.yaml\" is not an option; see --help"),
        (["--config", "a", "--config", "b"], "--config is given twice"),
        (["--config", "a", "--node", "b"], "--config stands alone; --node belong to a mesh"),
        (["--config", "a", "--concurrency", "0"], "--concurrency 0: expected a number from 1 to 256"),
        (["--config", "a", "--sample", "101"], "--sample 101: expected a percentage from 0 to 100"),
        (
            ["--node", "sidecar~1.2.3.4~payment"],
            "--node sidecar~1.2.3.4~payment: expected <sidecar|router>~<address>~<name>.<namespace>~<domain>"
        ),
    ])
    func `a wrong command line is told what is wrong`(arguments: [String], message: String) {
        #expect(throws: ProxyError.usage(message)) { try ProxyOptions(arguments: arguments) }
    }
}
