import Foundation
import JSONWire
import Testing

extension EndToEnd {
    /// What the console is for: something is red, and a few keys later one reads which call it is.
    @Suite("A broken bank", .enabled(if: Peer.isUsable("tmux"), "tmux is not installed"))
    struct BrokenBankTests {
        private static let entry =
            "http://127.0.0.1:15010/apis/networking.istio.io/v1/namespaces/payments/serviceentries/bank"

        @Test func `three keys lead from the red edge to the span that failed`() throws {
            let mesh = try RunningMesh.running()
            let terminal = try TmuxTerminal(
                columns: 160, rows: 45,
                running: [try RunningMesh.path(of: "meshtop"), "--theme", "harbor", "--window", "10s"],
                log: "\(mesh.stateDirectory)/terminal.log")
            defer { terminal.end() }
            try terminal.await("the graph", #"payment v2"#)

            // Nobody listens there.
            try sendBank(to: "127.0.3.99")
            defer { try? sendBank(to: "127.0.3.1") }
            try eventually("failing payments on the graph", within: 30) { try isBankFailing(in: mesh) }
            try eventually("a failed payment among the traces", within: 15) { try hasFailedTrace(in: mesh) }

            try terminal.press("x")
            try terminal.await("the edge to the bank selected", #"✕ payment-service v1 → bank"#)
            try terminal.press("6")
            try terminal.await("its traces, what failed on top", #"errors▼[^\n]*\n[^\n]*✕ [1-9]"#)
            try terminal.press("Enter")
            try terminal.await("the call that failed", #"payment-service → bank.example ─"#)
            try terminal.await("why", #"(?m)failed"#)

            try terminal.press("q")
            try terminal.await("the shell again", #"left with 0"#)
        }

        /// Where the mesh believes the bank to be.
        private func sendBank(to address: String) throws {
            let patch = #"{"spec":{"endpoints":[{"address":"\#(address)"}]}}"#
            let result = try run(
                "curl",
                [
                    "-sS", "--fail", "--max-time", "5", "-X", "PATCH", "-H",
                    "content-type: application/merge-patch+json", "-d", patch, Self.entry,
                ])
            try #require(result.status == 0, "\(result.errors)")
        }

        private func isBankFailing(in mesh: RunningMesh) throws -> Bool {
            let result = try mesh.meshtop(["graph", "--once", "--window", "3s", "-o", "json"])
            guard result.status == 0 else { return false }
            let edges = try JSONValue(parsing: result.output)["edges"]?.array ?? []
            return edges.contains { edge in
                edge["target"]?.string?.contains("bank") == true && (edge["errorRatio"]?.double ?? 0) > 0.9
            }
        }

        private func hasFailedTrace(in mesh: RunningMesh) throws -> Bool {
            let result = try mesh.meshtop(["traces", "--service", "payment-service", "--errors", "-o", "json"])
            guard result.status == 0 else { return false }
            return !(try JSONValue(parsing: result.output)["traces"]?.array ?? []).isEmpty
        }
    }
}
