import JSONWire
package import MeshModel
import Quantities

/// Watching and moving the weights of a mesh through its Kubernetes-shaped API.
///
/// Calls block until they are answered or their time is up; any thread may make them, and several at once.
package struct MeshAPI: Sendable {
    /// One request to the API.
    package struct Request: Hashable, Sendable {
        package var method: String
        package var target: String
        package var contentType: String?
        package var body: [UInt8]

        package init(method: String = "GET", target: String, contentType: String? = nil, body: [UInt8] = []) {
            self.method = method
            self.target = target
            self.contentType = contentType
            self.body = body
        }
    }

    package struct Reply: Hashable, Sendable {
        package var status: Int
        package var body: [UInt8]

        package init(status: Int, body: [UInt8]) {
            self.status = status
            self.body = body
        }
    }

    let exchange: @Sendable (Request) throws(SteeringError) -> Reply

    /// An API that is asked by `exchange`: a transport, or a script in tests.
    package init(exchange: @escaping @Sendable (Request) throws(SteeringError) -> Reply) {
        self.exchange = exchange
    }

    /// The services whose routes divide traffic by weight.
    package func splits() throws(SteeringError) -> [TrafficSplit] {
        let routes = try list("virtualservices")
        let rules = try list("destinationrules")
        return SplitReader.splits(routes: routes, rules: rules)
    }

    /// What a change would do to the route as it is now, and who may undo it.
    package func preview(_ change: WeightChange) throws(SteeringError) -> WeightPreview {
        try WeightPreview(change, route: try get(Self.path(of: change.split)))
    }

    /// Makes a change, or has the mesh try it without storing it.
    ///
    /// A change that was read from an older version is ``WeightChangeOutcome/stale``: nothing was done.
    package func apply(_ change: WeightChange, dryRun: Bool) -> WeightChangeOutcome {
        do {
            let patch = try WeightPatch.make(change)
            let path = Self.path(of: change.split)
            let request = Request(
                method: "PATCH", target: path + "?fieldManager=meshtop" + (dryRun ? "&dryRun=All" : ""),
                contentType: "application/json-patch+json", body: patch.serialized())
            let reply = try exchange(request)
            switch reply.status {
            case 200..<300:
                guard !dryRun else { return .validated }
                let stored = try Self.json(reply, request)
                return .applied(resourceVersion: stored["metadata"]?["resourceVersion"]?.string ?? "")
            case 409: return .stale
            default:
                // A failed test is 422 like any other refusal; which it is, the route's version tells.
                if let now = try? get(path), version(of: now) != change.split.resourceVersion { return .stale }
                return .refused(reason: Self.message(reply))
            }
        } catch .unreachable(let address, let reason) {
            return .unreachable(reason: SteeringError.unreachable(address: address, reason: reason).description)
        } catch {
            return .refused(reason: error.description)
        }
    }

    /// What there is to scrape, not scraped yet.
    package func targets() throws(SteeringError) -> [ScrapeTarget] {
        let groups = try get("/v1/targets").array ?? []
        return groups.flatMap { group in
            let labels = group["labels"]
            let workload = labels?["workload"]?.string.map { name in
                WorkloadIdentity(
                    namespace: labels?["namespace"]?.string ?? "default", workload: name,
                    app: labels?["app"]?.string ?? name, version: labels?["version"]?.string ?? "latest")
            }
            return (group["targets"]?.array ?? []).compactMap(\.string).map {
                ScrapeTarget(address: $0, workload: workload)
            }
        }
    }

    /// How far a change has come: how many of the connected proxies run with it.
    package struct Rollout: Hashable, Sendable {
        package let inForce: Int
        package let connected: Int

        package var isComplete: Bool { inForce == connected }
    }

    /// How many proxies run with a revision or a newer one; `revision` is a change's `resourceVersion`.
    package func rollout(revision: String) throws(SteeringError) -> Rollout {
        guard let wanted = Int(revision) else { throw .invalid("\"\(revision)\" is not a revision") }
        let proxies = (try get("/debug/syncz").array ?? []).filter { $0["connected"]?.bool ?? false }
        return Rollout(
            inForce: proxies.count { ($0["revision_in_force"]?.int ?? -1) >= wanted }, connected: proxies.count)
    }

    private func list(_ plural: String) throws(SteeringError) -> [JSONValue] {
        try get("/apis/networking.istio.io/v1/\(plural)")["items"]?.array ?? []
    }

    func get(_ target: String) throws(SteeringError) -> JSONValue {
        let request = Request(target: target)
        let reply = try exchange(request)
        guard (200..<300).contains(reply.status) else {
            throw .refused(request: "GET \(target)", status: reply.status, message: Self.message(reply))
        }
        return try Self.json(reply, request)
    }

    private func version(of object: JSONValue) -> String? { object["metadata"]?["resourceVersion"]?.string }

    private static func path(of split: TrafficSplit) -> String {
        "/apis/networking.istio.io/v1/namespaces/\(split.owner.namespace)/virtualservices/\(split.owner.name)"
    }

    static func json(_ reply: Reply, _ request: Request) throws(SteeringError) -> JSONValue {
        do {
            return try JSONValue.parse(reply.body)
        } catch {
            throw .malformed(request: "\(request.method) \(request.target)", reason: "\(error)")
        }
    }

    /// The words of a `Status`, or the beginning of whatever came.
    static func message(_ reply: Reply) -> String {
        if let message = (try? JSONValue.parse(reply.body))?["message"]?.string { return message }
        let text = String(decoding: reply.body.prefix(200), as: UTF8.self)
        return text.isEmpty ? "status \(reply.status)" : "status \(reply.status): \(text)"
    }
}
