import SystemIO
import TLSTransport
import TrafficPolicy

/// Looks at the first bytes of a connection without taking them: what Envoy's `tls_inspector` does.
///
/// A client that waits for the server to speak first, as MySQL's does, sends nothing to look at. It waits here for the
/// timeout, as it does in Envoy, and is then taken for plain text or closed.
final class ConnectionInspection: EventHandler {
    /// What Envoy waits when nothing is said.
    static let defaultTimeout: Duration = .seconds(15)

    private let loop: EventLoop
    private let socket: Socket
    private let timeout: Deadline
    private var registration: EventLoop.Registration?
    private var completion: ((ConnectionFacts?) -> Void)?

    /// - Parameters:
    ///   - timeout: zero waits as long as a connection may idle, which is as good as for ever.
    ///   - continues: whether a silent connection is taken for plain text.
    ///   - completion: called once, on the loop, unless the inspection is cancelled; with nothing when the connection is
    ///     to be closed. The socket stays the caller's.
    init(
        loop: EventLoop, socket: Socket, timeout: Duration, continues: Bool,
        completion: @escaping (ConnectionFacts?) -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.socket = socket
        self.completion = completion
        let box = Box()
        self.timeout = Deadline(loop: loop) { box.inspection?.finish(continues ? .plainText : nil) }
        box.inspection = self
        registration = try loop.register(socket.descriptor, for: [.readable, .ended], handler: self)
        self.timeout.arm(after: timeout > .zero ? timeout : ConnectionPlan.defaultIdleTimeout)
    }

    private final class Box {
        weak var inspection: ConnectionInspection?
    }

    func ready(_ readiness: Readiness) {
        switch socket.peek(into: loop.readBuffer) {
        case .value(0), .failed: finish(nil)
        case .value(let count):
            switch ClientHello.read(UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count])) {
            case .hello(let hello):
                finish(
                    ConnectionFacts(
                        isTLS: true, serverName: hello.serverName, applicationProtocols: hello.applicationProtocols))
            case .other: finish(.plainText)
            case .incomplete:
                // What will never be whole: the peer has sent its last byte, or more than there is room to look at.
                if readiness.intersects(.ended) || count == loop.readBuffer.count { finish(nil) }
            }
        case .wouldBlock: break
        }
    }

    /// Looks no more; nobody is told.
    func cancel() {
        completion = nil
        timeout.invalidate()
        if let registration { loop.unregister(registration) }
        registration = nil
    }

    private func finish(_ facts: ConnectionFacts?) {
        guard let completion else { return }
        cancel()
        completion(facts)
    }
}
