import Discovery
import MeshConfig

extension ExternalAuthorization {
    /// What Istio's pilot makes of a provider of CUSTOM policies: whatever the policies' rules matched before is asked
    /// about.
    ///
    /// - Parameters:
    ///   - noted: the name under which the filter before leaves the policy that matched.
    ///   - prefix: what the names of this provider's policies begin with.
    init(_ authorizer: ExternalAuthorizer, noted: String, prefix: String) {
        self.init(
            cluster: ResourceNames.outboundCluster(host: authorizer.host, port: authorizer.port),
            uri: "http://\(authorizer.host):\(authorizer.port)", timeout: authorizer.timeout ?? .seconds(600),
            pathPrefix: authorizer.pathPrefix, allowedHeaders: authorizer.checkedHeaders.map(Self.pattern),
            addedHeaders: authorizer.addedHeaders.sorted { $0.key < $1.key }.map {
                HeaderOperations.Addition(name: $0.key, value: $0.value, appends: false)
            },
            upstreamHeaders: authorizer.upstreamHeaders.map(Self.pattern),
            clientHeaders: authorizer.deniedHeaders.map(Self.pattern),
            clientHeadersOnSuccess: authorizer.allowedHeaders.map(Self.pattern),
            allowsOnFailure: authorizer.failsOpen, statusOnError: authorizer.statusOnError,
            trigger: Trigger(
                filter: "envoy.filters.http.rbac", path: [noted], value: .prefix(prefix, ignoringCase: false)))
    }

    /// Istio's patterns of header names: `x-*`, `*-x`, or one name.
    private static func pattern(_ text: String) -> Route.StringCondition {
        if text == "*" { return .present }
        if text.hasSuffix("*") { return .prefix(String(text.dropLast()), ignoringCase: true) }
        if text.hasPrefix("*") { return .suffix(String(text.dropFirst()), ignoringCase: true) }
        return .exact(text, ignoringCase: true)
    }
}
