import MeshModel
import Quantities

@testable import Console

extension SampleMesh {
    private static func ago(_ seconds: Double) -> WallTime { start.advanced(by: .seconds(-seconds)) }

    private static func identity(_ name: String, _ namespace: String = "shop") -> String {
        "spiffe://cluster.local/ns/\(namespace)/sa/\(name)"
    }

    /// A control plane with a proxy that refused, one that is behind and one that is gone; with a certificate that was
    /// not renewed, and a workload that takes plain text.
    static var controlPlane: ControlPlaneReport {
        var report = ControlPlaneReport(address: "127.0.0.1:15010")
        report.answered = start
        report.version = "v1.36.0+meshtop"
        report.revision = 42
        let apps = [
            ("ingress-gateway-latest", "shop", 1), ("web-v1", "shop", 2), ("catalog-service-v1", "shop", 3),
            ("order-service-v1", "shop", 5), ("recommendation-service-v1", "shop", 8),
            ("payment-service-v1", "payments", 9), ("notification-service-v1", "payments", 11),
        ]
        report.proxies = apps.map { name, namespace, address in
            ProxyReport(
                name: "\(name).\(namespace)", namespace: namespace, address: "127.0.1.\(address)", isConnected: true,
                sync: .synced, revision: 42, connectedFor: .seconds(5_400))
        }
        report.proxies[2].revision = 41
        report.proxies[2].sync = .stale
        report.proxies[4].isConnected = false
        report.proxies.append(
            ProxyReport(
                name: "payment-service-v2.payments", namespace: "payments", address: "127.0.1.10", isConnected: true,
                sync: .stale, revision: 40, connectedFor: .seconds(75),
                refusal: .init(text: "route 15001: cluster bank is not known", ago: .seconds(12), isStanding: true)))
        func certificate(
            _ name: String, _ namespace: String = "shop", issued: Double, hours: Double = 24, _ serial: String,
            _ standing: CertificateReport.Standing = .current
        ) -> CertificateReport {
            CertificateReport(
                identity: standing == .root ? name : identity(name, namespace), serial: serial, issued: ago(issued),
                expires: ago(issued).advanced(by: .seconds(hours * 3_600)), standing: standing)
        }
        report.certificates = [
            certificate("web", issued: 86_400 - 900, "0a11"), certificate("order", issued: 63_000, "0a12"),
            certificate("payment", "payments", issued: 3_600, "0b21"),
            certificate("payment", "payments", issued: 50_000, "0b20", .replaced),
            certificate("catalog", issued: 7_200, "0c31"),
            certificate("CN=meshtop root", issued: 864_000, hours: 87_600, "01", .root),
        ].sorted { $0.expires < $1.expires }
        report.policies = [
            PolicyReport(namespace: "shop", workload: "web-v1", mode: "PERMISSIVE", policy: nil),
            PolicyReport(
                namespace: "shop", workload: "catalog-service-v1", mode: "STRICT", policy: "shop/default",
                exceptions: ["9090 DISABLE"]),
            PolicyReport(namespace: "payments", workload: "payment-service-v1", mode: "STRICT", policy: "mesh/default"),
            PolicyReport(
                namespace: "shop", workload: "legacy", mode: "STRICT", policy: "shop/default", hasProxy: false),
        ]
        return report
    }

    /// The mesh with plain text into web and half of catalog, identities on its edges, and targets of all kinds.
    static func secured(secondsLater: Int = 0) -> MeshSnapshot {
        var snapshot = snapshot(secondsLater: secondsLater)
        for index in snapshot.edges.indices {
            let (source, target) = (snapshot.edges[index].source, snapshot.edges[index].target)
            if target == id("web") { snapshot.edges[index].mtls = Ratio(0) }
            if target == id("catalog-service"), source == id("web") { snapshot.edges[index].mtls = Ratio(0.5) }
            func principals(_ id: MeshNode.ID) -> [String] {
                guard let node = snapshot.nodes.first(where: { $0.id == id }), let app = node.app else { return [] }
                // Two applications with one identity.
                return [identity(app.hasPrefix("order") ? "web" : app, node.namespace)]
            }
            snapshot.edges[index].sourcePrincipals = principals(source)
            snapshot.edges[index].targetPrincipals = principals(target)
        }
        for index in snapshot.targets.indices {
            snapshot.targets[index].formats = ["Istio"]
            snapshot.targets[index].reading.took = .milliseconds(2 + index)
            snapshot.targets[index].lastSuccess = snapshot.time
        }
        snapshot.targets[3].state = .down(reason: "connection refused")
        snapshot.targets[3].lastSuccess = ago(40)
        snapshot.targets[5].state = .pending
        snapshot.targets[5].lastSuccess = nil
        snapshot.targets[7].formats = []
        return snapshot
    }

    static let cost = ConsoleCost(
        span: .seconds(2), processor: 0.012, memory: 18_400_000, framesPerSecond: 1, bytesPerFrame: 410,
        bytesPerSecond: BytesPerSecond(410))
}

extension SampleMesh {
    /// Before payment v2 got traffic and failed, with every target up, and half of the traffic into web.
    static func earlier(_ seconds: Int) -> MeshSnapshot {
        var snapshot = snapshot(weights: (95, 5), secondsLater: seconds)
        for index in snapshot.nodes.indices {
            snapshot.nodes[index].health = .healthy
            if snapshot.nodes[index].app == "web" {
                snapshot.nodes[index].inbound?.rate = RequestsPerSecond(48)
            }
            if snapshot.nodes[index].id == id("payment-service", "v2") {
                snapshot.nodes[index].inbound?.errors = Ratio(0)
                snapshot.nodes[index].inbound?.latency = LatencyQuantiles(p50: 20, p95: 40, p99: 60)
            }
        }
        return snapshot
    }
}
