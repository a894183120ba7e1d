import Glibc
package import HTTPTransport
package import SystemIO

/// Why a receiver did not start.
package enum TraceReceiverError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Someone listens there already, most likely another collector: ask that one (``RemoteTraceSource``).
    case portTaken(SocketAddress)
    case system(SystemError)

    package var description: String {
        switch self {
        case .portTaken(let address): "\(address) is taken; another collector may be running there"
        case .system(let error): error.description
        }
    }
}

/// Takes spans over HTTP and answers questions about them, and takes metrics when somebody wants them, on an event loop on
/// a thread of its own.
package final class TraceReceiver: Sendable {
    /// What has been received; look traces up here.
    package let traces: LocalTraceSource
    /// With the port that the kernel chose.
    package let boundAddress: SocketAddress

    private let handle: EventLoopHandle
    private let thread: ThreadHandle

    /// Where else it listens, in the order that was asked for.
    package let otherAddresses: [SocketAddress]

    /// Listens on `address`, and on the others, and starts. Every sender may use any of them.
    ///
    /// OTLP's own port is 4318, Zipkin's 9411.
    ///
    /// - Parameter metrics: where metrics go that are pushed; without it none are taken.
    package init(
        address: SocketAddress, others: [SocketAddress] = [], traces: LocalTraceSource = LocalTraceSource(),
        metrics: MetricInbox? = nil
    ) throws(TraceReceiverError) {
        var tried = address
        var servers: [HTTPServer] = []
        do throws(SystemError) {
            // Handed over to the thread below: nothing here touches them again, so that one thread has them at a time.
            nonisolated(unsafe) let loop = try EventLoop()
            for address in [address] + others {
                tried = address
                servers.append(try Self.serve(traces, metrics: metrics, on: loop, address: address))
            }
            self.traces = traces
            boundAddress = servers.first?.boundAddress ?? address
            otherAddresses = servers.dropFirst().map(\.boundAddress)
            nonisolated(unsafe) let running = servers
            handle = loop.handle
            thread = try Threads.spawn(name: "traces") {
                loop.run()
                for server in running { server.close() }
            }
        } catch {
            // The ports before the one that is taken are free again.
            for server in servers { server.close() }
            throw error.code == EADDRINUSE ? .portTaken(tried) : .system(error)
        }
    }

    /// Stops listening and waits for the thread. What was received stays.
    package func stop() {
        handle.stop()
        thread.join()
    }

    /// The same server on a loop of the caller's.
    package static func serve(
        _ traces: LocalTraceSource, metrics: MetricInbox? = nil, on loop: EventLoop, address: SocketAddress
    ) throws(SystemError) -> HTTPServer {
        let api = TraceAPI(traces: traces)
        let push = metrics.map { PushAPI(inbox: $0) }
        return try HTTPServer(
            loop: loop, address: address, maximumBody: api.maximumBody, tooLarge: { api.refuseBody(of: $0) }
        ) { request, responder in
            responder.respond(push?.respond(to: request) ?? api.respond(to: request))
        }
    }
}
