import MeshModel

/// Which flows tell of the same traffic, so that no request is in the graph twice.
///
/// Worked out when a flow is new; a tick only asks who is alive.
struct FlowRelations {
    private enum Name: Hashable {
        case workload(namespace: String, String)
        /// All workloads of an app, and such flows as know no workload.
        case app(namespace: String, String)
        case onlyApp(namespace: String, String)
        case service(namespace: String, String)
        /// Such flows as know only the service.
        case onlyService(namespace: String, String)
    }

    /// Flows that tell better what a flow tells, by number.
    private var better: [Int: [Int]] = [:]
    /// Flows of bytes, and the requests that they may have carried.
    private var carriers: [(bytes: Int, requests: [Int])] = []
    /// Flows of HTTP by their like of gRPC.
    private var httpTwins: [Int: Int] = [:]

    init(_ flows: [Flow]) {
        guard flows.contains(where: { $0.standing != .full || $0.protocol == .grpc }) else { return }
        var numbers: [Name: [Int]] = [:]
        var twins: [Flow: Int] = [:]
        for (number, flow) in flows.enumerated() {
            for name in Self.names(of: flow) { numbers[name, default: []].append(number) }
            if flow.protocol == .http { twins[flow] = number }
        }
        for (number, flow) in flows.enumerated() {
            if flow.protocol == .grpc {
                var twin = flow
                twin.protocol = .http
                if let http = twins[twin] { httpTwins[number] = http }
            }
            guard flow.standing != .full else { continue }
            let others = Self.askedFor(by: flow).flatMap { numbers[$0] ?? [] }
            let better = others.filter { Self.tells(flows[$0], of: flow) }
            self.better[number] = better
            if flow.standing == .secondary, flow.protocol == .tcp {
                let requests = better.filter { flows[$0].protocol != .tcp }
                if !requests.isEmpty { carriers.append((number, requests)) }
            }
        }
    }

    /// Under which names others find a flow.
    private static func names(of flow: Flow) -> [Name] {
        let peer = flow.destination
        var names: [Name] = []
        if isKnown(peer.workload) { names.append(.workload(namespace: peer.namespace, peer.workload)) }
        if isKnown(peer.app) {
            names.append(.app(namespace: peer.namespace, peer.app))
            if !isKnown(peer.workload) { names.append(.onlyApp(namespace: peer.namespace, peer.app)) }
        }
        if isKnown(flow.serviceName) {
            names.append(.service(namespace: flow.serviceNamespace, flow.serviceName))
            if peer.isUnknown { names.append(.onlyService(namespace: flow.serviceNamespace, flow.serviceName)) }
        }
        return names
    }

    /// Under which names it looks for others.
    private static func askedFor(by flow: Flow) -> [Name] {
        let peer = flow.destination
        if isKnown(peer.workload) {
            return [
                .workload(namespace: peer.namespace, peer.workload), .onlyApp(namespace: peer.namespace, peer.app),
                .onlyService(namespace: flow.serviceNamespace, flow.serviceName),
            ]
        }
        if isKnown(peer.app) { return [.app(namespace: peer.namespace, peer.app)] }
        return [.service(namespace: flow.serviceNamespace, flow.serviceName)]
    }

    private static func tells(_ other: Flow, of flow: Flow) -> Bool {
        // Bytes tell nothing of requests.
        guard flow.protocol == .tcp || other.protocol != .tcp else { return false }
        if other.standing == .hearsay {
            // Of one client's requests and connections, the requests.
            return flow.standing == .hearsay && flow.protocol == .tcp && other.protocol != .tcp
                && other.source == flow.source
        }
        if flow.standing == .secondary { return other.standing == .full && other.source == flow.source }
        // Of an identity only the namespace says for certain who it is.
        return !isKnown(flow.source.namespace) || other.source.namespace == flow.source.namespace
    }

    func hasBetter(_ number: Int) -> Bool { better[number] != nil }

    /// Which share of what a flow tells nobody tells better: 1 for all of it.
    ///
    /// A destination counts all its requests, also those of clients that report themselves. What these leave over came
    /// from others: the first service of a chain is called by people, and by other services as well. Both ends are read at
    /// different moments, so that a small rest is none: it must be a fifth, and twice the root of the requests, which is
    /// 14 of 50.
    ///
    /// - Parameter told: how many attempts a flow tells of: a destination counts each.
    func untold(_ number: Int, _ flow: Flow, requests: Double, isAlive: [Bool], told: (Int) -> Double) -> Double {
        guard let better = better[number], better.contains(where: { isAlive[$0] }) else { return 1 }
        guard flow.standing == .hearsay, flow.protocol != .tcp, requests > 0 else { return 0 }
        let told = better.reduce(0) { isAlive[$1] ? $0 + told($1) : $0 }
        let rest = requests - told
        return rest >= max(requests / 5, 2 * requests.squareRoot()) ? rest / requests : 0
    }

    /// Adds those flows to the changed ones whose part in the graph depends on one of them.
    func spread(_ isChanged: inout [Bool]) {
        let changed = isChanged
        for (number, others) in better where others.contains(where: { changed[$0] }) { isChanged[number] = true }
        for (bytes, requests) in carriers where changed[bytes] || requests.contains(where: { changed[$0] }) {
            isChanged[bytes] = true
            for number in requests { isChanged[number] = true }
        }
        for (number, twin) in httpTwins where changed[twin] { isChanged[number] = true }
    }

    /// A histogram that does not tell its protocol is taken for HTTP's. Where only calls of gRPC are counted between the
    /// same ends, it is theirs.
    func silentTwin(of number: Int, _ isAlive: [Bool]) -> Int? { httpTwins[number].flatMap { isAlive[$0] ? nil : $0 } }

    /// Bytes of connections that carried requests are the requests' throughput, where these tell none of their own: the
    /// flows of bytes by the flow of requests that takes them.
    func joinedBytes(_ isAlive: [Bool]) -> [Int: [Int]] {
        var joined: [Int: [Int]] = [:]
        for (number, requests) in carriers {
            guard let first = requests.first(where: { isAlive[$0] }) else { continue }
            joined[first, default: []].append(number)
        }
        return joined
    }
}
