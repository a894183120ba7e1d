import Foundation
import Testing

/// A mesh of two network namespaces, as two machines: whose applications know nothing of it, as nftables sends their
/// connections to their sidecars. Made for one test, and gone with it.
///
///     web's namespace, 10.77.0.2 ─ veth ─ data's namespace, 10.77.0.3, with the control plane
final class InterceptedMesh {
    static let isPossible = geteuid() == 0 && Peer.isUsable("nft") && Peer.isUsable("ip")
    static let web = "10.77.0.2"
    static let data = "10.77.0.3"
    /// The user that sidecars run as.
    private static let user = "1337"

    let directory: String
    private let names: [String: String]
    private var parts: [Companion] = []

    init() throws {
        let tag = UInt16.random(in: 0 ... .max)
        names = ["web": "meshtop-web-\(tag)", "data": "meshtop-data-\(tag)"]
        directory = "/tmp/meshtop-intercepted-\(tag)"
        for name in ["mesh", "tokens", "control", "web", "data"] {
            try FileManager.default.createDirectory(
                atPath: "\(directory)/\(name)", withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o777])
        }
        try configure("")
        try makeNetwork()
        try start(
            "control", in: "data",
            [
                try RunningMesh.path(of: "meshtop-control"), "--config-dir", "\(directory)/mesh", "--state-dir",
                "\(directory)/control", "--token-dir", "\(directory)/tokens", "--listen", Self.data,
            ])
        try eventually("the control plane", within: 20) {
            try inside("data", ["curl", "-sf", "http://\(Self.data):15014/ready"]).status == 0
        }
        _ = try run("chmod", ["-R", "a+rX", "\(directory)/tokens", "\(directory)/control"])
        for (name, address) in [("web", Self.web), ("data", Self.data)] { try startProxy(name, address) }
    }

    /// - Parameter further: objects besides those that are always there.
    func configure(_ further: String) throws {
        try (Self.configuration + further).write(
            toFile: "\(directory)/mesh/mesh.yaml", atomically: true, encoding: .utf8)
    }

    @discardableResult
    func start(_ name: String, in namespace: String, _ words: [String]) throws -> Companion {
        let part = try Companion(
            ["ip", "netns", "exec", names[namespace] ?? ""] + words, log: "\(directory)/\(name).log")
        parts.append(part)
        return part
    }

    /// Runs a program in a namespace, to its end.
    func inside(_ namespace: String, _ words: [String]) throws -> CommandResult {
        try run("ip", ["netns", "exec", names[namespace] ?? ""] + words)
    }

    /// `meshtop-proxy intercept`.
    func intercept(_ namespace: String, _ words: [String]) throws -> CommandResult {
        try inside(namespace, [try RunningMesh.path(of: "meshtop-proxy"), "intercept"] + words)
    }

    func metrics(_ namespace: String) throws -> String {
        let address = namespace == "web" ? Self.web : Self.data
        return try inside(namespace, ["curl", "-s", "http://\(address):15090/stats/prometheus"]).output
    }

    func end() {
        for part in parts.reversed() { part.end() }
        for name in names.values { _ = try? run("ip", ["netns", "del", name]) }
        try? FileManager.default.removeItem(atPath: directory)
    }

    // MARK: Making

    private func makeNetwork() throws {
        let (web, data) = (names["web"] ?? "", names["data"] ?? "")
        for words in [
            ["netns", "add", web], ["netns", "add", data],
            ["-n", web, "link", "add", "veth0", "type", "veth", "peer", "name", "veth0", "netns", data],
            ["-n", web, "addr", "add", "\(Self.web)/24", "dev", "veth0"],
            ["-n", data, "addr", "add", "\(Self.data)/24", "dev", "veth0"],
        ]
            + [web, data].flatMap({
                [["-n", $0, "link", "set", "lo", "up"], ["-n", $0, "link", "set", "veth0", "up"]]
            })
        {
            let result = try run("ip", words)
            guard result.status == 0 else {
                throw MeshTestFailure("ip \(words.joined(separator: " ")): \(result.errors)")
            }
        }
    }

    private func startProxy(_ name: String, _ address: String) throws {
        // A program of the tests' own folder may be where another user may not look.
        let program = "\(directory)/meshtop-proxy"
        if !FileManager.default.fileExists(atPath: program) {
            try FileManager.default.copyItem(atPath: try RunningMesh.path(of: "meshtop-proxy"), toPath: program)
        }
        try start(
            name, in: name,
            [
                "setpriv", "--reuid", Self.user, "--regid", Self.user, "--clear-groups", program, "--node",
                "sidecar~\(address)~\(name)-v1.shop~shop.svc.cluster.local", "--workload-labels",
                "app=\(name),version=v1", "--service-account", name, "--control", "\(Self.data):15012",
                "--root-cert", "\(directory)/control/root-cert.pem", "--token-file",
                "\(directory)/tokens/shop.\(name)-v1.token", "--state-dir", "\(directory)/\(name)", "--concurrency",
                "1", "--intercepted",
            ])
        try eventually("\(name)'s sidecar", within: 20) {
            try inside(name, ["curl", "-sf", "http://\(address):15021/healthz/ready"]).status == 0
        }
    }

    private static let configuration = """
        apiVersion: v1
        kind: Service
        metadata: {name: data, namespace: shop}
        spec:
          selector: {app: data}
          ports: [{name: http, port: 80, targetPort: 8080}, {name: tcp, port: 6379, targetPort: 7000}]
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: web-v1, namespace: shop}
        spec: {address: \(web), serviceAccount: web, labels: {app: web, version: v1}}
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: data-v1, namespace: shop}
        spec:
          address: \(data)
          serviceAccount: data
          ports: {http: 8080, tcp: 7000}
          labels: {app: data, version: v1}

        """
}
