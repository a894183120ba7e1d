import HTTPTransport
import HTTPWire
import TrafficPolicy

/// How filters refuse requests.
extension Exchange {
    /// Ends the request with a refusal, in the form that its client understands: gRPC gets a status in headers
    /// alone.
    ///
    /// - Parameter grpcStatus: unsaid, what the HTTP status means there.
    func refuse(
        status: Int, _ body: [UInt8], grpcStatus: Int? = nil, flag: ResponseFlag = .none,
        editing edit: (inout ResponseHead) -> Void = { _ in }
    ) {
        var answer = ResponseHead(status: status)
        edit(&answer)
        body.withUnsafeBytes { send(answer, $0, flag: flag, grpcStatus: grpcStatus) }
    }
}
