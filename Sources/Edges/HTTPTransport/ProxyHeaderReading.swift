package import HTTPWire
internal import Quantities
package import SystemIO

/// Reads the PROXY protocol's header off the front of a connection, and leaves what follows to whoever comes then.
package final class ProxyHeaderReading: EventHandler {
    /// How long a header may take; Envoy's `listener_filters_timeout`.
    package static let timeout = Duration.seconds(15)

    /// What a connection may begin with.
    package enum Rule: Hashable, Sendable {
        /// Whoever sends no header is sent away.
        case required
        /// Whoever sends none is taken for who connects.
        case optional
    }

    private let loop: EventLoop
    private let socket: Socket
    private let rule: Rule
    private var registration: EventLoop.Registration?
    private var timer: TimerID?
    private var completion: ((ProxyHeader?) -> Void)?

    /// - Parameter completion: called once, on the loop, unless the reading is cancelled; with nothing when the connection
    ///   is to be closed. The socket stays the caller's.
    package init(
        loop: EventLoop, socket: Socket, rule: Rule, timeout: Duration = timeout,
        completion: @escaping (ProxyHeader?) -> Void
    ) throws(SystemError) {
        self.loop = loop
        self.socket = socket
        self.rule = rule
        self.completion = completion
        registration = try loop.register(socket.descriptor, for: [.readable, .ended], handler: self)
        timer = loop.schedule(after: timeout) { [weak self] in self?.finish(nil) }
    }

    package func ready(_ readiness: Readiness) {
        switch socket.peek(into: loop.readBuffer) {
        case .value(0), .failed: finish(nil)
        case .value(let count):
            switch ProxyHeader.read(UnsafeRawBufferPointer(rebasing: loop.readBuffer[..<count])) {
            case .header(let header, let length): finish(isSound(header) && take(length) ? header : nil)
            case .other: finish(rule == .optional ? ProxyHeader() : nil)
            case .malformed: finish(nil)
            case .incomplete: if readiness.intersects(.ended) { finish(nil) }
            }
        case .wouldBlock: break
        }
    }

    /// Whether what it calls addresses are some.
    private func isSound(_ header: ProxyHeader) -> Bool {
        [header.source, header.destination].compactMap(\.self).allSatisfy { SocketAddress($0) != nil }
    }

    /// Takes the header's bytes, which are there, and no more.
    private func take(_ length: Int) -> Bool {
        guard length <= loop.readBuffer.count else { return false }
        let place = UnsafeMutableRawBufferPointer(rebasing: loop.readBuffer[..<length])
        return socket.read(into: place) == .value(length)
    }

    /// Reads no more; nobody is told.
    package func cancel() {
        completion = nil
        if let timer { loop.cancel(timer) }
        timer = nil
        if let registration { loop.unregister(registration) }
        registration = nil
    }

    /// The same, and closes the connection.
    package func abandon() {
        cancel()
        socket.close()
    }

    private func finish(_ header: ProxyHeader?) {
        guard let completion else { return }
        cancel()
        completion(header)
    }
}

extension SocketAddress {
    /// An address that a header names.
    package init?(_ address: ProxyHeader.Address) {
        self.init(ip: address.ip, port: address.port)
    }
}
