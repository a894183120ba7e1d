/// What a trace is a request for: the service and the operation of its root.
struct TraceRoute: Hashable, Sendable {
    /// Routes outlive their traces here, and their senders name them.
    private static let maximumText = 256

    let service: String
    let name: String

    init(service: String, name: String) {
        self.service = service.clipped(toUTF8: Self.maximumText)
        self.name = name.clipped(toUTF8: Self.maximumText)
    }
}

/// The routes of a ``TraceStore``, each with how long its traces take and with its share of the sample.
///
/// There are at most ``capacity``: some senders put an order's number into the name. A route without a trace in the
/// sample gives its place to a new one, the longest unseen first; when all have one, the new route shares the first
/// place with others like it.
struct RouteTable: Sendable {
    struct Route: Sendable {
        fileprivate(set) var key: TraceRoute?
        fileprivate var lastSeen: UInt64 = 0
        var latency = LatencyBuckets()
        /// The traces of the sample, and some that have gone since.
        var sample = ArrivalQueue()
        var sampleCount = 0
        var sampleBytes = 0
    }

    static let capacity = 1024

    /// The first is everyone's.
    private(set) var routes = [Route()]
    private var positions: [TraceRoute: Int] = [:]
    private var clock: UInt64 = 0

    subscript(_ position: Int) -> Route {
        get { routes[position] }
        _modify { yield &routes[position] }
    }

    /// Where `key` stands, now if not before.
    mutating func position(of key: TraceRoute) -> Int {
        clock += 1
        let position = positions[key] ?? newPosition(for: key)
        routes[position].lastSeen = clock
        return position
    }

    /// The route that takes most of the sample; nothing when there is none.
    var heaviest: Int? {
        guard let position = routes.indices.max(by: { routes[$0].sampleBytes < routes[$1].sampleBytes }) else {
            return nil
        }
        return routes[position].sampleCount > 0 ? position : nil
    }

    private mutating func newPosition(for key: TraceRoute) -> Int {
        if routes.count < Self.capacity {
            routes.append(Route(key: key))
            positions[key] = routes.count - 1
            return routes.count - 1
        }
        let free = routes.indices.dropFirst().filter { routes[$0].sampleCount == 0 }
        guard let position = free.min(by: { routes[$0].lastSeen < routes[$1].lastSeen }) else { return 0 }
        if let old = routes[position].key { positions[old] = nil }
        routes[position] = Route(key: key)
        positions[key] = position
        return position
    }
}
