import MeshConfig

/// Istio's names for what it configures; dashboards and people know them.
enum ResourceNames {
    static let outboundPort: UInt16 = 15001
    static let outboundRoutes = "15001"
    static let inboundPort: UInt16 = 15006
    /// Where connections go on that nobody knows.
    static let passthrough = "PassthroughCluster"
    static let inboundPassthrough = "InboundPassthroughCluster"
    /// Where they end.
    static let blackHole = "BlackHoleCluster"

    /// `outbound|80|v1|payment-service.payments.svc.cluster.local`; an empty subset is the whole service.
    static func outboundCluster(host: String, port: UInt16, subset: String = "") -> String {
        "outbound|\(port)|\(subset)|\(host)"
    }

    /// `inbound|8080||`.
    static func inboundCluster(port: UInt16) -> String { "inbound|\(port)||" }

    /// What the client names in the handshake: `outbound_.80_.v1_.payment-service.payments.svc.cluster.local`.
    static func serverName(host: String, port: UInt16, subset: String) -> String {
        "outbound_.\(port)_.\(subset)_.\(host)"
    }

    /// What sidecars agree on by ALPN where a connection between them carries bytes.
    static let connectionProtocols = ["istio"]

    /// What a sidecar offers another by ALPN for the connections of a port.
    static func protocols(of port: PortProtocol) -> [String] {
        switch port {
        case .http: ["http/1.1"]
        case .http2: ["h2"]
        case .tcp, .tls: connectionProtocols
        }
    }

    static func gatewayRoutes(port: UInt16) -> String { "http.\(port)" }
}
