import Foundation
import Testing

extension EndToEnd {
    /// HTTPS that ends at a gateway, for two names with a certificate each; curl and openssl are the clients.
    @Suite("HTTPS at a gateway") struct GatewayTests {
        @Test func `each name has its certificate, and clients theirs where that is asked for`() throws {
            let mesh = try PeerMesh()
            defer { mesh.end() }
            let files = "\(mesh.directory)/certs"
            try Self.makeCertificates(in: files)
            try mesh.start("chat", [Peer.python, "-u", "-c", Self.application, PeerMesh.servers, "7002"])
            try mesh.configure { Self.configuration($0, files) }
            let token = "\(mesh.directory)/tokens/shop.ingress-v1.token"
            try eventually("the gateway's token", within: 20) { FileManager.default.fileExists(atPath: token) }
            try mesh.startRouter("ingress", Self.address)
            func get(_ name: String, _ words: String...) throws -> CommandResult {
                try run(
                    "curl",
                    [
                        "-s", "--max-time", "5", "--cacert", "\(files)/ca.pem", "--resolve",
                        "\(name):8443:\(Self.address)",
                    ] + words + ["https://\(name):8443/"])
            }

            try eventually("an answer", within: 20) { try get("a.example").status == 0 }
            let http2 = try get("a.example", "-w", " %{http_version}")
            let http1 = try get("a.example", "--http1.1", "-w", " %{http_version}")
            let nobody = try get("b.example")
            let known = try get("b.example", "--cert", "\(files)/client.pem", "--key", "\(files)/client.key")
            let unknown = try get("c.example")
            let old = try get(
                "b.example", "--tls-max", "1.2", "--cert", "\(files)/client.pem", "--key", "\(files)/client.key")

            #expect(http2.output == "https None 2", "\(http2)")
            #expect(http1.output == "https None 1.1", "\(http1)")
            #expect(nobody.status != 0 && nobody.output.isEmpty, "\(nobody)")
            #expect(known.output.hasPrefix("https Hash="), "\(known)")
            #expect(known.output.contains(#"Subject="CN=a client";URI=spiffe://shop/client"#), "\(known)")
            #expect(unknown.status == 35, "\(unknown)")
            #expect(old.status == 35, "\(old)")
        }

        @Test func `a certificate that is renewed is taken up by itself`() throws {
            let mesh = try PeerMesh()
            defer { mesh.end() }
            let files = "\(mesh.directory)/certs"
            try Self.makeCertificates(in: files)
            try mesh.configure { Self.configuration($0, files) }
            let token = "\(mesh.directory)/tokens/shop.ingress-v1.token"
            try eventually("the gateway's token", within: 20) { FileManager.default.fileExists(atPath: token) }
            try mesh.startRouter("ingress", Self.address)
            func serial() throws -> String {
                try run(
                    "sh",
                    [
                        "-c",
                        "openssl s_client -connect \(Self.address):8443 -servername a.example </dev/null 2>/dev/null"
                            + " | openssl x509 -noout -serial",
                    ]
                ).output
            }
            try eventually("a certificate", within: 20) { try serial().hasPrefix("serial=") }
            let before = try serial()

            try Self.makeCertificates(in: files)

            try eventually("the new certificate", within: 20) {
                let now = try serial()
                return now.hasPrefix("serial=") && now != before
            }
        }

        private static let address = "127.0.8.6"

        /// An authority, certificates of a.example and b.example, and a client's.
        private static func makeCertificates(in directory: String) throws {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let script = """
                set -e; cd '\(directory)'; ec='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2'
                openssl req -x509 $ec -subj '/CN=test authority' -keyout ca.key -out ca.pem
                make() {
                    openssl req $ec -subj "$2" -keyout $1.new.key -out $1.csr
                    printf 'subjectAltName=%s' "$3" >$1.ext
                    openssl x509 -req -in $1.csr -CA ca.pem -CAkey ca.key -set_serial $(date +%s%N) -extfile $1.ext \
                        -days 2 -out $1.new.pem
                    mv $1.new.key $1.key; mv $1.new.pem $1.pem
                }
                make a '/CN=a' DNS:a.example
                make b '/CN=b' DNS:b.example
                make client '/CN=a client' URI:spiffe://shop/client
                """
            let result = try run("sh", ["-c", script])
            guard result.status == 0 else { throw MeshTestFailure("openssl: \(result.errors)") }
        }

        private static func configuration(_ mesh: String, _ files: String) -> String {
            mesh.replacing("cluster.local/ns/shop/sa/web]", with: "cluster.local/ns/shop/sa/ingress]") + """

                ---
                apiVersion: networking.istio.io/v1
                kind: WorkloadEntry
                metadata: {name: ingress-v1, namespace: shop}
                spec: {address: \(address), serviceAccount: ingress, labels: {app: ingress, version: v1}}
                ---
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: ingress, namespace: shop}
                spec:
                  selector: {app: ingress}
                  servers:
                  - port: {number: 8443, name: a, protocol: HTTPS}
                    hosts: [a.example]
                    tls: {mode: SIMPLE, serverCertificate: \(files)/a.pem, privateKey: \(files)/a.key}
                  - port: {number: 8443, name: b, protocol: HTTPS}
                    hosts: [b.example]
                    tls:
                      mode: MUTUAL
                      serverCertificate: \(files)/b.pem
                      privateKey: \(files)/b.key
                      caCertificates: \(files)/ca.pem
                      minProtocolVersion: TLSV1_3
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: ingress, namespace: shop}
                spec:
                  hosts: [a.example, b.example]
                  gateways: [ingress]
                  http: [{route: [{destination: {host: chat, port: {number: 80}}}]}]

                """
        }

        /// Says how it was asked, and with whose certificate: the part of the list that the gateway wrote.
        private static let application = """
            import sys, http.server
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def do_GET(self):
                    told = self.headers.get("x-forwarded-client-cert", "").split(",")
                    body = "%s %s" % (self.headers.get("x-forwarded-proto"), told[0] if len(told) > 1 else None)
                    self.send_response(200)
                    self.send_header("content-length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body.encode())
            http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
            """
    }
}
