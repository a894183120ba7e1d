/// One target as a list names it.
package struct TargetEntry: Hashable, Sendable {
    /// What makes two entries the same target.
    struct Place: Hashable, Sendable, CustomStringConvertible {
        var scheme: TargetScheme?
        var host: TargetHost
        var path: String?

        var description: String { TargetURL(scheme: scheme, host: host, path: path).description }
    }

    /// Where, how and for which path; without a scheme as the configuration says, without a path where metrics usually
    /// are.
    package var url: TargetURL
    /// Between two scrapes; nothing for the collector's own interval.
    package var interval: Duration?
    /// For an answer; nothing for nine tenths of the interval.
    package var timeout: Duration?
    package var labels: TargetLabels
    /// Where metrics usually are on what this list names, the likeliest first; for entries without a path.
    package var usualPaths: [String]

    /// Where Envoys and our proxies have them.
    package static let proxyPaths = ["/stats/prometheus", "/metrics"]
    /// Where Prometheus looks for them.
    package static let prometheusPaths = ["/metrics", "/stats/prometheus"]

    package init(
        url: TargetURL, interval: Duration? = nil, timeout: Duration? = nil, labels: TargetLabels = TargetLabels(),
        usualPaths: [String] = proxyPaths
    ) {
        self.url = url
        self.interval = interval
        self.timeout = timeout
        self.labels = labels
        self.usualPaths = usualPaths
    }

    var place: Place { Place(scheme: url.scheme, host: url.host, path: url.path) }
}
