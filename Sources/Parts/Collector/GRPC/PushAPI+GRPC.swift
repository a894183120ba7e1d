internal import HTTPTransport
internal import HTTPWire
internal import PushedMetrics
internal import SystemIO

extension PushAPI {
    /// Takes an `ExportMetricsServiceRequest` that came by gRPC.
    ///
    /// - Parameter unpack: gives the message. A full inbox is looked at first: unpacking would be for nothing.
    /// - Returns: the `ExportMetricsServiceResponse`, which tells what was not taken.
    func export(
        from request: HTTPRequest, _ unpack: () throws(GRPCStatus) -> [UInt8]
    ) throws(GRPCStatus) -> [UInt8] {
        guard !inbox.isFull else { throw Self.full }
        let message = try unpack()
        let batch: PushedBatch
        do throws(PushError) {
            batch = try OTLPMetricsDecoding.batch(protobuf: message, wants: inbox.wants)
        } catch {
            throw GRPCStatus(.invalidArgument, "the message is no ExportMetricsServiceRequest: \(error.description)")
        }
        guard inbox.put(batch, by: .otlp, from: peer(of: request), at: SystemClock.monotonic(), SystemClock.wall())
        else { throw Self.full }
        return Self.exportResponse(to: batch)
    }

    private static var full: GRPCStatus {
        .comeAgain(inSeconds: 1, "too many samples wait to be looked at")
    }
}
