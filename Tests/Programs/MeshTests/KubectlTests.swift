import JSONWire
import Testing

extension EndToEnd {
    /// kubectl, as anybody has it, changes the canary through the control plane.
    @Suite("kubectl", .enabled(if: Peer.hasKubectl, "kubectl is not in MESHTOP_PEERS"))
    struct KubectlTests {
        @Test func `it lists, reads and patches a virtual service`() throws {
            let mesh = try RunningMesh.running()

            let list = try kubectl(["get", "virtualservices", "-A"], in: mesh)
            let patch = try kubectl(["patch", "--type=merge", "-p", Self.patch(70, 30)] + Self.canary, in: mesh)
            let weights = try mesh.weights()
            let back = try kubectl(["patch", "--type=merge", "-p", Self.patch(90, 10)] + Self.canary, in: mesh)

            #expect(list.status == 0, "\(list.errors)")
            #expect(list.output.contains("payment-service"))
            #expect(patch.status == 0, "\(patch.errors)")
            #expect(weights == [70, 30])
            #expect(back.status == 0, "\(back.errors)")
            #expect(try mesh.weights() == [90, 10])
        }

        @Test func `what does not exist is said as Kubernetes says it`() throws {
            let mesh = try RunningMesh.running()

            let result = try kubectl(["get", "virtualservice", "nobody", "-n", "payments"], in: mesh)

            #expect(result.status == 1)
            #expect(result.errors.contains("NotFound"), "\(result.errors)")
        }

        private static let canary = ["virtualservice", "payment-service", "-n", "payments"]

        /// A merge patch that sets both weights; lists are replaced whole.
        private static func patch(_ v1: Int, _ v2: Int) -> String {
            func route(_ subset: String, _ weight: Int) -> String {
                #"{"destination": {"host": "payment-service", "subset": "\#(subset)"}, "weight": \#(weight)}"#
            }
            return #"{"spec": {"http": [{"route": [\#(route("v1", v1)), \#(route("v2", v2))]}]}}"#
        }

        private func kubectl(_ words: [String], in mesh: RunningMesh) throws -> CommandResult {
            try run(
                "env",
                [
                    "HOME=\(mesh.stateDirectory)", "KUBECONFIG=/dev/null", Peer.kubectl, "-s", "http://127.0.0.1:15010",
                    "--request-timeout=10s",
                ] + words)
        }
    }
}
