import Synchronization
import SystemIO

/// Listening sockets of the proxy that ran before, until somebody needs them: each worker takes one of an address. All
/// threads may ask.
final class InheritedSockets: Sendable {
    private let sockets: Mutex<[SocketAddress: [Socket]]>
    /// How many sockets the address with the most has: the workers of the proxy before.
    let workers: Int

    init(_ list: [Socket]) {
        var sockets: [SocketAddress: [Socket]] = [:]
        for socket in list {
            guard let address = socket.localAddress else {
                socket.close()
                continue
            }
            sockets[address, default: []].append(socket)
        }
        workers = sockets.values.map(\.count).max() ?? 0
        self.sockets = Mutex(sockets)
    }

    /// A socket that listens on `address`; the caller closes it.
    func take(_ address: SocketAddress) -> Socket? { sockets.withLock { $0[address]?.popLast() } }

    /// One of `inherited`, or a new one where there is none.
    static func listening(
        on address: SocketAddress, sharesPort: Bool = false, of inherited: InheritedSockets?
    ) throws(SystemError) -> Socket {
        if let socket = inherited?.take(address) { return socket }
        return try Socket.listening(on: address, sharesPort: sharesPort)
    }

    /// Closes what nobody needed: addresses that the configuration no longer has.
    func closeRest() {
        let rest = sockets.withLock { sockets in
            defer { sockets = [:] }
            return sockets.values.joined().map { $0 }
        }
        for socket in rest { socket.close() }
    }
}
