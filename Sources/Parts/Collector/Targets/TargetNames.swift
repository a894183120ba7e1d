internal import Quantities
internal import SystemIO

/// The addresses of names, looked up on other threads and kept for a while. Belongs to the loop.
final class TargetNames {
    /// Names move rarely, and whoever does not answer is looked up again at once.
    private static let lifetime = Duration.seconds(30)
    private static let failureLifetime = Duration.seconds(2)
    /// More names than targets can have are no use.
    private static let capacity = 2 * TargetBook.capacity

    private struct Answer {
        var result: Result<[SocketAddress], NameLookupFailure>
        var time: MonotonicTime
    }

    private let loop: EventLoop
    private let errands: Errands
    private let server: SocketAddress?
    private var answers: [String: Answer] = [:]
    private var waiting: [String: [(Result<[SocketAddress], NameLookupFailure>) -> Void]] = [:]

    /// - Parameter server: a DNS server to ask instead of the machine's own ways.
    init(loop: EventLoop, errands: Errands, server: SocketAddress?) {
        self.loop = loop
        self.errands = errands
        self.server = server
    }

    /// Calls `completion` on the loop with one of the host's addresses: at once when it is known, even if it is being
    /// looked up again.
    ///
    /// - Parameter attempt: how often the host has failed already; each time another of its addresses is given.
    func withAddress(
        of host: TargetHost, attempt: Int,
        _ completion: @escaping (Result<SocketAddress, NameLookupFailure>) -> Void
    ) {
        guard case .name(let name, let port) = host else {
            if case .address(let address) = host { completion(.success(address)) }
            return
        }
        let pick = { (result: Result<[SocketAddress], NameLookupFailure>) in
            completion(result.map { $0[attempt % $0.count].with(port: port) })
        }
        guard let answer = answers[name] else { return lookUp(name, then: pick) }
        let age = answer.time.duration(to: loop.now)
        switch answer.result {
        case .success:
            if age > Self.lifetime || attempt > 0 && age > Self.failureLifetime { lookUp(name) { _ in } }
            pick(answer.result)
        case .failure:
            if age > Self.failureLifetime { lookUp(name, then: pick) } else { pick(answer.result) }
        }
    }

    private func lookUp(
        _ name: String, then completion: @escaping (Result<[SocketAddress], NameLookupFailure>) -> Void
    ) {
        let isAsked = waiting[name] != nil
        waiting[name, default: []].append(completion)
        guard !isAsked else { return }
        let server = server
        errands.run {
            Result { () throws(NameLookupFailure) in try Self.addresses(of: name, server: server) }
        } then: { [weak self] in
            self?.take($0, of: name)
        }
    }

    private func take(_ result: Result<[SocketAddress], NameLookupFailure>, of name: String) {
        if answers.count >= Self.capacity { answers = [:] }
        var result = result
        // DNS that is away takes no address that is known already.
        if case .failure = result, let known = answers[name]?.result, case .success = known { result = known }
        answers[name] = Answer(result: result, time: loop.now)
        for completion in waiting.removeValue(forKey: name) ?? [] { completion(result) }
    }

    private static func addresses(
        of name: String, server: SocketAddress?
    ) throws(NameLookupFailure) -> [SocketAddress] {
        guard let server else { return try NameLookup.addresses(of: name, port: 0) }
        var addresses: [SocketAddress] = []
        var failure: NameLookupFailure?
        for type in [DNSAnswer.v4, DNSAnswer.v6] {
            do throws(NameLookupFailure) {
                addresses += DNSAnswer.addresses(in: try NameLookup.query(name, type: type, server: server))
            } catch {
                failure = failure ?? error
            }
        }
        guard addresses.isEmpty else { return addresses }
        throw failure ?? NameLookupFailure("the name \(name) has no address")
    }
}
