import Collector
import HTTPTransport

extension PrometheusConfiguration {
    static let options = [
        Option(
            name: "--prometheus", value: "URL",
            summary: "a Prometheus, Thanos, Mimir or VictoriaMetrics that scrapes the proxies"),
        Option(
            name: "--prometheus-matcher", value: "MATCHER",
            summary: "which of its series, mesh_id=\"m\"; may be repeated", mayRepeat: true),
        Option(
            name: "--prometheus-interval", value: "DURATION",
            summary: "how often it scrapes (default 15s); rates are taken over four times as long or longer"),
        Option(
            name: "--prometheus-header", value: "NAME:VALUE",
            summary: "sent with every query, X-Scope-OrgID:shop; may be repeated", mayRepeat: true),
    ]

    /// The same with what the command line says of it, thing by thing. Secrets are those for targets.
    func adding(_ invocation: Invocation) throws(UsageError) -> PrometheusConfiguration {
        var configuration = self
        configuration.access = try access.adding(invocation)
        for text in invocation.allValues("--prometheus-matcher") {
            guard let matchers = LabelMatcher.list(text) else {
                throw UsageError(
                    "--prometheus-matcher wants a matcher like mesh_id=\"m\" or cluster=~\"a|b\", not “\(text)”")
            }
            configuration.matchers += matchers
        }
        configuration.scrapeInterval = try invocation.duration("--prometheus-interval", default: scrapeInterval)
        for text in invocation.allValues("--prometheus-header") {
            guard let field = PrometheusConfiguration.headerField(text) else {
                throw UsageError("--prometheus-header wants a field like X-Scope-OrgID:shop, not “\(text)”")
            }
            configuration.headers.add(field.name, field.value)
        }
        return configuration
    }
}
