import HTTPTransport
import Synchronization
import SystemIO

/// Who takes connections that the machine sent to one of the proxy's ports instead of where they were going.
protocol RedirectionTarget: AnyObject {
    var redirection: RedirectionPlan { get }
    /// Takes a connection that was going to `original`.
    func adopt(_ socket: Socket, from peer: SocketAddress, to original: SocketAddress)
}

/// The listeners of a worker that have no port of their own, by where connections to them are going.
struct RedirectionTable {
    private struct Key: Hashable {
        var reporter: Reporter
        var address: SocketAddress
    }

    private var targets: [Key: any RedirectionTarget] = [:]

    mutating func add(_ target: any RedirectionTarget, _ reporter: Reporter, at address: SocketAddress) {
        targets[Key(reporter: reporter, address: address)] = target
    }

    /// The listener of exactly this address, or else of its port anywhere.
    func target(_ reporter: Reporter, for address: SocketAddress) -> (any RedirectionTarget)? {
        if let exact = targets[Key(reporter: reporter, address: address)] { return exact }
        guard let anywhere = SocketAddress(ip: "0.0.0.0", port: address.port) else { return nil }
        return targets[Key(reporter: reporter, address: anywhere)]
    }
}

/// The proxy's own ends of connections that go on to where they were going. When one of them comes in again, the machine
/// sends the proxy's own connections back to it, and each would make another without end.
final class PassedConnections: Sendable {
    private let own = Mutex<Set<SocketAddress>>([])
    private let loops = Atomic<UInt64>(0)

    func insert(_ address: SocketAddress) { own.withLock { _ = $0.insert(address) } }
    func remove(_ address: SocketAddress) { own.withLock { _ = $0.remove(address) } }

    /// Whether the peer of an accepted connection is this proxy itself, which is then counted.
    func isLoop(_ peer: SocketAddress) -> Bool {
        guard own.withLock({ $0.contains(peer) }) else { return false }
        countLoop()
        return true
    }

    func countLoop() { loops.add(1, ordering: .relaxed) }

    var loopCount: UInt64 { loops.load(ordering: .relaxed) }
}
