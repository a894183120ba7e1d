/// The two texts in which a target may show its metrics.
///
/// Both are read alike where they do not contradict each other: blanks and tabs in any number, empty lines, carriage
/// returns before line feeds, exemplars, and names in quotes are taken from either, because what a target says it
/// sends and what it sends are not always the same. They differ in:
///
/// | | Prometheus text | OpenMetrics |
/// |---|---|---|
/// | a sample's timestamp | whole milliseconds | seconds |
/// | `# EOF` | a comment | must be there, and last |
/// | `# UNIT` | a comment | the family's unit |
/// | `x_created` of a counter, histogram or summary `x` | a sample | when the series began |
package enum ExpositionFormat: Hashable, Sendable {
    /// [Prometheus text 0.0.4](https://prometheus.io/docs/instrumenting/exposition_formats/).
    case prometheus
    /// [OpenMetrics 1.0](https://prometheus.io/docs/specs/om/open_metrics_spec/).
    case openMetrics

    /// The format that a response's `Content-Type` names; Prometheus' own when it names neither.
    package init(contentType: String) {
        let type = contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
        self = type == "application/openmetrics-text" ? .openMetrics : .prometheus
    }

    /// The `Content-Type` of a text in this format.
    package var contentType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }
}
