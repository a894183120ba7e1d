internal import HTTPWire
internal import TraceModel

extension TraceAPI {
    /// Takes an `ExportTraceServiceRequest` that came by gRPC.
    ///
    /// - Returns: the `ExportTraceServiceResponse`, which tells what was not taken.
    func export(message: [UInt8]) throws(GRPCStatus) -> [UInt8] {
        if let seconds = intake.take(message.count, at: clock.monotonic()) {
            traces.noteDeferred()
            throw .comeAgain(inSeconds: seconds, "more spans come than can be read")
        }
        do throws(SpanPayloadError) {
            let batch = try OTLPDecoding.batch(protobuf: message)
            traces.insert(batch, receivedAt: clock.wall())
            return OTLPAnswer.response(to: batch, .protobuf)
        } catch {
            throw GRPCStatus(.invalidArgument, "the message is no ExportTraceServiceRequest: \(error.description)")
        }
    }
}
