import JSONWire
package import Patterns

/// What holds for the whole mesh because its owner says so: Istio's `MeshConfig`, as far as this mesh acts upon it.
///
/// It stands as YAML under `mesh` in the ConfigMap `istio` of the root namespace, as in Istio.
/// <https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/>
package struct MeshOptions: Hashable, Sendable {
    /// What becomes of connections to places that no Service and no ServiceEntry has.
    package enum OutboundPolicy: String, Hashable, Sendable, CaseIterable {
        case allowAny = "ALLOW_ANY"
        case registryOnly = "REGISTRY_ONLY"
    }

    package enum Encoding: String, Hashable, Sendable, CaseIterable {
        case text = "TEXT"
        case json = "JSON"
    }

    /// Where proxies log requests to, `/dev/stdout` mostly; empty for nowhere.
    package var accessLogFile = ""
    /// Of a line of text, or the fields of an object as JSON; empty means Istio's own.
    package var accessLogFormat = ""
    package var accessLogEncoding = Encoding.text
    /// Of workloads whose connections are intercepted; others ask for what they want by its name.
    package var outboundPolicy = OutboundPolicy.allowAny
    /// By their names.
    package var authorizers: [String: ExternalAuthorizer] = [:]

    package init() {}

    /// The ConfigMap that holds them.
    package static let mapName = "istio"
    /// And the name of the text in it.
    package static let key = "mesh"
}

extension MeshOptions {
    init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["accessLogFile", "accessLogFormat", "accessLogEncoding", "extensionProviders", "outboundTrafficPolicy"],
            unsupported: [
                "proxyListenPort", "proxyInboundListenPort", "proxyHttpPort", "connectTimeout", "tcpKeepalive",
                "ingressClass", "ingressService", "ingressControllerMode", "ingressSelector", "enableTracing",
                "enableEnvoyAccessLogService", "disableEnvoyListenerLog", "defaultConfig",
                "inboundTrafficPolicy", "configSources", "enableAutoMtls", "trustDomain", "trustDomainAliases",
                "caCertificates", "defaultServiceExportTo", "defaultVirtualServiceExportTo",
                "defaultDestinationRuleExportTo", "rootNamespace", "localityLbSetting", "dnsRefreshRate",
                "h2UpgradePolicy", "inboundClusterStatName", "outboundClusterStatName", "enablePrometheusMerge",
                "verifyCertificateAtClient", "ca", "defaultProviders", "discoverySelectors", "pathNormalization",
                "defaultHttpRetryPolicy", "meshMTLS", "tlsDefaults", "serviceSettings", "certificates",
                "serviceScopeConfigs",
            ])
        accessLogFile = try fields["accessLogFile"]?.string() ?? ""
        accessLogEncoding = try fields["accessLogEncoding"]?.choice(of: Encoding.self) ?? .text
        outboundPolicy =
            try fields["outboundTrafficPolicy"]?.fields(["mode"])["mode"]?.choice(of: OutboundPolicy.self) ?? .allowAny
        if let format = fields["accessLogFormat"] {
            accessLogFormat = try format.string()
            try Self.check(format, accessLogEncoding)
        }
        if let providers = fields["extensionProviders"] {
            for provider in try providers.items() {
                let (name, authorizer) = try ExternalAuthorizer.named(provider)
                guard authorizers.updateValue(authorizer, forKey: name) == nil else {
                    throw provider.error("another provider is called \"\(name)\", too")
                }
            }
        }
    }

    /// The format of JSON is an object, whose values are format strings.
    private static func check(_ format: SchemaReader, _ encoding: Encoding) throws(SchemaError) {
        let text = try format.string()
        guard !text.isEmpty else { return }
        do {
            switch encoding {
            case .text: _ = try FormatString(text)
            case .json: _ = try jsonFormat(text)
            }
        } catch {
            throw format.error("\(error)")
        }
    }

    private static func jsonFormat(_ text: String) throws -> [String: FormatString] {
        let fields = try SchemaReader(JSONValue.parse(Array(text.utf8))).stringMap()
        return try fields.mapValues { try FormatString($0) }
    }

    /// The fields of a log in JSON; nothing when Istio's own are meant.
    package var accessLogFields: [String: FormatString]? {
        accessLogFormat.isEmpty ? nil : try? Self.jsonFormat(accessLogFormat)
    }

    /// The line of a log in text; nothing when Istio's own is meant.
    package var accessLogLine: FormatString? { accessLogFormat.isEmpty ? nil : try? FormatString(accessLogFormat) }
}
