import SystemIO

/// The new proxy's side: it has the sockets of the one before, and tells it when it may go.
final class Takeover: EventHandler {
    let sockets: InheritedSockets
    private let connection: LocalSocket
    private let path: String
    private var loop: EventLoop?
    private var registration: EventLoop.Registration?
    private var completion: (() -> Void)?

    /// How long the proxy before may take for an answer, in seconds. It sends a few hundred small messages.
    private static let patience: CInt = 10
    /// Sockets that are accepted from it; more than any configuration has.
    private static let limit = 65_536

    /// Asks the proxy that offers its sockets at `path`; `nil` when there is none. It blocks: nothing runs yet.
    init?(path: String) throws(ProxyError) {
        var received: [Socket] = []
        self.path = path
        do throws(SystemError) {
            connection = try LocalSocket.connecting(to: path, patience: Self.patience)
        } catch {
            if LocalSocket.isNobodyThere(error) { return nil }
            throw .environment("takeover: \(error)")
        }
        do throws(SystemError) {
            try connection.send(TakeoverMessage.take.bytes)
            while true {
                guard case .message(let message) = try connection.receive() else {
                    throw SystemError(call: "recvmsg", code: 0, subject: "the proxy that runs did not answer")
                }
                let socket = message.socket.flatMap { Socket(adopting: $0) }
                switch TakeoverMessage(message.bytes) {
                case .socket? where received.count < Self.limit:
                    if let socket { received.append(socket) }
                    continue
                case .end?:
                    sockets = InheritedSockets(received)
                    return
                default:
                    throw SystemError(call: "recvmsg", code: 0, subject: "the proxy that runs refused")
                }
            }
        } catch {
            for socket in received { socket.close() }
            connection.close()
            throw .environment("takeover from \(path): \(error.subject.isEmpty ? error.description : error.subject)")
        }
    }

    /// Tells the proxy before that this one carries requests, and calls back on the loop once that one has let go of its
    /// pages, or is gone.
    func finish(on loop: EventLoop, _ completion: @escaping () -> Void) {
        do throws(SystemError) {
            try connection.send(TakeoverMessage.ready.bytes)
            registration = try loop.register(connection.descriptor, for: .readable, edgeTriggered: false, handler: self)
            self.loop = loop
            self.completion = completion
        } catch {
            // It is gone, and so are its sockets.
            connection.close()
            completion()
        }
    }

    func ready(_ readiness: Readiness) {
        guard let loop, let registration, let completion else { return }
        loop.unregister(registration)
        connection.close()
        self.completion = nil
        completion()
    }
}
