/// One endpoint as a worker sees it; the admin thread adds the workers' reports up.
struct EndpointReport: Hashable, Sendable {
    var cluster: String
    var address: String
    var activeRequests: Int = 0
    var totalRequests: UInt64 = 0
    /// Attempts that ended without a response.
    var failedRequests: UInt64 = 0
    /// Those of pools, idle ones as well, and TCP connections that are passed on.
    var activeConnections: Int = 0
    var connectFailures: UInt64 = 0
    /// False while the endpoint is passed over because its last connection failed.
    var isPreferred = true
    /// True while outlier detection leaves it out.
    var isEjected = false

    /// Reports of equal cluster and address joined, in the order of first sight.
    static func merged(_ reports: [[EndpointReport]]) -> [EndpointReport] {
        var order: [EndpointReport] = []
        var places: [String: Int] = [:]
        for report in reports.joined() {
            let key = "\(report.cluster)\u{0}\(report.address)"
            guard let place = places[key] else {
                places[key] = order.count
                order.append(report)
                continue
            }
            order[place].activeRequests += report.activeRequests
            order[place].totalRequests &+= report.totalRequests
            order[place].failedRequests &+= report.failedRequests
            order[place].activeConnections += report.activeConnections
            order[place].connectFailures &+= report.connectFailures
            order[place].isEjected = order[place].isEjected || report.isEjected
            order[place].isPreferred = order[place].isPreferred && report.isPreferred
        }
        return order
    }
}
