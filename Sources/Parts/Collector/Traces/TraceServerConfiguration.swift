package import HTTPTransport
package import SystemIO

/// A server that keeps traces – Jaeger, Grafana Tempo, Zipkin, another meshtop – and how it is asked.
package struct TraceServerConfiguration: Hashable, Sendable {
    /// What a server speaks.
    package enum API: String, Hashable, Sendable, CaseIterable {
        /// `/api/traces` and beside, which Jaeger's own pages and Grafana use; meshtop's collector has it, too.
        case jaeger
        /// `/api/v3`, OTLP in JSON.
        case jaegerV3 = "jaeger-v3"
        case tempo
        /// `/api/v2`.
        case zipkin

        /// For sentences.
        var name: String {
            switch self {
            case .jaeger, .jaegerV3: "Jaeger"
            case .tempo: "Tempo"
            case .zipkin: "Zipkin"
            }
        }
    }

    /// Where its API begins, without `/api`: `http://127.0.0.1:16686`, `https://grafana.example/tempo`.
    package var url: TargetURL
    /// Nothing when the server shall be asked which it has.
    package var api: API?
    package var access: TargetAccess
    /// Sent with every request, such as Tempo's tenant, `X-Scope-OrgID`.
    package var headers: HTTPHeaders
    /// For each answer.
    package var deadline: Duration
    /// Of one answer's body, unpacked. An answer that is longer is none.
    package var bodyBytes: Int
    /// A DNS server to ask instead of the machine's own ways.
    package var dnsServer: SocketAddress?

    package init(
        url: TargetURL, api: API? = nil, access: TargetAccess = TargetAccess(), headers: HTTPHeaders = [:],
        deadline: Duration = .seconds(10), bodyBytes: Int = 64 << 20, dnsServer: SocketAddress? = nil
    ) {
        self.url = url
        self.api = api
        self.access = access
        self.headers = headers
        self.deadline = max(.milliseconds(10), deadline)
        self.bodyBytes = max(1, bodyBytes)
        self.dnsServer = dnsServer
    }

    /// Adds the tenant, as Tempo, Mimir and Loki call whose data is meant; false when it cannot stand in a header field.
    package mutating func setTenant(_ tenant: String) -> Bool {
        guard !tenant.isEmpty, let field = PrometheusConfiguration.headerField("X-Scope-OrgID: \(tenant)") else {
            return false
        }
        headers[field.name] = field.value
        return true
    }

    /// The URL of a path of the API with its parameters.
    func url(of path: String, _ parameters: [(name: String, value: String)]) -> TargetURL {
        var base = url.path ?? ""
        var query = ""
        if let mark = base.firstIndex(of: "?") {
            query = String(base[base.index(after: mark)...])
            base = String(base[..<mark])
        }
        while base.hasSuffix("/") { base.removeLast() }
        // People paste addresses of the API itself.
        for ending in ["/api/v2", "/api/v3", "/api"] where base.hasSuffix(ending) {
            base.removeLast(ending.utf8.count)
            break
        }
        let pairs = parameters.map { "\($0.name)=\(PercentCoding.encode($0.value))" }
        query = ([query].filter { !$0.isEmpty } + pairs).joined(separator: "&")
        return TargetURL(
            scheme: url.scheme, host: url.host, path: base + path + (query.isEmpty ? "" : "?" + query))
    }
}
