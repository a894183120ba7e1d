import Foundation
import Testing

extension EndToEnd {
    /// Applications that know nothing of the mesh, on two machines of network namespaces.
    @Suite("Intercepted connections", .enabled(if: InterceptedMesh.isPossible, "this needs root, ip and nft"))
    struct InterceptionTests {
        @Test func `go through both sidecars, and nobody's do without the rules`() throws {
            let mesh = try InterceptedMesh()
            defer { mesh.end() }
            try mesh.start("application", in: "data", [Peer.python, "-u", "-c", Self.application])
            try eventually("the application", within: 20) { try get(mesh, "http://10.77.0.3:9999/").hasPrefix("9999") }

            let none = try mesh.intercept("web", ["status"])
            #expect(none.output.hasPrefix("no connection is sent to a proxy"))
            for (name, address) in [("web", InterceptedMesh.web), ("data", InterceptedMesh.data)] {
                let up = try mesh.intercept(
                    name,
                    ["up", "--address", address, "--exclude-outbound-ports", "9998"]
                        + (name == "data" ? ["--exclude-inbound-ports", "15010,15012,15014"] : []))
                #expect(up.status == 0, "\(up.errors)")
            }
            #expect(try mesh.intercept("web", ["status", "-o", "json"]).output.contains("\"isIntercepted\": true"))

            // By its name, as any application would; HTTP, and then bytes.
            let answer = try get(mesh, "http://data.shop.svc.cluster.local/")
            #expect(answer.hasPrefix("8080 By=spiffe://cluster.local/ns/shop/sa/data;Hash="), "\(answer)")
            #expect(answer.contains("URI=spiffe://cluster.local/ns/shop/sa/web"))
            #expect(try mesh.inside("web", [Peer.python, "-c", Self.talk, "10.77.0.3", "6379"]).output == "olleh\n")
            try eventually("both in the metrics of data's sidecar", within: 10) {
                let page = try mesh.metrics("data")
                return ["istio_requests_total{", "istio_tcp_connections_opened_total{"].allSatisfy { family in
                    page.split(separator: "\n").contains { line in
                        line.hasPrefix(family) && line.contains(#"source_workload="web-v1""#)
                            && line.contains(#"connection_security_policy="mutual_tls""#)
                    }
                }
            }

            // What nobody has declared passes, unless the mesh forbids it; what is excluded always does.
            #expect(try get(mesh, "http://10.77.0.3:9999/").hasPrefix("9999"))
            #expect(try get(mesh, "http://unknown.example/").hasPrefix("80 "))
            try mesh.configure(Self.registryOnly)
            try eventually("an end of what is not declared", within: 20) {
                try get(mesh, "http://10.77.0.3:9999/").isEmpty
            }
            #expect(try get(mesh, "http://unknown.example/", "-w", "%{http_code}") == "502")
            #expect(try get(mesh, "http://10.77.0.3:9998/").hasPrefix("9998"))
            #expect(try get(mesh, "http://data.shop.svc.cluster.local/").hasPrefix("8080 By="))

            let down = try mesh.intercept("web", ["down"])
            #expect(down.status == 0, "\(down.errors)")
            #expect(try get(mesh, "http://10.77.0.3:9999/").hasPrefix("9999"))
            #expect(try mesh.intercept("web", ["status"]).output.hasPrefix("no connection"))
        }

        @Test func `that come back to the proxy end, and are counted`() throws {
            let mesh = try InterceptedMesh()
            defer { mesh.end() }
            // Another user's connections would pass: the proxy's own are sent back to it.
            let up = try mesh.intercept("web", ["up", "--address", InterceptedMesh.web, "--uid", "4711"])
            #expect(up.status == 0, "\(up.errors)")

            let direct = try mesh.inside("web", ["curl", "-s", "--max-time", "5", "http://10.77.0.2:15001/"])
            let looping = try mesh.inside("web", ["curl", "-s", "--max-time", "5", "http://10.77.0.3:9999/"])

            // 28 would be curl's own time.
            #expect(direct.status != 0 && direct.status != 28, "\(direct)")
            #expect(looping.status != 0 && looping.status != 28, "\(looping)")
            try eventually("both in the metrics", within: 10) {
                let line = try mesh.metrics("web").split(separator: "\n").first {
                    $0.hasPrefix("meshtop_redirection_loops_total ")
                }
                return (line?.split(separator: " ").last.flatMap { Int($0) } ?? 0) >= 2
            }
        }

        @Test func `are only sent by who may and says where`() throws {
            let program = try RunningMesh.path(of: "meshtop-proxy")

            let help = try run(program, ["intercept", "--help"])
            let wrong = try run(program, ["intercept", "sideways"])
            let nowhere = try run(program, ["intercept", "up"])

            #expect(help.status == 0 && help.output.contains("--exclude-outbound-ports"))
            #expect(wrong.status == 2 && wrong.errors.contains("expected up, down or status"))
            #expect(nowhere.status == 2 && nowhere.errors.contains("--address is missing"))
        }

        private func get(_ mesh: InterceptedMesh, _ url: String, _ words: String...) throws -> String {
            let names = ["data.shop.svc.cluster.local", "unknown.example"].flatMap {
                ["--resolve", "\($0):80:10.77.0.3"]
            }
            return try mesh.inside("web", ["curl", "-s", "--max-time", "5"] + names + words + [url]).output
        }

        private static let registryOnly = """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data: {mesh: "outboundTrafficPolicy: {mode: REGISTRY_ONLY}"}

            """

        private static let talk = """
            import socket, sys
            peer = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=10)
            peer.sendall(b"hello")
            peer.shutdown(socket.SHUT_WR)
            print(peer.recv(100).decode())
            """

        /// HTTP at ports declared and not, each of which says its own number and whose certificate came; and bytes, backwards.
        private static let application = """
            import http.server, socketserver, threading
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def do_GET(self):
                    body = "%d %s" % (self.server.server_port, self.headers.get("x-forwarded-client-cert"))
                    self.send_response(200)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body.encode())
            class Echo(socketserver.BaseRequestHandler):
                def handle(self):
                    said = b""
                    while True:
                        more = self.request.recv(100)
                        if not more: break
                        said += more
                    self.request.sendall(said[::-1])
            servers = [http.server.ThreadingHTTPServer(("0.0.0.0", port), Handler) for port in (80, 8080, 9998, 9999)]
            servers.append(socketserver.ThreadingTCPServer(("0.0.0.0", 7000), Echo))
            for server in servers[1:]: threading.Thread(target=server.serve_forever, daemon=True).start()
            servers[0].serve_forever()
            """
    }
}
