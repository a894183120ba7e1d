import Collector
import SystemIO
import TraceModel

/// Where traces come from: a receiver of our own, or the one that already runs on this machine.
struct TraceSession {
    static let defaultAddress = "127.0.0.1:4318"
    /// Where Zipkin's own server listens, and its reporters send if they are not told otherwise.
    static let zipkinAddress = "127.0.0.1:9411"
    static let options =
        [
            Option(name: "--zipkin", summary: "take spans at \(zipkinAddress) too, as Zipkin's own server does")
        ] + TraceServerConfiguration.options

    let source: any TraceSource
    /// Metrics that are pushed to the same address; nothing when somebody else receives.
    var inbox: MetricInbox?
    private let receiver: TraceReceiver?

    /// What a person should know about the traces that are not here.
    var notices: [String] {
        let partial = (source as? TraceServer)?.notices.map { "traces: \($0)" } ?? []
        let missed = receiver?.missedAddresses.map { address in
            "spans sent by gRPC to \(address) are not here: somebody else has that port"
        }
        return [receiver?.traces.counts.notice].compactMap(\.self) + partial + (missed ?? [])
    }

    /// OTLP's port for gRPC beside its port for HTTP. Every port takes both, but exporters send there if they are not
    /// told otherwise.
    private static func besides(_ address: SocketAddress) -> [SocketAddress] {
        guard address.port == 4318 else { return [] }
        return [address.with(port: 4317)]
    }

    /// Starts a receiver there, or fails.
    ///
    /// - Parameter countsSpans: whether a graph is made of spans where nobody sends metrics for one.
    static func receive(
        at address: SocketAddress, others: [SocketAddress] = [], metrics: Bool = true, countsSpans: Bool = false
    ) throws(TraceReceiverError) -> TraceSession {
        // What nobody empties must not fill.
        let inbox = metrics ? MetricInbox() : nil
        let counter = countsSpans ? inbox.map { SpanCounter(inbox: $0) } : nil
        let receiver = try TraceReceiver(
            address: address, others: others, wishes: besides(address), traces: LocalTraceSource(counter: counter),
            metrics: inbox)
        return TraceSession(source: receiver.traces, inbox: inbox, receiver: receiver)
    }

    /// Starts a receiver, unless another meshtop, most likely, has the port: its traces are as good.
    ///
    /// - Parameters:
    ///   - elsewhere: a server whose traces are wanted instead, if the command line names no other.
    ///   - receive: where metrics are wanted, and so a receiver of our own.
    ///   - countsSpans: see ``receive(at:others:metrics:countsSpans:)``; only where `receive` says where.
    ///   - metrics: whether somebody looks at metrics that are pushed.
    static func open(
        _ invocation: Invocation, elsewhere configured: TraceServerConfiguration? = nil,
        receive wanted: SocketAddress? = nil, countsSpans: Bool = false,
        metrics: Bool = true
    ) throws -> TraceSession {
        let elsewhere = try TraceServerConfiguration(invocation) ?? configured
        let others = invocation.has("--zipkin") ? [address(zipkinAddress)] : []
        if let elsewhere, !others.isEmpty {
            throw UsageError("--zipkin takes spans here, but the traces of this mesh are at \(elsewhere.url)")
        }
        if let wanted {
            let session = try receive(at: wanted, others: others, countsSpans: countsSpans)
            guard let elsewhere else { return session }
            return TraceSession(
                source: TraceServer(elsewhere), inbox: session.inbox, receiver: session.receiver)
        }
        if let elsewhere {
            return TraceSession(source: TraceServer(elsewhere), inbox: nil, receiver: nil)
        }
        let own = address(defaultAddress)
        do throws(TraceReceiverError) {
            return try receive(at: own, others: others, metrics: metrics)
        } catch {
            switch error {
            case .portTaken(own) where others.isEmpty:
                return TraceSession(source: RemoteTraceSource(address: own), inbox: nil, receiver: nil)
            case .portTaken(own):
                throw CommandFailure(
                    "--zipkin cannot be had: the collector at \(own) is another's; give it --zipkin, or end it")
            case .portTaken(let taken):
                throw CommandFailure("--zipkin cannot be had: \(taken) is taken, most likely by a Zipkin server")
            case .system: throw error
            }
        }
    }

    private static func address(_ text: String) -> SocketAddress {
        guard let address = SocketAddress(text) else { preconditionFailure("\(text) is an address") }
        return address
    }

    func stop() {
        receiver?.stop()
    }
}
