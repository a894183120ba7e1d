/// One rule, ready for matching.
///
/// A class, so that the answer of a match is one reference.
package final class RouteRule: Sendable {
    /// What a rule is compiled from.
    package struct Source: Sendable {
        package var name: String
        package var path: PathCondition
        package var headers: [FieldCondition]
        package var queryParameters: [FieldCondition]
        package var action: RouteAction
        package var headerChanges: HeaderChanges
        /// Whether the upstream learns the number of the attempt, in `x-envoy-attempt-count`.
        package var tellsAttempts: Bool
        package var filters: RouteFilters

        package init(
            name: String = "", path: PathCondition = .any, headers: [FieldCondition] = [],
            queryParameters: [FieldCondition] = [], action: RouteAction,
            headerChanges: HeaderChanges = HeaderChanges(), tellsAttempts: Bool = false,
            filters: RouteFilters = RouteFilters()
        ) {
            self.filters = filters
            self.name = name
            self.path = path
            self.headers = headers
            self.queryParameters = queryParameters
            self.action = action
            self.headerChanges = headerChanges
            self.tellsAttempts = tellsAttempts
        }
    }

    /// Where the rule stands in ``RouteTable/rules``.
    package let index: Int
    package let name: String
    package let path: PathCondition
    package let headers: [FieldCondition]
    package let queryParameters: [FieldCondition]
    package let action: RouteAction
    package let headerChanges: HeaderChanges
    package let filters: RouteFilters
    package let tellsAttempts: Bool
    /// The clusters of ``action`` with their weights; empty unless it forwards.
    package let clusters: WeightedClusters

    init(_ source: Source, index: Int, clusters: inout ClusterNames) {
        self.index = index
        name = source.name
        path = source.path
        headers = source.headers
        queryParameters = source.queryParameters
        action = source.action
        headerChanges = source.headerChanges
        filters = source.filters
        tellsAttempts = source.tellsAttempts
        if case .forward(let forward) = source.action {
            self.clusters = WeightedClusters(
                forward.shares.map { (cluster: clusters.index(of: $0.cluster), weight: $0.weight) })
        } else {
            self.clusters = WeightedClusters([])
        }
    }

    /// Whether every condition holds. `target` is the request's, fetched once for all rules.
    func holds(for request: some RequestFacts, target: ArraySlice<UInt8>) -> Bool {
        guard path.holds(for: target) else { return false }
        for condition in headers where !condition.holds(for: value(of: condition, in: request, target: target)) {
            return false
        }
        for condition in queryParameters where !condition.holds(for: target.queryParameter(condition.name)) {
            return false
        }
        return true
    }

    private func value(
        of condition: FieldCondition, in request: some RequestFacts, target: ArraySlice<UInt8>
    ) -> ArraySlice<UInt8>? {
        switch condition.field {
        case .header: request.header(condition.name)
        case .method: request.method
        case .authority: request.authority
        case .target: target
        case .scheme: request.scheme
        }
    }
}
