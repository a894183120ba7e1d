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

    /// The word for it in `format`. Prometheus' text knows five; what has none there is shown as what it is most like.
    func spelling(in format: ExpositionFormat) -> String {
        switch (self, format) {
        case (.untyped, .openMetrics): "unknown"
        case (.info, .prometheus), (.stateSet, .prometheus): Self.gauge.rawValue
        case (.gaugeHistogram, .prometheus): Self.untyped.rawValue
        default: rawValue
        }
    }

    /// Whether OpenMetrics lets its series say when they began.
    var hasCreated: Bool {
        switch self {
        case .counter, .histogram, .summary: true
        case .gauge, .untyped, .info, .stateSet, .gaugeHistogram: false
        }
    }
}
