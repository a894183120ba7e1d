import Foundation
import Testing

extension EndToEnd {
    /// A minute at speed while everything changes that may change: nothing fails, and nothing grows.
    @Suite("Soak", .enabled(if: Peer.isUsable("hey") && Peer.isUsable("nginx"), "hey or nginx is not installed"))
    struct SoakTests {
        /// Programs that are not optimized get as much as they can carry.
        private static let rate =
            ProcessInfo.processInfo.environment["MESHTOP_SOAK_RATE"].flatMap { Int($0) } ?? 5_000
        private static let seconds = 60
        private static let workers = 50
        /// What a process may have more or less than when it was warm.
        private static let slack = 2 * 1024 * 1024

        /// What a process holds.
        private struct Holding: CustomStringConvertible {
            var memory: Int
            var descriptors: Int

            init(_ part: Companion) throws {
                let process = "/proc/\(part.identifier)"
                let status = try String(contentsOfFile: "\(process)/status", encoding: .utf8)
                let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
                memory = (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
                descriptors = try FileManager.default.contentsOfDirectory(atPath: "\(process)/fd").count
            }

            var description: String { "\(memory / 1024) kB, \(descriptors) descriptors" }
        }

        @Test func `certificates, weights, an endpoint and the proxy itself change, and no request fails`() throws {
            let mesh = try SoakMesh()
            defer { mesh.end() }
            let load = try Companion(
                [
                    "hey", "-z", "\(Self.seconds)s", "-c", "\(Self.workers)", "-q", "\(Self.rate / Self.workers)",
                    "-host", "data.shop", "http://\(SoakMesh.client):15001/",
                ], log: "\(mesh.directory)/hey.log", endedBy: SIGINT)
            defer { if load.process.isRunning { load.end() } }

            let begin = Clock.now
            var certificates: Set<String> = []
            var failures: Set<String> = []
            var warm: (server: Holding, client: Holding)?
            for second in 1..<Self.seconds {
                while Clock.now < begin + second * 1_000_000_000 { Clock.pause(milliseconds: 5) }
                try mesh.setWeights(second * 37 % 101, 100 - second * 37 % 101)
                if let end = try mesh.certificateEnd(SoakMesh.steady) { certificates.insert(end) }
                failures.formUnion(try mesh.failures())
                switch second % 5 {
                case 1: mesh.kill(try mesh.proxy(SoakMesh.mortal))
                case 3: try mesh.startProxy(SoakMesh.mortal)
                default: break
                }
                if second == 10 || second == 20 { try takeOver(in: mesh) }
                if second == 35 {
                    warm = (
                        try Holding(mesh.proxy(SoakMesh.steady)), try Holding(mesh.proxy(SoakMesh.client))
                    )
                }
            }
            let end = (
                server: try Holding(mesh.proxy(SoakMesh.steady)), client: try Holding(mesh.proxy(SoakMesh.client))
            )
            try eventually("the end of the load", within: 30) { !load.process.isRunning }

            let report = Report(load.said)
            let before = try #require(warm)
            print("soak: \(report.rate) requests/s, \(report.statuses), \(report.errors)")
            print("soak: server \(before.server) → \(end.server), client \(before.client) → \(end.client)")
            #expect(report.statuses.keys.sorted() == ["200"], "\(report.statuses), \(failures.sorted())")
            #expect(report.errors.isEmpty, "\(report.errors)")
            // How fast it was depends on the machine, and is printed; that it was a load does not.
            #expect(report.statuses["200"] ?? 0 > Self.rate * Self.seconds / 10)
            #expect(certificates.count >= 5, "\(certificates)")
            for (before, end) in [(before.server, end.server), (before.client, end.client)] {
                #expect(abs(end.memory - before.memory) <= Self.slack, "\(before) → \(end)")
            }
            // Connections come and go with the endpoint; those of the load are gone.
            try eventually("descriptors as before the load", within: 30) {
                let now = (
                    server: try Holding(mesh.proxy(SoakMesh.steady)),
                    client: try Holding(mesh.proxy(SoakMesh.client))
                )
                return now.server.descriptors <= before.server.descriptors
                    && now.client.descriptors <= before.client.descriptors - Self.workers / 2
            }
        }

        /// Starts the client's successor, and waits until its predecessor has ended.
        private func takeOver(in mesh: SoakMesh) throws {
            let old = try mesh.proxy(SoakMesh.client)
            try mesh.startProxy(SoakMesh.client, takingOver: true)
            try eventually("the predecessor's end", within: 8) { !old.process.isRunning }
        }

        /// What hey found.
        private struct Report {
            var rate = 0.0
            var statuses: [String: Int] = [:]
            /// As hey words them, with their number in front.
            var errors: [String] = []

            init(_ text: String) {
                var isError = false
                for line in text.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) {
                    if line.hasPrefix("Requests/sec:") { rate = Double(line.split(separator: "\t").last ?? "") ?? 0 }
                    if line.hasPrefix("Error distribution") {
                        isError = true
                    } else if isError, line.hasPrefix("[") {
                        errors.append(line)
                    } else if line.hasPrefix("["), line.hasSuffix("responses") {
                        let parts = line.split { "[]\t ".contains($0) }
                        statuses[String(parts.first ?? "")] = parts.dropFirst().first.flatMap { Int($0) }
                    }
                }
            }
        }
    }
}
