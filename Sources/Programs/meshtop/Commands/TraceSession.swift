import Collector
import SystemIO

/// Where traces come from: a receiver of our own, or the one that already runs on this machine.
struct TraceSession {
    static let defaultAddress = "127.0.0.1:4318"

    let source: any TraceSource
    private let receiver: TraceReceiver?

    /// Starts a receiver, unless another meshtop, most likely, has the port: its traces are as good.
    ///
    /// - Parameter elsewhere: a collector or a Jaeger whose traces are wanted instead.
    static func open(elsewhere: SocketAddress? = nil) throws -> TraceSession {
        if let elsewhere { return TraceSession(source: RemoteTraceSource(address: elsewhere), receiver: nil) }
        guard let address = SocketAddress(defaultAddress) else {
            preconditionFailure("\(defaultAddress) is an address")
        }
        do throws(TraceReceiverError) {
            let receiver = try TraceReceiver(address: address)
            return TraceSession(source: receiver.traces, receiver: receiver)
        } catch {
            switch error {
            case .portTaken: return TraceSession(source: RemoteTraceSource(address: address), receiver: nil)
            case .system: throw error
            }
        }
    }

    func stop() {
        receiver?.stop()
    }
}
