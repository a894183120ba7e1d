import ExpositionWire

/// Reads OpenTelemetry's `ExportMetricsServiceRequest` into series named as Prometheus would.
///
/// Monotonic sums and histograms with explicit bounds are counters, cumulative or delta, and are taken; other kinds of
/// points are refused and counted. Names follow OpenTelemetry's
/// [compatibility rules](https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/): signs that
/// Prometheus does not have become `_`, the unit is added where it is missing, and `_total` to sums. Attributes of the
/// resource become labels of each series; those of a point win.
package enum OTLPMetricsDecoding {}

/// Aggregation temporality, as the protocol numbers it.
enum OTLPTemporality: Int {
    case unspecified, delta, cumulative
}

/// One data point, of a sum or a histogram, as either encoding has it.
struct OTLPPoint {
    var attributes: [Label] = []
    var start: UInt64 = 0
    var time: UInt64 = 0
    var value = 0.0
    /// The value was not recorded: the series is no more.
    var isAbsent = false
    /// Of a histogram: how many fell into each bucket, one more than there are bounds.
    var counts: [UInt64] = []
    var bounds: [Double] = []
    var count: UInt64 = 0
    var sum: Double?
}

/// A metric with all its points.
struct OTLPMetric {
    enum Kind {
        case sum, histogram
        /// Its name for people.
        case other(String)
    }

    var name = ""
    var unit = ""
    var kind: Kind?
    var temporality = OTLPTemporality.unspecified
    var isMonotonic = false
    var points: [OTLPPoint] = []
    /// Of a kind that is not read.
    var otherPoints = 0
}

/// What a resource says of all its metrics.
struct OTLPOrigin {
    private(set) var labels: [Label] = []
    private(set) var sender = ""

    init(_ attributes: [Label]) {
        labels = attributes
        func value(_ name: String) -> String? { attributes.first { $0.name == name }?.value }
        let service = value("service_name")
        let onHost = value("host_name").map { host in service.map { "\($0) on \(host)" } ?? host }
        sender = value("service_instance_id") ?? value("k8s_pod_name") ?? onHost ?? service ?? ""
    }
}

extension OTLPPoint {
    /// A label's name as Prometheus has it.
    static func labelName(_ name: String) -> String {
        let bytes = name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                byte
            default: UInt8(ascii: "_")
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return bytes.first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } == true ? "key_" + text : text
    }
}

extension PushedBatch {
    /// Takes over what a metric says, or counts why not.
    mutating func append(
        _ metric: OTLPMetric, of origin: OTLPOrigin, limits: PushLimits, wants: (String) -> Bool
    ) {
        writtenCount += metric.points.count + metric.otherPoints
        let word = metric.name.prefix(80)
        switch metric.kind {
        case .other(let kind):
            return reject(metric.otherPoints, "\(word) is \(kind), and sums and histograms with bounds are taken")
        case nil: return
        case .sum where !metric.isMonotonic:
            return reject(metric.points.count, "\(word) is a sum that may fall, which counts nothing")
        case .sum, .histogram: break
        }
        guard metric.temporality != .unspecified else {
            return reject(metric.points.count, "\(word) says neither cumulative nor delta")
        }
        let isHistogram = if case .histogram = metric.kind { true } else { false }
        let base = Self.baseName(metric)
        let name = isHistogram ? base + "_bucket" : base.hasSuffix("_total") ? base : base + "_total"
        // What no graph is made of was understood, and that is all.
        guard wants(name) else { return }
        for point in metric.points {
            let labels = point.attributes + origin.labels
            guard labels.count <= limits.labels else {
                reject(1, "a point has \(labels.count) labels, and \(limits.labels) are read")
                continue
            }
            let isDelta = metric.temporality == .delta
            if !isHistogram {
                append(name, labels, point, point.value, isDelta, origin, limits)
            } else if point.counts.count == point.bounds.count + 1, point.bounds.count <= 1_000 {
                var total: UInt64 = 0
                for (index, count) in point.counts.enumerated() {
                    total = total.addingReportingOverflow(count).partialValue
                    let bound = index < point.bounds.count ? Self.text(point.bounds[index]) : "+Inf"
                    append(
                        name, [Label(name: "le", value: bound)] + labels, point, Double(total), isDelta, origin, limits)
                }
            } else if point.counts.isEmpty, point.bounds.isEmpty {
                append(
                    name, [Label(name: "le", value: "+Inf")] + labels, point, Double(point.count), isDelta, origin,
                    limits)
            } else {
                reject(1, "\(word) has \(point.counts.count) buckets for \(point.bounds.count) bounds")
            }
        }
    }

    private mutating func append(
        _ name: String, _ labels: [Label], _ point: OTLPPoint, _ value: Double, _ isDelta: Bool, _ origin: OTLPOrigin,
        _ limits: PushLimits
    ) {
        func milliseconds(_ time: UInt64) -> Int64 { Int64(clamping: time / 1_000_000) }
        let sample = PushedSample(
            milliseconds: milliseconds(point.time), value: point.isAbsent ? PushedSample.staleMarker : value,
            startMilliseconds: point.start > 0 ? milliseconds(point.start) : nil)
        append(
            PushedSeries(
                sender: origin.sender, key: SeriesKey(name: name, labels: labels), samples: [sample], isDelta: isDelta),
            limits: limits)
    }

    private static func baseName(_ metric: OTLPMetric) -> String {
        let bytes = metric.name.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"):
                byte
            default: UInt8(ascii: "_")
            }
        }
        let name = String(decoding: bytes, as: UTF8.self)
        let units = ["ms": "milliseconds", "s": "seconds", "By": "bytes", "us": "microseconds", "ns": "nanoseconds"]
        guard let unit = units[metric.unit] else { return name }
        if name.hasSuffix("_" + unit) || name.hasSuffix("_\(unit)_total") { return name }
        return name + "_" + unit
    }

    /// `0.5`, and `5` without a point.
    private static func text(_ bound: Double) -> String {
        if bound.isInfinite { return bound > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: bound).map(String.init) ?? bound.description
    }
}
