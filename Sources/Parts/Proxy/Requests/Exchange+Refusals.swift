import HTTPTransport
import HTTPWire

/// How filters refuse requests.
extension Exchange {
    /// Ends the request with a refusal, in the form that its client understands: gRPC gets a status in headers alone.
    ///
    /// - Parameter grpcStatus: unsaid, what the HTTP status means there
    ///   (<https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md>).
    func refuse(
        status: Int, _ body: [UInt8], grpcStatus: Int? = nil, flag: ResponseFlag,
        editing edit: (inout ResponseHead) -> Void = { _ in }
    ) {
        guard head.value(of: "content-type")?.starts(with: "application/grpc".utf8) == true else {
            var answer = ResponseHead(status: status)
            edit(&answer)
            return body.withUnsafeBytes { send(answer, $0, flag: flag) }
        }
        var answer = ResponseHead(status: 200)
        answer.add("content-type", literal: "application/grpc")
        let code = grpcStatus ?? Self.grpcStatus(of: status)
        answer.add("grpc-status", decimal: code)
        if !body.isEmpty { answer.add("grpc-message", Self.percentEncoded(body)) }
        edit(&answer)
        self.grpcStatus = UInt8(clamping: code)
        isGRPC = true
        send(answer, UnsafeRawBufferPointer(start: nil, count: 0), flag: flag)
    }

    private static func grpcStatus(of status: Int) -> Int {
        switch status {
        case 400: 13
        case 401: 16
        case 403: 7
        case 404: 12
        case 429, 502, 503, 504: 14
        default: 2
        }
    }

    /// `grpc-message` holds printable ASCII without `%`; the rest is encoded.
    private static func percentEncoded(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in bytes {
            if (0x20...0x7E).contains(byte), byte != UInt8(ascii: "%") {
                result.append(byte)
            } else {
                let digits = Array("0123456789ABCDEF".utf8)
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return result
    }
}
