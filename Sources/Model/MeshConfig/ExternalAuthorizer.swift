import JSONWire

/// A service that is asked over HTTP whether requests may pass: an `extensionProviders` entry of Istio's `MeshConfig`
/// with `envoyExtAuthzHttp`, which AuthorizationPolicies of action CUSTOM name.
package struct ExternalAuthorizer: Hashable, Sendable {
    /// The host of a service, `ext-authz.default.svc.cluster.local`, without the namespace in front that Istio allows.
    package var host: String
    package var port: UInt16
    /// Nothing means 600 s, Istio's default.
    package var timeout: Duration?
    package var pathPrefix = ""
    /// Lets requests pass when the service cannot be asked.
    package var failsOpen = false
    /// What is answered when it cannot; nothing means 403.
    package var statusOnError: Int?
    /// Of the request, what the service gets besides method, path, host and authorization. `x-*` and `*-x` are patterns.
    package var checkedHeaders: [String] = []
    /// What it gets in addition.
    package var addedHeaders: [String: String] = [:]
    /// Of its consent, what the request gets.
    package var upstreamHeaders: [String] = []
    /// Of its refusal, what the client gets; empty means everything.
    package var deniedHeaders: [String] = []
    /// Of its consent, what the client gets with the response.
    package var allowedHeaders: [String] = []

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads an entry of `extensionProviders`.
    static func named(_ reader: SchemaReader) throws(SchemaError) -> (String, ExternalAuthorizer) {
        let fields = try reader.fields(
            ["name", "envoyExtAuthzHttp"],
            unsupported: [
                "envoyExtAuthzGrpc", "zipkin", "lightstep", "datadog", "stackdriver", "opencensus", "skywalking",
                "opentelemetry", "prometheus", "envoyFileAccessLog", "envoyHttpAls", "envoyTcpAls", "envoyOtelAls",
                "sds",
            ])
        let name = try fields.required("name").nonEmptyString()
        return (name, try ExternalAuthorizer(fields.required("envoyExtAuthzHttp")))
    }

    private init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            [
                "service", "port", "timeout", "pathPrefix", "failOpen", "statusOnError", "includeHeadersInCheck",
                "includeRequestHeadersInCheck", "includeAdditionalHeadersInCheck", "headersToUpstreamOnAllow",
                "headersToDownstreamOnDeny", "headersToDownstreamOnAllow",
            ], unsupported: ["includeRequestBodyInCheck", "clearRouteCache"])
        let service = try fields.required("service").nonEmptyString()
        // "[<namespace>/]<host>": which service of a host is meant is not asked here, as hosts are whole.
        host = service.split(separator: "/", maxSplits: 1).last.map(String.init) ?? service
        port = try fields.required("port").port()
        timeout = try fields["timeout"]?.positiveDuration()
        if let prefix = fields["pathPrefix"] {
            pathPrefix = try prefix.string()
            guard pathPrefix.isEmpty || pathPrefix.hasPrefix("/") else { throw prefix.error("must begin with /") }
        }
        failsOpen = try fields["failOpen"]?.bool() ?? false
        if let status = fields["statusOnError"] {
            guard let code = Int(try status.string()), (400...599).contains(code) else {
                throw status.error("expected a status from \"400\" to \"599\", as a string")
            }
            statusOnError = code
        }
        checkedHeaders =
            try (fields["includeRequestHeadersInCheck"] ?? fields["includeHeadersInCheck"])?.strings() ?? []
        addedHeaders = try fields["includeAdditionalHeadersInCheck"]?.stringMap() ?? [:]
        upstreamHeaders = try fields["headersToUpstreamOnAllow"]?.strings() ?? []
        deniedHeaders = try fields["headersToDownstreamOnDeny"]?.strings() ?? []
        allowedHeaders = try fields["headersToDownstreamOnAllow"]?.strings() ?? []
    }
}
