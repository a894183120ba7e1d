import Foundation
import Testing

/// A mesh of two workloads whose applications are real programs, for one test: a control plane, a sidecar before the
/// client and one before the servers. All between the two is mutual TLS, and only the client may call.
///
///     client ─→ web's sidecar ══ mutual TLS ══→ data's sidecar ─→ Redis, PostgreSQL, a WebSocket or a gRPC server
///
/// It has addresses of its own beside those of the demo.
final class PeerMesh {
    /// Where the servers listen, each at its own port.
    static let servers = "127.0.8.4"
    /// Where clients find TCP services, each at its port, and HTTP at ``http``.
    static let client = "127.0.8.2"
    static let http = "127.0.8.2:15001"
    static let receiver = "127.0.8.5:4318"
    private static let control = "127.0.8.1"
    private static let server = "127.0.8.3"

    let directory: String
    private var parts: [Companion] = []

    init() throws {
        directory =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("meshtop-peers-\(UInt32.random(in: 0 ... .max))").path
        for name in ["mesh", "tokens", "control", "web", "data"] {
            try FileManager.default.createDirectory(
                atPath: "\(directory)/\(name)", withIntermediateDirectories: true)
        }
        try configure { $0 }
        try start(
            "control-plane",
            [
                try RunningMesh.path(of: "meshtop-control"), "--config-dir", "\(directory)/mesh", "--state-dir",
                "\(directory)/control", "--token-dir", "\(directory)/tokens", "--listen", Self.control,
            ])
        try answers("http://\(Self.control):15014/ready")
        try startProxy("web", Self.client)
        try startProxy("data", Self.server)
        try answers("http://\(Self.client):15021/healthz/ready")
        try answers("http://\(Self.server):15021/healthz/ready")
    }

    /// Changes the configuration from what it is at first; the control plane sees it by itself.
    func configure(_ change: (String) -> String) throws {
        try change(Self.configuration).write(
            toFile: "\(directory)/mesh/mesh.yaml", atomically: true, encoding: .utf8)
    }

    /// Starts a program that ends with the mesh.
    @discardableResult
    func start(_ name: String, _ words: [String], endedBy signal: Int32 = SIGKILL) throws -> Companion {
        let part = try Companion(words, log: "\(directory)/\(name).log", endedBy: signal)
        parts.append(part)
        return part
    }

    func end() {
        for part in parts.reversed() { part.end() }
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// Both sidecars' metrics, the client's first.
    func metrics() throws -> [String] {
        try [Self.client, Self.server].map { try fetch("http://\($0):15090/stats/prometheus").output }
    }

    /// The sum of a metric's series whose labels hold all of `labels`, of each sidecar.
    func sums(_ metric: String, _ labels: String...) throws -> [Double] {
        try metrics().map { page in
            page.split(separator: "\n").filter { line in
                line.hasPrefix("\(metric){") && labels.allSatisfy { line.contains($0) }
            }.reduce(0) { $0 + ($1.split(separator: " ").last.flatMap { Double($0) } ?? 0) }
        }
    }

    /// Starts a gateway's proxy, whose WorkloadEntry is `NAME-v1`.
    func startRouter(_ name: String, _ address: String) throws {
        try FileManager.default.createDirectory(atPath: "\(directory)/\(name)", withIntermediateDirectories: true)
        try startProxy(name, address, kind: "router")
        try answers("http://\(address):15021/healthz/ready")
    }

    private func startProxy(_ name: String, _ address: String, kind: String = "sidecar") throws {
        try start(
            name,
            [
                try RunningMesh.path(of: "meshtop-proxy"), "--node",
                "\(kind)~\(address)~\(name)-v1.shop~shop.svc.cluster.local", "--workload-labels",
                "app=\(name),version=v1", "--service-account", name, "--app-address", Self.servers, "--control",
                "\(Self.control):15012", "--root-cert", "\(directory)/control/root-cert.pem", "--token-file",
                "\(directory)/tokens/shop.\(name)-v1.token", "--state-dir", "\(directory)/\(name)", "--otlp",
                Self.receiver, "--concurrency", "1",
            ])
    }

    private func answers(_ url: String) throws {
        try eventually("an answer of \(url)", within: 20) { try fetch(url, seconds: 1).status == 0 }
    }

    private static let configuration = """
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: istio-system}
        spec: {mtls: {mode: STRICT}}
        ---
        apiVersion: security.istio.io/v1
        kind: AuthorizationPolicy
        metadata: {name: only-web, namespace: shop}
        spec:
          selector: {matchLabels: {app: data}}
          rules: [{from: [{source: {principals: [cluster.local/ns/shop/sa/web]}}]}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: cache, namespace: shop}
        spec: {selector: {app: data}, ports: [{name: tcp-redis, port: 6379, targetPort: 7000}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: bank, namespace: shop}
        spec: {selector: {app: data}, ports: [{name: tcp-postgres, port: 5432, targetPort: 7001}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: chat, namespace: shop}
        spec: {selector: {app: data}, ports: [{name: http, port: 80, targetPort: 7002}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: echo, namespace: shop}
        spec: {selector: {app: data}, ports: [{name: grpc, port: 9000, targetPort: 7003}]}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: web-v1, namespace: shop}
        spec: {address: \(client), serviceAccount: web, labels: {app: web, version: v1}}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: data-v1, namespace: shop}
        spec:
          address: \(server)
          serviceAccount: data
          ports: {tcp-redis: 7000, tcp-postgres: 7001, http: 7002, grpc: 7003}
          labels: {app: data, version: v1}
        """
}
