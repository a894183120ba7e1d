import Foundation
import JSONWire
import Testing

extension EndToEnd {
    @Suite("Failures")
    struct FailureTests {
        @Test func `no request fails when the control plane is killed, and weights survive its restart`() throws {
            let mesh = try RunningMesh.running()
            let control = try mesh.processID(matching: ["meshtop-control"])
            let words = try #require(RunningMesh.commandLine(of: control))
            try eventually("all proxies connected", within: 5) { try connectedProxies() == RunningMesh.proxyCount }
            let before = try mesh.shopReport()

            kill(control, SIGKILL)
            try eventually("300 shoppers without a control plane", within: 20) {
                try mesh.shopReport().shoppers > before.shoppers + 300
            }
            let during = try mesh.shopReport()
            let restarted = try mesh.restart(words)
            try eventually("the control plane serving again", within: 5) { (try? connectedProxies()) != nil }
            let serving = Clock.now
            try eventually("all proxies connected again", within: 2) {
                (try? connectedProxies()) == RunningMesh.proxyCount
            }
            print("restarted control plane: all proxies back after \((Clock.now - serving) / 1_000_000) ms")

            let failed = during.failedShoppers - before.failedShoppers
            #expect(
                failed <= during.refusedPayments - before.refusedPayments, "requests failed without a control plane")
            #expect(try mesh.weights() == [90, 10])
            #expect(restarted.process.isRunning)
        }

        @Test func `a killed proxy takes only its own requests down, and the graph names it`() throws {
            let mesh = try RunningMesh.running()
            let proxy = try mesh.processID(matching: ["meshtop-proxy", "notification-v1.payments"])
            let words = try #require(RunningMesh.commandLine(of: proxy))
            let before = try mesh.shopReport()

            kill(proxy, SIGKILL)
            let result = try mesh.meshtop(["graph", "--once", "--window", "5s", "-o", "json"])
            let after = try mesh.shopReport()
            let restarted = try mesh.restart(words)
            try eventually("the proxy serving again", within: 5) {
                try fetch("http://127.0.1.11:15021/healthz/ready", seconds: 1).status == 0
            }

            // The notification is the one call that an order can do without, so no shopper may notice.
            let failed = after.failedShoppers - before.failedShoppers
            #expect(failed <= after.refusedPayments - before.refusedPayments, "requests beside its own failed")
            let graph = try JSONValue(parsing: result.output)
            let down = (graph["targets"]?.array ?? []).filter { $0["state"]?.string == "down" }
            #expect(down.compactMap { $0["address"]?.string } == ["127.0.1.11:15090"])
            let node = (graph["nodes"]?.array ?? []).first { $0["app"]?.string == "notification-service" }
            #expect(node?["trouble"]?.string != nil)
            #expect(restarted.process.isRunning)
        }

        @Test(arguments: [
            "printf 'garbage\\n\\377\\0'", "printf 'HTTP/1.1 200 OK\\r\\n\\r\\n{\"no\": metrics'", "sleep 60",
        ])
        func `a target that talks nonsense or nothing is named, with what is wrong`(answer: String) throws {
            let mesh = try RunningMesh.running()
            let address = "127.0.0.1:19291"
            let peer = try Companion(
                ["python3", "-c", Self.server, address, answer], log: "\(mesh.stateDirectory)/nonsense.log")
            defer { peer.end() }
            try eventually("the peer listening", within: 10) { peer.said.contains("listening") }

            let result = try mesh.meshtop(["edges", "--window", "2s", "--target", address])

            #expect(result.status == 1)
            #expect(result.errors.hasPrefix("meshtop: "), "\(result.errors)")
            #expect(result.errors.contains(address), "\(result.errors)")
            #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        }

        /// Listens on the first argument and gives every connection the output of the second, a shell command.
        private static let server = """
            import socket, subprocess, sys
            host, port = sys.argv[1].split(":")
            listener = socket.create_server((host, int(port)), reuse_port=True)
            print("listening", flush=True)
            while True:
                connection, _ = listener.accept()
                subprocess.Popen(["timeout", "10", "sh", "-c", sys.argv[2]], stdout=connection)
                connection.close()
            """

        private func connectedProxies() throws -> Int {
            let proxies = try fetchJSON("http://127.0.0.1:15010/debug/syncz", seconds: 1).array ?? []
            return proxies.filter { $0["connected"]?.bool == true }.count
        }
    }
}
