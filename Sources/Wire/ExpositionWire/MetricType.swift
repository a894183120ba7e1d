/// What a family of series is, as `# TYPE` says.
package enum MetricType: String, Hashable, Sendable, CaseIterable {
    case counter
    case gauge
    case histogram
    case summary
    /// Not said; OpenMetrics writes `unknown`.
    case untyped
    /// OpenMetrics: facts as labels, the value is always 1.
    case info
    /// OpenMetrics: one series per state, 1 for those that hold.
    case stateSet = "stateset"
    /// OpenMetrics: a histogram whose buckets may fall.
    case gaugeHistogram = "gaugehistogram"

    init?(spelling: String) {
        self.init(rawValue: spelling == "unknown" ? "untyped" : spelling)
    }
}
