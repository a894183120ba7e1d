internal import HTTPTransport
internal import Quantities
internal import SystemIO

/// Asks a server for a list of targets, again and again: a control plane, or any other that has Prometheus' HTTP service
/// discovery.
final class HTTPTargetFeed: TargetFeed {
    /// What differs from server to server.
    struct Server {
        /// Who it is, for sentences: `the control plane at 127.0.0.1:15010`.
        var name: String
        var url: TargetURL
        /// Between two questions.
        var interval: Duration
        /// The same until there is a first target: a mesh that is just starting should be seen at once.
        var eagerInterval: Duration
        /// For an answer.
        var deadline: Duration
        var usualPaths: [String]

        static func control(_ address: SocketAddress) -> Server {
            Server(
                name: "the control plane at \(address)",
                url: TargetURL(scheme: .http, host: .address(address), path: "/v1/targets"), interval: .seconds(2),
                eagerInterval: .milliseconds(100), deadline: .seconds(2), usualPaths: TargetEntry.proxyPaths)
        }

        static func list(_ url: TargetURL) -> Server {
            Server(
                name: "\(url)", url: url, interval: .seconds(5), eagerInterval: .milliseconds(500),
                deadline: .seconds(5),
                usualPaths: TargetEntry.prometheusPaths)
        }
    }

    private static let maximumBody = 16 << 20

    private let server: Server
    private let loop: EventLoop
    private let asking: TargetAsking
    private let onList: ([TargetEntry]) -> Void
    private var emptyRule = EmptyListRule()
    private var failures = 0
    private var hasTargets = false
    private(set) var trouble: String?

    init(
        _ server: Server, loop: EventLoop, asking: TargetAsking, onList: @escaping ([TargetEntry]) -> Void
    ) {
        self.server = server
        self.loop = loop
        self.asking = asking
        self.onList = onList
    }

    func start() {
        asking.get(
            server.url, accept: "application/json", deadline: server.deadline, maximumBody: Self.maximumBody,
            attempt: failures
        ) { [weak self] in self?.take($0) }
    }

    private func take(_ result: Result<HTTPResponse, TargetAsking.Failure>) {
        let failure = read(result)
        failures = failure == nil ? 0 : failures + 1
        trouble = failure.map { hasTargets ? "\($0); the last list of targets still counts" : $0 }
        loop.schedule(after: hasTargets ? server.interval : server.eagerInterval) { [weak self] in self?.start() }
    }

    /// Hands a list on, or tells why there is none.
    private func read(_ result: Result<HTTPResponse, TargetAsking.Failure>) -> String? {
        switch result {
        case .success(let response) where response.status == 200:
            do throws(TargetList.Failure) {
                let list = try TargetList.parse(
                    response.body, name: "\(server.url)", usualPaths: server.usualPaths)
                hasTargets = hasTargets || !list.isEmpty
                if emptyRule.believes(list) { onList(list) }
                return nil
            } catch {
                return "the list of targets of \(server.name) cannot be read: \(error.description)"
            }
        case .success(let response):
            return "\(server.name) \(TargetAsking.words(for: response)) when asked for its targets"
        case .failure(let failure):
            return "\(server.name) does not answer: \(failure.description)"
        }
    }
}
