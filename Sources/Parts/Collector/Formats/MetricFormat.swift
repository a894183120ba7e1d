package import ExpositionWire
package import MeshModel

/// A dialect in which the proxies of a mesh tell what they counted.
///
/// One graph is made of all of them: a format says what a series means, and knows nothing of graphs. Which format a
/// target speaks is recognised by the names of its series, each target by itself.
package protocol MetricFormat: Sendable {
    /// What people call it: `Istio`, `Envoy`, `Linkerd`.
    var name: String { get }
    /// The names of all series that a graph needs, with suffixes such as `_bucket`. All others are passed over unread.
    var families: [String] { get }
    /// More such names, with one `*` each for one or more characters: where a format puts names into names.
    var patterns: [String] { get }
    /// Words that such a `*` may neither be nor end with, after an underscore.
    var patternExceptions: [String] { get }
    /// Whether it is read only on targets that speak no other: the others say the same, and better.
    var givesWay: Bool { get }

    /// Whether a series of this name may be one of the format's.
    func reads(_ name: String) -> Bool

    /// What a series says: once for each meaning it has, nothing for a series that no graph needs.
    ///
    /// - Parameter reporter: who exposes the series, as far as that is known. Formats that name both ends of the traffic
    ///   in their labels need it not.
    func series(_ key: SeriesKey, of reporter: WorkloadIdentity?) -> TrafficSeries?

    /// What a series lacks that says nothing although it is of the format's families; nothing when it is left out for
    /// another reason.
    func gap(in key: SeriesKey) -> LabelGap?
}

extension MetricFormat {
    package var patterns: [String] { [] }
    package var patternExceptions: [String] { [] }
    package var givesWay: Bool { false }
    package func gap(in key: SeriesKey) -> LabelGap? { nil }
    package func reads(_ name: String) -> Bool { families.contains(name) }
}

extension MetricFormat where Self == IstioFormat {
    package static var istio: IstioFormat { IstioFormat() }
}

extension MetricFormat where Self == LinkerdFormat {
    package static var linkerd: LinkerdFormat { LinkerdFormat() }
}

extension MetricFormat where Self == ConsulFormat {
    package static var consul: ConsulFormat { ConsulFormat() }
}

extension MetricFormat where Self == AppMeshFormat {
    package static var appMesh: AppMeshFormat { AppMeshFormat() }
}

extension MetricFormat where Self == ServiceGraphFormat {
    package static var serviceGraph: ServiceGraphFormat { ServiceGraphFormat() }
}

extension MetricFormat where Self == SpanmetricsFormat {
    package static var spanmetrics: SpanmetricsFormat { SpanmetricsFormat() }
}

extension MetricFormat where Self == EnvoyFormat {
    package static var envoy: EnvoyFormat { EnvoyFormat() }
}

/// All formats that are recognised, the richest first: where two read the same series, the first has the word.
package enum MetricFormats {
    /// Consul and App Mesh are Envoys with tags of their own, and so before an Envoy without any.
    package static let all: [any MetricFormat] = [
        .istio, .linkerd, .consul, .appMesh, .serviceGraph, .spanmetrics, .envoy,
    ]
}
