import HTTPTransport
import ProtobufWire

/// As much of gRPC as one call with one answer takes: a message in a frame each way, and the status in the trailers
/// (<https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>).
enum GRPC {
    private static let contentType = "application/grpc"

    /// Calls a method with a message whose first field is a text.
    static func request(_ method: String, message text: String) -> HTTPRequest {
        var request = HTTPRequest("POST", method)
        request.headers.add("content-type", contentType)
        request.headers.add("te", "trailers")
        request.headers.add("grpc-timeout", "9S")
        var message = ProtobufWriter()
        message.string(field: 1, text)
        request.body = frame(message.bytes)
        return request
    }

    static func isCall(_ request: HTTPRequest) -> Bool {
        request.headers["content-type"]?.hasPrefix(contentType) ?? false
    }

    /// An empty message, or INTERNAL.
    static func response(succeeded: Bool) -> HTTPResponse {
        var response = HTTPResponse(status: 200, body: succeeded ? frame([]) : [])
        response.headers.add("content-type", contentType)
        response.trailers.add("grpc-status", succeeded ? "0" : "13")
        return response
    }

    static func isSuccess(_ response: HTTPResponse) -> Bool {
        (response.trailers["grpc-status"] ?? response.headers["grpc-status"]) == "0"
    }

    /// One flag, that says that nothing is compressed, and four bytes of length.
    private static func frame(_ message: [UInt8]) -> [UInt8] {
        [0] + withUnsafeBytes(of: UInt32(clamping: message.count).bigEndian) { Array($0) } + message
    }
}
