import Foundation
import JSONWire
import Testing

extension EndToEnd {
    @Suite("Takeover")
    struct TakeoverTests {
        @Test(arguments: ["web-v1.shop", "order-v1.shop"])
        func `a proxy's successor takes its place under load, and no request fails`(workload: String) throws {
            let mesh = try RunningMesh.running()
            let proxy = try mesh.processID(matching: ["meshtop-proxy", workload])
            let commandLine = try #require(RunningMesh.commandLine(of: proxy))
            let before = try mesh.shopReport()

            let successor = try mesh.restart(commandLine + ["--takeover"])
            try eventually("the old proxy to end", within: 30) { RunningMesh.commandLine(of: proxy) == nil }
            let ended = try mesh.shopReport()
            try eventually("300 shoppers more", within: 20) {
                try mesh.shopReport().shoppers > ended.shoppers + 300
            }
            let after = try mesh.shopReport()

            let failed = after.failedShoppers - before.failedShoppers
            #expect(failed <= after.refusedPayments - before.refusedPayments, "requests failed")
            #expect(successor.process.isRunning)
            try eventually("all proxies connected", within: 5) {
                let proxies = try fetchJSON("http://127.0.0.1:15010/debug/syncz", seconds: 1).array ?? []
                return proxies.filter { $0["connected"]?.bool == true }.count == RunningMesh.proxyCount
            }
        }
    }
}
