import Foundation
import Testing

extension EndToEnd {
    /// The real program with hardly a descriptor, beset by clients that connect and say nothing.
    @Suite("A proxy short of descriptors") struct ExhaustionTests {
        @Test func `it lives through more clients than it has descriptors, and serves the next`() throws {
            let proxy = try StaticProxy(at: Self.address, descriptors: 100)
            defer { proxy.end() }

            let client = try run(Peer.python, ["-c", Self.client, Self.address, "8080", "300"])

            #expect(client.output == "served\n", "\(client.output) \(client.errors) \(proxy.process.said)")
            try eventually("an answer", within: 10) { try fetch(proxy.url, seconds: 1).output == "here" }
            let metrics = try fetch(proxy.admin("/stats/prometheus")).output
            #expect(metrics.contains("meshtop_downstream_connections_limit 25\n"))
            #expect(!metrics.contains("meshtop_downstream_connection_waits_total 0\n"))
        }

        private static let address = "127.0.8.30"

        /// Connects again and again, then speaks on the first connection, which was accepted.
        private static let client = """
            import socket, sys
            peers = []
            for _ in range(int(sys.argv[3])):
                peer = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=10)
                peers.append(peer)
            peers[0].sendall(b"GET / HTTP/1.1\\r\\nhost: a\\r\\n\\r\\n")
            print("served" if peers[0].recv(4096).startswith(b"HTTP/1.1 200") else "no")
            """
    }
}
