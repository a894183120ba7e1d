import Foundation
import Testing

/// A small mesh that is kept in motion: certificates live for twenty seconds, so that they are renewed every ten, and
/// one endpoint can be killed and started again.
///
///     hey ─→ web's sidecar ══ mutual TLS ══→ data's sidecars v1 (two of them) and v2 ─→ nginx
///
/// It has addresses of its own beside those of the demo.
final class SoakMesh {
    static let client = "127.0.10.2"
    static let steady = "127.0.10.3"
    static let mortal = "127.0.10.4"
    static let second = "127.0.10.5"
    private static let control = "127.0.10.1"
    private static let backend = "127.0.10.9"
    private static let ports = [steady: 7001, mortal: 7002, second: 7003]

    let directory: String
    private var parts: [Companion] = []

    init() throws {
        directory =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("meshtop-soak-\(UInt32.random(in: 0 ... .max))").path
        for name in ["mesh", "tokens", "control", "nginx"] + [Self.client, Self.steady, Self.mortal, Self.second] {
            try FileManager.default.createDirectory(
                atPath: "\(directory)/\(name)", withIntermediateDirectories: true)
        }
        try Self.configuration.write(toFile: "\(directory)/mesh/mesh.yaml", atomically: true, encoding: .utf8)
        try startBackend()
        try start(
            "control-plane",
            [
                try RunningMesh.path(of: "meshtop-control"), "--config-dir", "\(directory)/mesh", "--state-dir",
                "\(directory)/control", "--token-dir", "\(directory)/tokens", "--listen", Self.control,
                "--certificate-lifetime", "20s",
            ])
        try answers("http://\(Self.control):15014/ready")
        for address in [Self.steady, Self.mortal, Self.second, Self.client] { try startProxy(address) }
        for address in [Self.steady, Self.mortal, Self.second, Self.client] { try isReady(address) }
        try answers("http://\(Self.client):15001/", host: "data.shop")
    }

    func end() {
        for part in parts.reversed() { part.end() }
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Starts the sidecar at an address, or its successor.
    @discardableResult
    func startProxy(_ address: String, takingOver: Bool = false) throws -> Companion {
        let app = address == Self.client ? "web" : "data"
        let version = address == Self.second ? "v2" : "v1"
        let name = Self.name(of: address)
        return try start(
            "\(name)-\(parts.count)",
            [
                try RunningMesh.path(of: "meshtop-proxy"), "--node",
                "sidecar~\(address)~\(name).shop~shop.svc.cluster.local", "--workload-labels",
                "app=\(app),version=\(version)", "--service-account", app, "--app-address", Self.backend, "--control",
                "\(Self.control):15012", "--root-cert", "\(directory)/control/root-cert.pem", "--token-file",
                "\(directory)/tokens/shop.\(name).token", "--state-dir", "\(directory)/\(address)", "--concurrency",
                "1",
            ] + (takingOver ? ["--takeover"] : []))
    }

    func isReady(_ address: String) throws { try answers("http://\(address):15021/healthz/ready") }

    /// Kills the process of an address without a warning.
    func kill(_ part: Companion) {
        part.end()
        parts.removeAll { $0.identifier == part.identifier }
    }

    /// The process that serves an address now: the one started last.
    func proxy(_ address: String) throws -> Companion {
        let name = Self.name(of: address)
        let found = parts.last { part in
            RunningMesh.commandLine(of: part.identifier)?.contains { $0.contains("~\(name).shop~") } == true
        }
        return try #require(found)
    }

    /// Moves the weights as a person would.
    func setWeights(_ first: Int, _ second: Int) throws {
        let result = try run(
            try RunningMesh.path(of: "meshtop"),
            [
                "weights", "data", "v1=\(first)", "v2=\(second)", "--yes", "--control", "\(Self.control):15010",
            ])
        try #require(result.status == 0, "\(result.errors)")
    }

    /// When the certificate of an address ends.
    func certificateEnd(_ address: String) throws -> String? {
        try fetch("http://\(address):15090/stats/prometheus").output.split(separator: "\n")
            .first { $0.hasPrefix("meshtop_certificate_expiry_timestamp_seconds") }
            .flatMap { $0.split(separator: " ").last.map(String.init) }
    }

    /// What the proxies that stay say of answers that are not 200: reporter, code, flags and by whom.
    func failures() throws -> [String] {
        try [Self.client, Self.steady, Self.second].flatMap { address in
            let lines = try fetch("http://\(address):15090/stats/prometheus").output.split(separator: "\n")
            return lines.filter { $0.hasPrefix("istio_requests_total{") && !$0.contains("response_code=\"200\"") }
                .map { line in
                    let labels = ["reporter", "destination_workload", "response_code", "response_flags"].map { name in
                        line.firstRange(of: "\(name)=\"").map { range in
                            String(line[range.upperBound...].prefix { $0 != "\"" })
                        } ?? ""
                    }
                    return "\(address) " + labels.joined(separator: " ")
                }
        }
    }

    @discardableResult
    private func start(_ name: String, _ words: [String]) throws -> Companion {
        let part = try Companion(words, log: "\(directory)/\(name).log")
        parts.append(part)
        return part
    }

    private func answers(_ url: String, host: String? = nil) throws {
        let header = host.map { ["-H", "host: \($0)"] } ?? []
        try eventually("an answer of \(url)", within: 20) {
            try run("curl", ["-sS", "--fail", "--max-time", "1", url] + header).status == 0
        }
    }

    private func startBackend() throws {
        let servers = Self.ports.values.sorted().map { port in
            "server { listen \(Self.backend):\(port); location / { return 200 'fine'; } }"
        }
        try """
        worker_processes 1;
        pid \(directory)/nginx/pid;
        error_log \(directory)/nginx/errors;
        events { worker_connections 4096; }
        http {
          access_log off;
          keepalive_requests 1000000;
          client_body_temp_path \(directory)/nginx/body;
          proxy_temp_path \(directory)/nginx/proxy;
          fastcgi_temp_path \(directory)/nginx/fastcgi;
          uwsgi_temp_path \(directory)/nginx/uwsgi;
          scgi_temp_path \(directory)/nginx/scgi;
          \(servers.joined(separator: "\n  "))
        }
        """.write(toFile: "\(directory)/nginx.conf", atomically: true, encoding: .utf8)
        try start("nginx", ["nginx", "-c", "\(directory)/nginx.conf", "-g", "daemon off; master_process off;"])
    }

    private static func name(of address: String) -> String {
        switch address {
        case client: "web"
        case steady: "data-a"
        case mortal: "data-b"
        default: "data-c"
        }
    }

    private static let configuration = """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: istio-system}
        spec: {mtls: {mode: STRICT}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: data, namespace: shop}
        spec: {selector: {app: data}, ports: [{name: http, port: 80, targetPort: http}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: {name: data, namespace: shop}
        spec:
          host: data
          subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: data, namespace: shop}
        spec:
          hosts: [data]
          http:
          - retries: {attempts: 10, perTryTimeout: 5s, retryOn: "connect-failure,refused-stream,reset,gateway-error"}
            route:
            - {destination: {host: data, subset: v1}, weight: 50}
            - {destination: {host: data, subset: v2}, weight: 50}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: web, namespace: shop}
        spec: {address: \(client), serviceAccount: web, labels: {app: web, version: v1}}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: data-a, namespace: shop}
        spec: {address: \(steady), serviceAccount: data, ports: {http: 7001}, labels: {app: data, version: v1}}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: data-b, namespace: shop}
        spec: {address: \(mortal), serviceAccount: data, ports: {http: 7002}, labels: {app: data, version: v1}}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: data-c, namespace: shop}
        spec: {address: \(second), serviceAccount: data, ports: {http: 7003}, labels: {app: data, version: v2}}
        """
}
