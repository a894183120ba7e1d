import Collector
import HTTPTransport

extension TraceServerConfiguration {
    static let options = [
        Option(
            name: "--traces-from", value: "URL",
            summary: "traces of a Jaeger, Tempo, Zipkin or another meshtop, http://127.0.0.1:16686"),
        Option(
            name: "--traces-api", value: "API",
            summary: "what it speaks: \(API.allCases.map(\.rawValue).joined(separator: ", ")) (default: it is asked)"),
        Option(
            name: "--traces-tenant", value: "NAME",
            summary: "whose data is meant where a Tempo has several tenants (X-Scope-OrgID)"),
        Option(
            name: "--traces-header", value: "NAME:VALUE",
            summary: "sent with every question for traces; may be repeated", mayRepeat: true),
        Option(name: "--traces-timeout", value: "DURATION", summary: "how long one answer may take (default 10s)"),
    ]

    /// The server that the command line names; nothing when it names none. It is told no secrets: those of a mesh's targets
    /// are not for another server, and its own stand in a context.
    init?(_ invocation: Invocation) throws(UsageError) {
        guard let text = invocation.value("--traces-from") else {
            for option in ["--traces-api", "--traces-tenant", "--traces-header", "--traces-timeout"]
            where invocation.has(option) {
                throw UsageError("\(option) says how traces are asked for; name the server with --traces-from")
            }
            return nil
        }
        guard let url = TargetURL(text) else {
            throw UsageError("--traces-from wants HOST:PORT or a URL like https://tempo.example, not “\(text)”")
        }
        self.init(url: url)
        if let text = invocation.value("--traces-api") {
            guard let api = API(rawValue: text) else {
                throw UsageError(
                    "--traces-api wants \(API.allCases.map(\.rawValue).joined(separator: ", ")), not “\(text)”")
            }
            self.api = api
        }
        for text in invocation.allValues("--traces-header") {
            guard let field = PrometheusConfiguration.headerField(text) else {
                throw UsageError("--traces-header wants a field like X-Team:mesh, not “\(text)”")
            }
            headers.add(field.name, field.value)
        }
        if let tenant = invocation.value("--traces-tenant"), !setTenant(tenant) {
            throw UsageError("--traces-tenant wants one line of ASCII, not “\(tenant)”")
        }
        deadline = try invocation.duration("--traces-timeout", default: deadline)
    }
}
