package import Quantities

/// Finds the calls between services in spans as they arrive, for a graph where nobody counts requests.
///
/// By the rules of OpenTelemetry's `servicegraph` connector
/// <https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/servicegraphconnector>: a span
/// of a client or a producer and one of a server or a consumer are one call when the first is the second's parent; of
/// spans that find no other half within ``patience`` a call to somebody without spans is made where they say to whom, and
/// one from a user where a server's span has no parent. Unlike there, a server may share its client's id (Zipkin), one
/// producer may have many consumers, and what one service calls of itself is no call.
package struct ServiceCallPairing: Sendable {
    /// How long the other half is waited for: libraries send what they have every five seconds.
    package static let patience = Duration.seconds(15)
    /// Halves that wait. Further spans make no calls and are counted.
    package static let capacity = 100_000

    private struct Key: Hashable {
        var trace: TraceID
        var span: SpanID
    }

    private struct Client {
        var service: String
        var peer: String?
        var isDatabase: Bool
        var hasFailed: Bool
        var duration: Duration
        /// Whether a server was found.
        var isPaired = false
    }

    private struct Server {
        var id: SpanID
        var service: String
        var hasParent: Bool
        var hasFailed: Bool
        var duration: Duration
    }

    private enum Half {
        case client(Key)
        case server(Key)
    }

    private var clients: [Key: Client] = [:]
    /// By the parent they name, or by their own id where they name none.
    private var servers: [Key: [Server]] = [:]
    /// Who waits since when, oldest first; those before ``firstWaiting`` have been seen to.
    private var waiting: [(half: Half, since: MonotonicTime)] = []
    private var firstWaiting = 0
    private var calls: [ServiceCall] = []
    /// Spans for which there was no room.
    package private(set) var missed = 0

    package init() {}

    /// Takes a span that has just arrived.
    package mutating func take(_ span: Span, at now: MonotonicTime) {
        switch span.kind {
        case .client, .producer: takeClient(span, at: now)
        case .server, .consumer: takeServer(span, at: now)
        case .internal, .unspecified: break
        }
    }

    /// The calls that are known now and were not before.
    package mutating func takeCalls(at now: MonotonicTime) -> [ServiceCall] {
        while firstWaiting < waiting.count, waiting[firstWaiting].since.duration(to: now) > Self.patience {
            giveUp(waiting[firstWaiting].half)
            firstWaiting += 1
        }
        if firstWaiting > 1_024, firstWaiting * 2 > waiting.count {
            waiting.removeFirst(firstWaiting)
            firstWaiting = 0
        }
        let calls = calls
        self.calls = []
        return calls
    }

    private mutating func takeClient(_ span: Span, at now: MonotonicTime) {
        let key = Key(trace: span.trace, span: span.id)
        guard clients[key] == nil else { return }
        var client = Client(
            service: span.service, peer: span.calledName,
            isDatabase: span.attribute("db.system") != nil || span.attribute("db.system.name") != nil,
            hasFailed: span.status == .error, duration: span.duration)
        let early = (servers.removeValue(forKey: key) ?? []) + takeNamesakes(of: span)
        for server in early { pair(client, server) }
        client.isPaired = !early.isEmpty
        guard hasRoom else { return }
        // It stays for further consumers, and for a span of its own that comes twice.
        clients[key] = client
        waiting.append((.client(key), now))
    }

    /// Servers that share this client's id and wait beside it, under the parent that both name.
    private mutating func takeNamesakes(of span: Span) -> [Server] {
        guard let parent = span.parent else { return [] }
        let key = Key(trace: span.trace, span: parent)
        guard let beside = servers[key], beside.contains(where: { $0.id == span.id }) else { return [] }
        let others = beside.filter { $0.id != span.id }
        servers[key] = others.isEmpty ? nil : others
        return beside.filter { $0.id == span.id }
    }

    private mutating func takeServer(_ span: Span, at now: MonotonicTime) {
        let server = Server(
            id: span.id, service: span.service, hasParent: span.parent != nil, hasFailed: span.status == .error,
            duration: span.duration)
        let own = Key(trace: span.trace, span: span.id)
        let above = span.parent.map { Key(trace: span.trace, span: $0) }
        // One that shares its client's id names its client's parent, which is no caller of it.
        for key in [own, above].compactMap(\.self) {
            guard let client = clients[key], client.service != server.service else { continue }
            pair(client, server)
            clients[key]?.isPaired = true
            return
        }
        guard hasRoom else { return }
        let key = above ?? own
        servers[key, default: []].append(server)
        waiting.append((.server(key), now))
    }

    private var hasRoom: Bool {
        mutating get {
            guard waiting.count - firstWaiting < Self.capacity else {
                missed += 1
                return false
            }
            return true
        }
    }

    private mutating func pair(_ client: Client, _ server: Server) {
        guard client.service != server.service else { return }
        calls.append(
            ServiceCall(
                link: .init(client: client.service, server: server.service),
                hasFailed: client.hasFailed || server.hasFailed, clientDuration: client.duration,
                serverDuration: server.duration))
    }

    private mutating func giveUp(_ half: Half) {
        switch half {
        case .client(let key):
            guard let client = clients.removeValue(forKey: key), !client.isPaired, let peer = client.peer else {
                return
            }
            calls.append(
                ServiceCall(
                    link: .init(
                        client: client.service, server: peer, ends: client.isDatabase ? .database : .virtualServer),
                    hasFailed: client.hasFailed, clientDuration: client.duration))
        case .server(let key):
            for server in servers.removeValue(forKey: key) ?? [] where !server.hasParent {
                calls.append(
                    ServiceCall(
                        link: .init(client: ServiceCall.user, server: server.service, ends: .virtualClient),
                        hasFailed: server.hasFailed, serverDuration: server.duration))
            }
        }
    }
}

extension Span {
    /// What a client says of whom it calls, the best word first.
    fileprivate var calledName: String? {
        if let name = peerNames.first { return String(name) }
        return ["db.name", "db.namespace", "db.system", "db.system.name", "server.address", "net.peer.name"].lazy
            .compactMap { attribute($0) }.first { !$0.isEmpty }
    }
}
