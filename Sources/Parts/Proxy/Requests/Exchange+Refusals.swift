import HTTPTransport
import HTTPWire
import TrafficPolicy

/// How filters refuse requests.
extension Exchange {
    /// Ends the request with a refusal, in the form that its client understands: gRPC gets a status in headers alone, with
    /// a body in the request or without.
    ///
    /// - Parameter grpcStatus: unsaid, what the HTTP status means there.
    func refuse(
        status: Int, _ body: [UInt8], grpcStatus: Int? = nil, flag: ResponseFlag = .none,
        editing edit: (inout ResponseHead) -> Void = { _ in }
    ) {
        isGRPC = isGRPC || head.value(of: "content-type").map { GRPCRules.isContentType($0) } ?? false
        var answer = ResponseHead(status: status)
        edit(&answer)
        body.withUnsafeBytes { send(answer, $0, flag: flag, grpcStatus: grpcStatus) }
    }
}
