package import Discovery
package import JSONWire
package import MeshConfig
package import Quantities
import TLSTransport

/// Answers proxies' requests for their resources, and holds back the answers that would say nothing new.
///
/// Requests come in, outcomes go out through the closure that came with each: at once, or when a change of the
/// configuration gives the proxy something new. A change is answered in Envoy's make-before-break order – clusters,
/// endpoints, listeners, routes – so that no route points at a cluster that its proxy has not heard of. Knows no
/// sockets and starts no timers: who asks with a deadline calls ``timeOut(_:)``. Belongs to one thread.
package final class DiscoveryDesk {
    /// The resources of one proxy, by type, each with its name.
    package typealias Translate = (Node, MeshConfiguration) -> [ResourceType: [NamedResource]]

    package struct NamedResource: Hashable, Sendable {
        package let name: String
        /// With its `@type`.
        package let json: JSONValue

        package init(name: String, json: JSONValue) {
            self.name = name
            self.json = json
        }
    }

    package enum Outcome: Hashable, Sendable {
        /// A `DiscoveryResponse` as JSON.
        case answer(version: String, body: [UInt8])
        /// What the proxy has is what it should have: 304.
        case unchanged
    }

    /// A request that waits for something new.
    package struct WaiterID: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    private struct Waiter {
        let subscription: Subscription
        let node: Node
        let version: String
        let reply: (Outcome) -> Void
    }

    /// A proxy's resources at one revision.
    private struct View {
        let node: Node
        let revision: Revision
        let resources: [ResourceType: [NamedResource]]
        var answers: [Subscription: (version: String, body: [UInt8])] = [:]
    }

    private let configuration: LiveConfiguration
    private let translate: Translate
    private let registry: ProxyRegistry
    private var waiters: [UInt64: Waiter] = [:]
    private var nextWaiter: UInt64 = 0
    private var views: [String: View] = [:]
    /// How many answers with content were given, by type.
    package private(set) var pushes: [ResourceType: Int] = [:]

    /// The most requests that wait at once; beyond, requests are answered without waiting.
    private static let maximumWaiters = 100_000

    package init(
        _ configuration: LiveConfiguration, now: @escaping () -> MonotonicTime, translate: @escaping Translate
    ) {
        self.configuration = configuration
        self.translate = translate
        self.registry = ProxyRegistry(now: now)
        configuration.observe { [unowned self] _ in configurationChanged() }
    }

    /// Answers a request, at once or later.
    ///
    /// - Parameters:
    ///   - waits: Whether the proxy would rather wait than hear that nothing changed.
    ///   - reply: Called once, on this thread; not called for a waiter that is forgotten.
    /// - Returns: the waiter, when the answer is still out.
    package func ask(
        _ request: DiscoveryRequest, type: ResourceType, waits: Bool, reply: @escaping (Outcome) -> Void
    ) -> WaiterID? {
        let subscription = Subscription(type: type, names: request.resourceNames.sorted())
        let answer = answer(to: request.node, subscription)
        registry.asked(request, subscription: subscription, current: answer.version)
        settle(request.node.id)
        guard answer.version == request.versionInfo else {
            deliver(answer, subscription, to: request.node.id, reply)
            return nil
        }
        guard waits, waiters.count < Self.maximumWaiters else {
            reply(.unchanged)
            return nil
        }
        nextWaiter &+= 1
        waiters[nextWaiter] = Waiter(
            subscription: subscription, node: request.node, version: request.versionInfo, reply: reply)
        registry.waits(request.node.id, by: 1)
        return WaiterID(number: nextWaiter)
    }

    /// Ends a waiter with "nothing new"; does nothing when it was answered already.
    package func timeOut(_ id: WaiterID) {
        remove(id.number)?.reply(.unchanged)
    }

    /// Drops a waiter whose proxy is gone.
    package func forget(_ id: WaiterID) {
        remove(id.number)
    }

    /// Something that resources are made from has changed, though not the configuration: looks again at who needs news.
    package func reconsider() {
        views = [:]
        configurationChanged()
    }

    /// What every proxy runs with, sorted by node id.
    package func status() -> [ProxyStatus] {
        registry.status { node, subscription in answer(to: node, subscription).version }
    }

    private func configurationChanged() {
        let order: [ResourceType] = [.clusters, .endpoints, .listeners, .routes, .secrets]
        let revision = configuration.store.revision
        for type in order {
            for (number, waiter) in waiters.sorted(by: { $0.key < $1.key }) where waiter.subscription.type == type {
                let answer = answer(to: waiter.node, waiter.subscription)
                guard answer.version != waiter.version else { continue }
                remove(number)
                deliver(answer, waiter.subscription, to: waiter.node.id, waiter.reply)
            }
        }
        // Whom the change does not concern is up to date with it.
        for id in registry.ids { settle(id) }
        views = views.filter { $0.value.revision == revision }
    }

    @discardableResult
    private func remove(_ number: UInt64) -> Waiter? {
        guard let waiter = waiters.removeValue(forKey: number) else { return nil }
        registry.waits(waiter.node.id, by: -1)
        return waiter
    }

    private func deliver(
        _ answer: (version: String, body: [UInt8]), _ subscription: Subscription, to id: String,
        _ reply: (Outcome) -> Void
    ) {
        registry.sent(id, subscription, version: answer.version)
        pushes[subscription.type, default: 0] += 1
        reply(.answer(version: answer.version, body: answer.body))
    }

    /// Notes that a proxy runs with the newest revision, when it does.
    private func settle(_ id: String) {
        registry.settle(id, at: configuration.store.revision) { node, subscription in
            answer(to: node, subscription).version
        }
    }

    private func answer(to node: Node, _ subscription: Subscription) -> (version: String, body: [UInt8]) {
        var view =
            views[node.id].flatMap { view in
                view.node == node && view.revision == configuration.store.revision ? view : nil
            }
            ?? View(
                node: node, revision: configuration.store.revision, resources: translate(node, configuration.mesh))
        if let known = view.answers[subscription] { return known }
        let names = Set(subscription.names)
        let resources = (view.resources[subscription.type] ?? [])
            .filter { names.isEmpty || names.contains($0.name) }
            .map(\.json)
        let version = String(Digest.sha256Text(JSONValue.array(resources).serialized()).prefix(16))
        let response = DiscoveryResponse(
            versionInfo: version, typeURL: subscription.type.typeURL, resources: resources)
        let answer = (version: version, body: response.json.serialized())
        // A peer may ask for any set of names: what it asks for is answered, but not all of it is kept.
        if view.answers.count < 1_000 { view.answers[subscription] = answer }
        views[node.id] = view
        return answer
    }
}

/// What a proxy asks for in one stream of requests.
package struct Subscription: Hashable, Sendable {
    package let type: ResourceType
    /// Sorted; empty for all.
    package let names: [String]
}
