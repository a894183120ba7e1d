import Foundation
import Testing

extension EndToEnd {
    /// Databases behind two sidecars: the bytes are theirs, and the mesh knows them, encrypts them and counts them.
    @Suite("Databases through two sidecars")
    struct DatabaseTests {
        @Test(.enabled(if: Peer.isUsable("redis-benchmark") && Peer.isUsable("redis-server"), "Redis is not installed"))
        func `redis-benchmark has every request answered`() throws {
            let mesh = try PeerMesh()
            defer { mesh.end() }
            let client = try startRedis(mesh)

            let result = try run(
                "redis-benchmark",
                client + ["-n", "3000", "-c", "20", "-P", "4", "-r", "100", "--csv", "-t", "ping,set,get,lrange_100"])

            #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
            let tests = result.output.split(separator: "\n").dropFirst().compactMap { $0.split(separator: "\"").first }
            #expect(tests.contains("SET") && tests.contains("GET") && tests.count >= 5, "\(result.output)")
            #expect(try run("redis-cli", client + ["dbsize"]).output == "101\n")
            try expectCounted(mesh, service: "cache", connections: 20)
        }

        @Test(.enabled(if: Peer.isUsable("redis-cli") && Peer.isUsable("redis-server"), "Redis is not installed"))
        func `who may not call any more is refused, and may again`() throws {
            let mesh = try PeerMesh()
            defer { mesh.end() }
            let client = try startRedis(mesh)

            try mesh.configure { $0.replacing("shop/sa/web", with: "shop/sa/other") }
            try eventually("a refusal", within: 20) { try run("redis-cli", client + ["ping"]).status != 0 }
            let refused = try run("redis-cli", client + ["set", "a", "1"])
            let counts = try mesh.sums("meshtop_authorization_decisions_total", #"result="denied""#)
            try mesh.configure { $0 }
            try eventually("an answer", within: 20) { try run("redis-cli", client + ["ping"]).output == "PONG\n" }

            #expect(refused.status != 0 && refused.errors.contains("closed"), "\(refused)")
            #expect(counts[1] >= 2)
            #expect(try run("redis-cli", client + ["get", "a"]).output == "\n")
        }

        /// - Returns: what its clients have to say.
        private func startRedis(_ mesh: PeerMesh) throws -> [String] {
            try mesh.start(
                "redis",
                [
                    "redis-server", "--bind", PeerMesh.servers, "--port", "7000", "--save", "", "--dir",
                    mesh.directory,
                ])
            let client = ["-h", PeerMesh.client, "-p", "6379"]
            try eventually("Redis", within: 20) { try run("redis-cli", client + ["ping"]).output == "PONG\n" }
            return client
        }

        @Test(.enabled(if: Peer.postgres != nil, "PostgreSQL is not installed"))
        func `pgbench has every transaction done`() throws {
            let mesh = try PeerMesh()
            defer { mesh.end() }
            let postgres = try #require(Peer.postgres)
            let data = "\(mesh.directory)/postgres"
            try FileManager.default.createDirectory(atPath: data, withIntermediateDirectories: true)
            // It refuses to run as root.
            var other: [String] = []
            if geteuid() == 0 {
                other = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]
                #expect(try run("chown", ["nobody:nogroup", data]).status == 0)
            }
            let made = try run(
                "env", other + ["\(postgres)/initdb", "-D", "\(data)/db", "-A", "trust", "-U", "postgres", "--no-sync"])
            #expect(made.status == 0, "\(made.errors)")
            // Who takes another user's place loses the promise to end with its parent, and gives it anew. In order, so that it
            // gives its shared memory back.
            try mesh.start(
                "postgres-server",
                other + [
                    "setpriv", "--pdeathsig", "INT", "\(postgres)/postgres", "-D", "\(data)/db", "-k", "", "-h",
                    PeerMesh.servers, "-p", "7001", "-F",
                ], endedBy: SIGINT)
            let client = ["-h", PeerMesh.client, "-p", "5432", "-U", "postgres"]
            try eventually("PostgreSQL", within: 20) {
                try run("\(postgres)/pg_isready", client).status == 0
            }

            let filled = try run("\(postgres)/pgbench", ["-i", "-q"] + client + ["postgres"])
            let mixed = try run("\(postgres)/pgbench", ["-c", "4", "-t", "100"] + client + ["postgres"])
            let reading = try run("\(postgres)/pgbench", ["-S", "-C", "-c", "4", "-t", "25"] + client + ["postgres"])

            #expect(filled.status == 0, "\(filled.errors)")
            for (result, count) in [(mixed, 400), (reading, 100)] {
                #expect(result.status == 0, "\(result.errors)")
                #expect(result.output.contains("actually processed: \(count)/\(count)\n"), "\(result.output)")
                #expect(result.output.contains("failed transactions: 0 "), "\(result.output)")
            }
            // One anew for each transaction of the last.
            try expectCounted(mesh, service: "bank", connections: 105)
        }

        /// Both sidecars know who speaks to what over mutual TLS, nobody was refused, and Prometheus can read all of it.
        private func expectCounted(_ mesh: PeerMesh, service: String, connections: Double) throws {
            let name = #"destination_service="\#(service).shop.svc.cluster.local""#
            let ends = [
                name, #"source_principal="spiffe://cluster.local/ns/shop/sa/web""#,
                #"destination_principal="spiffe://cluster.local/ns/shop/sa/data""#, #"response_flags="-""#,
            ]
            var opened: [Double] = []
            try eventually("the end of all connections in the metrics", within: 20) {
                opened = try mesh.sums("istio_tcp_connections_opened_total", ends[0], ends[1], ends[2], ends[3])
                let closed = try mesh.sums("istio_tcp_connections_closed_total", ends[0], ends[1], ends[2], ends[3])
                return opened == closed
            }
            #expect(opened.allSatisfy { $0 >= connections }, "\(opened)")
            #expect(try mesh.sums("istio_tcp_sent_bytes_total", name).allSatisfy { $0 > 10_000 })
            let secure = #"connection_security_policy="mutual_tls""#
            #expect(try mesh.sums("istio_tcp_connections_opened_total", name, ends[3], secure)[1] == opened[1])
            let decided = "meshtop_authorization_decisions_total"
            #expect(try mesh.sums(decided, #"result="allowed""#)[1] >= connections)
            #expect(try mesh.sums(decided, #"result="denied""#)[1] == 0)
            for page in try mesh.metrics() where Peer.isUsable("promtool") {
                let verdict = try run("promtool", ["check", "metrics"], input: page)
                #expect(verdict.status == 0 && verdict.errors.isEmpty && verdict.output.isEmpty, "\(verdict)")
            }
        }
    }
}
