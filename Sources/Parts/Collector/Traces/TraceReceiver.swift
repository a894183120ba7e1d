import Glibc
package import HTTPTransport
import HTTPWire
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

/// Takes spans over HTTP and gRPC and answers questions about them, and takes metrics when somebody wants them, on an
/// event loop on a thread of its own.
package final class TraceReceiver: Sendable {
    /// What has been received; look traces up here.
    package let traces: LocalTraceSource
    /// With the port that the kernel chose.
    package let boundAddress: SocketAddress

    private let handle: EventLoopHandle
    private let thread: ThreadHandle

    /// Where else it listens, in the order that was asked for.
    package let otherAddresses: [SocketAddress]
    /// Where it would listen too, but somebody else does.
    package let missedAddresses: [SocketAddress]

    /// Listens on `address`, and on the others, and starts. Every sender may use any of them.
    ///
    /// OTLP's own ports are 4318, and 4317 for gRPC; Zipkin's is 9411.
    ///
    /// - Parameters:
    ///   - wishes: where to listen as well when nobody does.
    ///   - metrics: where metrics go that are pushed; without it none are taken.
    package init(
        address: SocketAddress, others: [SocketAddress] = [], wishes: [SocketAddress] = [],
        traces: LocalTraceSource = LocalTraceSource(), metrics: MetricInbox? = nil
    ) throws(TraceReceiverError) {
        var tried = address
        var servers: [HTTPServer] = []
        var missed: [SocketAddress] = []
        do throws(SystemError) {
            // Handed over to the thread below: nothing here touches them again, so that one thread has them at a time.
            nonisolated(unsafe) let loop = try EventLoop()
            for address in [address] + others {
                tried = address
                servers.append(try Self.serve(traces, metrics: metrics, on: loop, address: address))
            }
            for address in wishes {
                tried = address
                do throws(SystemError) {
                    servers.append(try Self.serve(traces, metrics: metrics, on: loop, address: address))
                } catch  where error.code == EADDRINUSE {
                    missed.append(address)
                }
            }
            missedAddresses = missed
            self.traces = traces
            boundAddress = servers.first?.boundAddress ?? address
            otherAddresses = servers.dropFirst().map(\.boundAddress)
            nonisolated(unsafe) let running = servers
            handle = loop.handle
            thread = try Threads.spawn(name: "traces") {
                if let counter = traces.counter { Self.sendCounts(counter, on: loop) }
                loop.run()
                for server in running { server.close() }
            }
        } catch {
            // The ports before the one that is taken are free again.
            for server in servers { server.close() }
            throw error.code == EADDRINUSE ? .portTaken(tried) : .system(error)
        }
    }

    /// Once a second, beginning with the next.
    private static func sendCounts(_ counter: SpanCounter, on loop: EventLoop) {
        loop.schedule(after: .seconds(1)) {
            counter.send(at: loop.now, SystemClock.wall())
            sendCounts(counter, on: loop)
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
        let service = OTLPService(traces: api, metrics: push)
        var limits = HTTPServerLimits()
        var http2 = HTTP2Limits()
        // Each may fill a body's worth of memory. An exporter has one request at a time, or a few.
        http2.concurrentStreams = 16
        limits.http2 = http2
        return try HTTPServer(
            loop: loop, address: address, limits: limits, maximumBody: api.maximumBody + GRPCMessage.prefixBytes,
            tooLarge: { service.refuseBody(of: $0) ?? api.refuseBody(of: $0) }
        ) { request, responder in
            responder.respond(
                service.respond(to: request) ?? push?.respond(to: request) ?? api.respond(to: request))
        }
    }
}
