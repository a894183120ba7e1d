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
    }

    /// Flows that tell better what a flow tells, by number.
    private var better: [Int: [Int]] = [:]
    /// Flows of HTTP and their like of gRPC.
    private var grpcTwins: [(http: Int, grpc: Int)] = []

    init(_ flows: [Flow]) {
        guard flows.contains(where: { $0.standing != .full || $0.protocol == .grpc }) else { return }
        var numbers: [Name: [Int]] = [:]
        var twins: [Flow: Int] = [:]
        for (number, flow) in flows.enumerated() {
            if flow.standing != .hearsay {
                for name in Self.names(of: flow) { numbers[name, default: []].append(number) }
            }
            if flow.protocol == .http { twins[flow] = number }
        }
        for (number, flow) in flows.enumerated() {
            if flow.protocol == .grpc {
                var twin = flow
                twin.protocol = .http
                if let http = twins[twin] { grpcTwins.append((http, number)) }
            }
            guard flow.standing != .full else { continue }
            let others = Self.askedFor(by: flow).flatMap { numbers[$0] ?? [] }
            better[number] = others.filter { Self.tells(flows[$0], of: flow) }
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
        if isKnown(flow.serviceName) { names.append(.service(namespace: flow.serviceNamespace, flow.serviceName)) }
        return names
    }

    /// Under which names it looks for others.
    private static func askedFor(by flow: Flow) -> [Name] {
        let peer = flow.destination
        if isKnown(peer.workload) {
            return [
                .workload(namespace: peer.namespace, peer.workload), .onlyApp(namespace: peer.namespace, peer.app),
            ]
        }
        if isKnown(peer.app) { return [.app(namespace: peer.namespace, peer.app)] }
        return [.service(namespace: flow.serviceNamespace, flow.serviceName)]
    }

    private static func tells(_ other: Flow, of flow: Flow) -> Bool {
        // Bytes tell nothing of requests.
        guard flow.protocol == .tcp || other.protocol != .tcp else { return false }
        if flow.standing == .secondary { return other.standing == .full && other.source == flow.source }
        // Of an identity only the namespace says for certain who it is.
        return !isKnown(flow.source.namespace) || other.source.namespace == flow.source.namespace
    }

    /// Whether anybody tells better, and now, what a flow tells.
    func isToldBetter(_ number: Int, in counts: [FlowCounts]) -> Bool {
        better[number]?.contains { counts[$0].isAlive } ?? false
    }

    /// A histogram that does not tell its protocol is taken for HTTP's. Where only calls of gRPC are counted between the
    /// same ends, it is theirs.
    func joiningLatency(_ counts: [FlowCounts]) -> [FlowCounts] {
        guard !grpcTwins.isEmpty else { return counts }
        var counts = counts
        for (http, grpc) in grpcTwins where !counts[http].isAlive { counts[grpc].takeLatency(of: counts[http]) }
        return counts
    }
}
