import JSONWire
import YAMLWire

/// What a workload says of its own proxy, as YAML in the annotation `proxy.istio.io/config`: Istio's `ProxyConfig`, as far as
/// it is acted upon.
package struct ProxyConfig: Hashable, Sendable {
    package static let annotation = "proxy.istio.io/config"

    /// Whether a load balancer before this gateway says who its clients are (`gatewayTopology.proxyProtocol`).
    package var expectsProxyProtocol = false

    package init() {}

    /// - Throws: where the annotation is there and cannot be acted upon.
    static func of(_ metadata: ObjectMetadata) throws(SchemaError) -> ProxyConfig {
        guard let text = metadata.annotations[annotation] else { return ProxyConfig() }
        let place = JSONPointer(tokens: ["metadata", "annotations", annotation])
        do {
            let documents = try YAMLParser.parse(Array(text.utf8), file: annotation)
            guard let value = documents.first?.value, !value.isNull else { return ProxyConfig() }
            return try ProxyConfig(SchemaReader(value))
        } catch {
            throw SchemaError(at: place, "\(error)")
        }
    }

    private init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["gatewayTopology"],
            unsupported: [
                "configPath", "binaryPath", "drainDuration", "parentShutdownDuration", "discoveryAddress",
                "proxyAdminPort", "controlPlaneAuthPolicy", "customConfigFile", "statNameLength", "concurrency",
                "proxyBootstrapTemplatePath", "interceptionMode", "tracing", "envoyAccessLogService",
                "envoyMetricsService", "proxyMetadata", "runtimeValues", "statusPort", "extraStatTags",
                "terminationDrainDuration", "meshId", "readinessProbe", "proxyStatsMatcher",
                "holdApplicationUntilProxyStarts", "caCertificatesPem", "image", "privateKeyProvider", "proxyHeaders",
                "fileFlushInterval", "fileFlushMinSizeKb", "statsCompression",
            ])
        let topology = try fields["gatewayTopology"]?.fields(
            ["proxyProtocol"], unsupported: ["numTrustedProxies", "forwardClientCertDetails"])
        if let setting = topology?["proxyProtocol"] {
            _ = try setting.fields([])
            expectsProxyProtocol = true
        }
    }
}
