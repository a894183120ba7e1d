internal import SystemIO

/// The targets that a DNS service record names, `_metrics._tcp.mesh.example` (RFC 2782), asked for every ten seconds.
final class ServiceTargetFeed: TargetFeed {
    private static let interval = Duration.seconds(10)
    private static let eagerInterval = Duration.seconds(1)

    private let name: String
    private let server: SocketAddress?
    private let loop: EventLoop
    private let errands: Errands
    private let onList: ([TargetEntry]) -> Void
    private var emptyRule = EmptyListRule()
    private var hasTargets = false
    private(set) var trouble: String?

    /// - Parameter server: the DNS server to ask; nothing for the machine's own.
    init(
        name: String, server: SocketAddress?, loop: EventLoop, errands: Errands,
        onList: @escaping ([TargetEntry]) -> Void
    ) {
        self.name = name
        self.server = server
        self.loop = loop
        self.errands = errands
        self.onList = onList
    }

    func start() {
        let (name, server) = (name, server)
        errands.run {
            Result { () throws(NameLookupFailure) in
                try NameLookup.query(name, type: DNSAnswer.service, server: server)
            }
        } then: { [weak self] in
            self?.take($0)
        }
    }

    private func take(_ result: Result<[UInt8], NameLookupFailure>) {
        switch result {
        case .success(let message):
            trouble = nil
            let list = DNSAnswer.services(in: message).map { service in
                TargetEntry(
                    url: TargetURL(host: .name(service.host, port: service.port)),
                    usualPaths: TargetEntry.prometheusPaths)
            }
            hasTargets = hasTargets || !list.isEmpty
            if list.isEmpty { trouble = "the service records of \(name) name no target" }
            if emptyRule.believes(list) { onList(list) }
        case .failure(let failure):
            trouble = hasTargets ? "\(failure); the last list of targets still counts" : failure.description
        }
        loop.schedule(after: hasTargets ? Self.interval : Self.eagerInterval) { [weak self] in self?.start() }
    }
}
