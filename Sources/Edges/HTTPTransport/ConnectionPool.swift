package import HTTPWire
internal import Quantities
package import SystemIO
package import TLSTransport

/// How long upstreams may take, and how many connections there may be.
package struct HTTPClientLimits: Hashable, Sendable {
    package var wire = HTTPLimits.default
    /// For the connection and its handshake together.
    package var connectTimeout: Duration = .seconds(5)
    /// How long an unused connection is kept. Below the 75 seconds after which servers usually close theirs, so that
    /// the race between their close and our request is rare.
    package var idleTimeout: Duration = .seconds(60)
    /// For the upstream to take some of what is sent.
    package var stallTimeout: Duration = .seconds(60)
    /// Connections to one upstream; requests beyond them fail with ``UpstreamFailure/overloaded``.
    package var connections = 1024
    /// Unused connections that are kept.
    package var idleConnections = 128
    /// What upstreams of HTTP/2 may send on new connections, and how many requests one carries at a time.
    package var http2 = HTTP2Limits.client

    package init() {}
}

/// The connections from one event loop to one upstream.
///
/// A request of HTTP/1.1 gets the connection that was used last, which is the least likely to have been closed meanwhile,
/// or a new one. One of HTTP/2 joins others on the first connection that has room, be it still on its way, or gets a new
/// one. Requests are never queued: waiting is for those who know the deadline.
package final class HTTPConnectionPool {
    package let address: SocketAddress
    /// What new connections are greeted with; nothing for plain. Replacing it rotates certificates.
    package var tls: TLSContext?
    /// What new connections of HTTP/2 are greeted with where that differs: by ALPN.
    package var http2TLS: TLSContext?

    let loop: EventLoop
    /// New connections and requests keep to what is said here by then.
    @exclusivity(unchecked) package var limits: HTTPClientLimits
    let idleNanoseconds: Int64
    private let sourceAddress: SocketAddress?
    @exclusivity(unchecked) private var idle: [ClientConnection] = []
    private var connections: [ObjectIdentifier: ClientConnection] = [:]
    /// Those that speak HTTP/2, the oldest first.
    @exclusivity(unchecked) private var shared: [HTTP2ClientConnection] = []
    private var isClosed = false
    /// Called with 1 for every connection that is being made and -1 for every one that has ended.
    package var onConnectionCount: ((Int) -> Void)?
    /// Called when a connection has nothing to do any more. Not from within a call on the pool.
    package var onIdle: (() -> Void)?
    /// Called with this end of every connection that is being made, and again, with false, when it has ended.
    package var onLocalAddress: ((SocketAddress, Bool) -> Void)?
    private var localAddresses: [ObjectIdentifier: SocketAddress] = [:]

    /// - Parameter sourceAddress: the local address to connect from; its port is ignored.
    package init(
        loop: EventLoop, address: SocketAddress, tls: TLSContext? = nil, sourceAddress: SocketAddress? = nil,
        limits: HTTPClientLimits = HTTPClientLimits()
    ) {
        self.loop = loop
        self.address = address
        self.tls = tls
        self.sourceAddress = sourceAddress
        self.limits = limits
        idleNanoseconds = limits.idleTimeout.nanoseconds
    }

    package var connectionCount: Int { connections.count + shared.count }
    /// Connections of HTTP/1.1 that wait for a request.
    package var idleCount: Int { idle.count }

    /// Whether a request could be sent at once, on a connection that stands.
    @inline(__always)
    package func isReady(http2: Bool) -> Bool {
        http2 ? shared.contains { $0.isOpen && $0.hasRoom } : !idle.isEmpty
    }

    /// Whether a request would be taken without another connection, be it after one that is on its way.
    @inline(__always)
    package func hasRoom(http2: Bool) -> Bool {
        http2 ? shared.contains { $0.hasRoom } : !idle.isEmpty
    }

    /// Bytes of requests that wait for an upstream's windows.
    package var waitingBytes: Int { shared.reduce(0) { $0 + $1.waitingCount } }
    /// One of them, for tests that watch its life.
    package var anyConnection: AnyObject? { connections.values.first ?? shared.first }

    /// Begins a request. The stream takes its head at once; failures come to the handler, later.
    ///
    /// - Parameter fresh: whether to make a new connection even when one is kept: for the second try of a request that
    ///   met a stale one.
    /// - Parameter http2: whether to speak HTTP/2, which nobody asks the upstream about: it is known beforehand, and over
    ///   TLS the context must offer `h2`.
    package func open(
        _ handler: any HTTPClientStreamHandler, fresh: Bool = false, http2: Bool = false
    ) -> HTTPClientStream {
        let stream = HTTPClientStream(handler: handler)
        if http2 {
            openHTTP2(stream, fresh: fresh)
            return stream
        }
        if !fresh, let connection = idle.popLast() {
            connection.serve(stream)
            return stream
        }
        guard connectionCount < limits.connections else {
            // A kept connection is still better than none.
            if let connection = idle.popLast() { connection.serve(stream) } else { fail(stream, .overloaded) }
            return stream
        }
        connect(stream)
        return stream
    }

    private func openHTTP2(_ stream: HTTPClientStream, fresh: Bool) {
        let known = shared.first { $0.hasRoom && !(fresh && $0.isOpen) }
        if let known { return known.serve(stream) }
        if connectionCount < limits.connections { return connect(stream, http2: true) }
        guard let known = shared.first(where: { $0.hasRoom }) else { return fail(stream, .overloaded) }
        known.serve(stream)
    }

    private func connect(_ stream: HTTPClientStream, http2: Bool = false) {
        var session: TLSSession?
        if let tls = http2 ? http2TLS ?? tls : tls {
            do throws(TLSError) {
                session = try TLSSession(tls)
            } catch {
                return fail(stream, .tlsFailure(error.description))
            }
        }
        do throws(SystemError) {
            let socket = try Socket.connecting(to: address, from: sourceAddress)
            do throws(SystemError) {
                if http2 {
                    let connection = try HTTP2ClientConnection(pool: self, socket: socket, tls: session)
                    shared.append(connection)
                    opened(ObjectIdentifier(connection), socket)
                    connection.serve(stream)
                    return
                }
                let connection = try ClientConnection(pool: self, socket: socket, tls: session, stream: stream)
                connections[ObjectIdentifier(connection)] = connection
                opened(ObjectIdentifier(connection), socket)
            } catch {
                socket.close()
                throw error
            }
        } catch {
            fail(stream, .connectFailed(error))
        }
    }

    private func opened(_ connection: ObjectIdentifier, _ socket: Socket) {
        onConnectionCount?(1)
        guard let onLocalAddress, let address = socket.localAddress else { return }
        localAddresses[connection] = address
        onLocalAddress(address, true)
    }

    private func ended(_ connection: ObjectIdentifier) {
        onConnectionCount?(-1)
        if let address = localAddresses.removeValue(forKey: connection) { onLocalAddress?(address, false) }
    }

    private func fail(_ stream: HTTPClientStream, _ failure: UpstreamFailure) {
        loop.soon { stream.fail(failure) }
    }

    /// Calls back on the pool's loop, not from within this call.
    package func onSoon(_ action: @escaping () -> Void) { loop.soon(action) }

    /// Closes the connections that are not in use; those that are close after their response.
    package func close() {
        isClosed = true
        for connection in idle.reversed() { connection.close() }
        for connection in shared { connection.retire() }
    }

    func keep(_ connection: ClientConnection) {
        if isClosed || idle.count >= limits.idleConnections {
            idle.append(connection)
            connection.close()
        } else {
            idle.append(connection)
            if let onIdle { loop.soon(onIdle) }
        }
    }

    func forgetIdle(_ connection: ClientConnection) {
        // The most recently used is at the end, and the longest unused, which times out, at the front.
        if let index = idle.firstIndex(where: { $0 === connection }) { idle.remove(at: index) }
    }

    func connectionClosed(_ connection: ClientConnection) {
        if connections.removeValue(forKey: ObjectIdentifier(connection)) != nil { ended(ObjectIdentifier(connection)) }
    }

    /// There is room for another request on a connection that stands and had none, or it has nothing more to do.
    func hasRoomAgain() {
        if let onIdle { loop.soon(onIdle) }
    }

    func connectionClosed(_ connection: HTTP2ClientConnection) {
        guard let index = shared.firstIndex(where: { $0 === connection }) else { return }
        shared.remove(at: index)
        ended(ObjectIdentifier(connection))
    }
}
