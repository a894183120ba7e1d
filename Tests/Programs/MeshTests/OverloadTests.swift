import Foundation
import Testing

extension EndToEnd {
    /// The real program with hardly a descriptor, beset by clients that connect and say nothing.
    @Suite("A proxy short of descriptors") struct ExhaustionTests {
        @Test func `it lives through more clients than it has descriptors, and serves the next`() throws {
            let directory = FileManager.default.temporaryDirectory
                .appendingPathComponent("meshtop-overload-\(UInt32.random(in: 0 ... .max))").path
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: directory) }
            try Self.bootstrap.write(toFile: "\(directory)/proxy.yaml", atomically: true, encoding: .utf8)
            // The hard limit, too: the proxy would raise the other.
            let proxy = try Companion(
                [
                    "sh", "-c", "ulimit -n 100; exec \"$0\" \"$@\"", try RunningMesh.path(of: "meshtop-proxy"),
                    "--config", "\(directory)/proxy.yaml", "--concurrency", "1",
                ], log: "\(directory)/proxy.log")
            defer { proxy.end() }
            try eventually("an answer", within: 20) { try fetch(Self.url, seconds: 1).output == "here" }

            let client = try run(Peer.python, ["-c", Self.client, Self.address, "8080", "300"])

            #expect(client.output == "served\n", "\(client.output) \(client.errors) \(proxy.said)")
            try eventually("an answer", within: 10) { try fetch(Self.url, seconds: 1).output == "here" }
            let metrics = try fetch("http://\(Self.address):15000/stats/prometheus").output
            #expect(metrics.contains("meshtop_downstream_connections_limit 25\n"))
            #expect(!metrics.contains("meshtop_downstream_connection_waits_total 0\n"))
        }

        private static let address = "127.0.8.30"
        private static let url = "http://\(address):8080/"

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

        private static let bootstrap = """
            node: {id: "sidecar~\(address)~web-v1.shop~shop.svc.cluster.local", cluster: web.shop}
            admin: {address: {socket_address: {address: \(address), port_value: 15000}}}
            static_resources:
              listeners:
              - name: web
                traffic_direction: OUTBOUND
                address: {socket_address: {address: \(address), port_value: 8080}}
                filter_chains:
                - filters:
                  - name: envoy.filters.network.http_connection_manager
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: web
                      route_config:
                        name: web
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes: [{match: {prefix: /}, direct_response: {status: 200, body: {inline_string: here}}}]
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
            """
    }
}
