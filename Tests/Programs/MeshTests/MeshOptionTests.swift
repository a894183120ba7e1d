import Foundation
import JSONWire
import Testing

extension EndToEnd {
    /// What the ConfigMap `istio` says takes effect in proxies that run.
    @Suite("Options of the mesh") struct MeshOptionTests {
        @Test func `requests are logged, and an authorizer is asked, from when the ConfigMap says so`() throws {
            let mesh = try PeerMesh()
            defer { mesh.end() }
            let log = "\(mesh.directory)/access.log"
            try mesh.start("chat", [Peer.python, "-u", "-c", Self.application, PeerMesh.servers, "7002"])
            try mesh.start("checker", [Peer.python, "-u", "-c", Self.checker, PeerMesh.servers, "7003"])
            try eventually("the application's answer", within: 20) { try get("/open") == "200 application" }

            try mesh.configure { $0 + Self.options(log) }
            try eventually("the authorizer's refusal", within: 20) { try get("/guarded") == "403 checker" }
            let allowed = try get("/guarded", user: "ann")
            let open = try get("/open")

            #expect(allowed == "200 application for ann")
            #expect(open == "200 application")
            try eventually("a line of each end of every request", within: 10) {
                let lines = try Self.lines(of: log)
                return lines.filter { $0["path"] == "/open" }.count >= 2
                    && lines.contains { $0["details"] == "ext_authz_denied" && $0["code"] == 403 }
                    && lines.contains { $0["user"] == "ann" && $0["code"] == 200 }
            }
        }

        private static func lines(of log: String) throws -> [JSONValue] {
            guard let data = FileManager.default.contents(atPath: log) else { return [] }
            return try data.split(separator: 10).map { try JSONValue.parse(Array($0)) }
        }

        private func get(_ path: String, user: String = "") throws -> String {
            try run(
                "curl",
                [
                    "-s", "--max-time", "5", "-w", "%{http_code}", "-H", "host: chat.shop.svc.cluster.local", "-H",
                    "x-user: \(user)", "-o", "/dev/stderr", "http://\(PeerMesh.http)\(path)",
                ]
            ).statusAndBody
        }

        private static func options(_ log: String) -> String {
            """

            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: |
                accessLogFile: \(log)
                accessLogEncoding: JSON
                accessLogFormat: |
                  {"path": "%REQ(:PATH)%", "code": "%RESPONSE_CODE%", "details": "%RESPONSE_CODE_DETAILS%",
                   "user": "%REQ(X-USER)%"}
                extensionProviders:
                - name: checker
                  envoyExtAuthzHttp:
                    service: checker.shop.svc.cluster.local
                    port: 8000
                    includeRequestHeadersInCheck: [x-user]
                    headersToUpstreamOnAllow: [x-checked]
            ---
            apiVersion: security.istio.io/v1
            kind: AuthorizationPolicy
            metadata: {name: guarded, namespace: shop}
            spec:
              selector: {matchLabels: {app: data}}
              action: CUSTOM
              provider: {name: checker}
              rules: [{to: [{operation: {paths: [/guarded]}}]}]
            ---
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata: {name: checker, namespace: shop}
            spec:
              hosts: [checker.shop.svc.cluster.local]
              ports: [{number: 8000, name: http, protocol: HTTP}]
              location: MESH_EXTERNAL
              resolution: STATIC
              endpoints: [{address: \(PeerMesh.servers), ports: {http: 7003}}]

            """
        }

        private static let application = """
            import sys, http.server
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def do_GET(self):
                    user = self.headers.get("x-checked")
                    body = b"application" + (b" for " + user.encode() if user else b"")
                    self.send_response(200)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
            http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
            """

        private static let checker = """
            import sys, http.server
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def do_GET(self):
                    user = self.headers.get("x-user")
                    self.send_response(200 if user == "ann" else 403)
                    body = b"checker"
                    self.send_header("content-length", str(len(body)))
                    if user == "ann": self.send_header("x-checked", user)
                    self.end_headers()
                    self.wfile.write(body)
            http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
            """
    }
}

extension CommandResult {
    /// `200 the body`, of curl that writes the body to its errors and the status to its output.
    fileprivate var statusAndBody: String { "\(output) \(errors)" }
}
