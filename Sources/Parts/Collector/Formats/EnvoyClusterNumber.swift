import ExpositionWire
import MeshModel

/// What an Envoy counted of one of its clusters, as far as the series itself tells; who the cluster is, a mesh's own tags
/// say.
///
/// `upstream_rq` by `envoy_response_code` counts each response once. The same by class, and the variants `external_`,
/// `internal_` and `canary_`, would count it again.
struct EnvoyClusterNumber {
    static let families = ["envoy_cluster_upstream_rq", "envoy_cluster_upstream_rq_time_bucket"]

    var number: TrafficSeries.Number
    var code: String
    var result: RequestResult

    init?(_ key: SeriesKey) {
        switch key.name {
        case "envoy_cluster_upstream_rq":
            guard let code = key["envoy_response_code"] else { return nil }
            number = .requests
            self.code = code == "0" ? "-" : code
            result = RequestResult(response: code, grpcStatus: nil, flags: [])
        case "envoy_cluster_upstream_rq_time_bucket":
            guard let bound = key["le"].flatMap(TrafficSeries.bound) else { return nil }
            number = .latencyBucket(upperBound: bound)
            code = "-"
            result = .succeeded
        default: return nil
        }
    }

    /// - Parameter isMutualTLS: as for ``TrafficFacts/isMutualTLS``.
    func series(of flow: Flow, reporter: Reporter, isMutualTLS: Bool? = nil) -> TrafficSeries {
        TrafficSeries(
            number: number,
            traffic: Traffic(
                flow: flow,
                facts: TrafficFacts(reporter: reporter, code: code, result: result, isMutualTLS: isMutualTLS)))
    }
}
