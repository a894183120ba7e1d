package import HTTPTransport
internal import HTTPWire
internal import ProtobufWire

/// The receiver's answers to OpenTelemetry's exporters that use gRPC.
///
/// | method | what it is |
/// |---|---|
/// | `/opentelemetry.proto.collector.trace.v1.TraceService/Export` | spans |
/// | `/opentelemetry.proto.collector.metrics.v1.MetricsService/Export` | metrics, when somebody looks at them |
///
/// It reads the same messages as OTLP over HTTP in protobuf, within the same bounds. The status codes are those of
/// <https://opentelemetry.io/docs/specs/otlp/#failures>: an exporter tries again after UNAVAILABLE, as soon as its
/// `RetryInfo` says, and gives a batch up after the others. `grpc-timeout` is not looked at: a call is answered as soon as
/// it is read, and a client that has given up resets it.
package struct OTLPService: Sendable {
    let traces: TraceAPI
    /// Nothing when metrics are not wanted.
    let metrics: PushAPI?

    private static let package = "/opentelemetry.proto.collector."

    package init(traces: TraceAPI, metrics: PushAPI?) {
        self.traces = traces
        self.metrics = metrics
    }

    /// The answer; nothing when the request is not gRPC.
    package func respond(to request: HTTPRequest) -> HTTPResponse? {
        guard let type = Self.messageType(of: request) else { return nil }
        guard request.method == "POST" else {
            return HTTPResponse(status: 405, headers: ["allow": "POST"])
        }
        do throws(GRPCStatus) {
            guard type == "" || type == "+proto" else {
                throw GRPCStatus(.unimplemented, "the content type is \"application/grpc\(type)\"; send protobuf")
            }
            return Self.answer(try answer(to: request))
        } catch {
            return Self.refusal(error)
        }
    }

    /// What a message that was not even received is answered with; nothing when the request is not gRPC.
    func refuseBody(of request: HTTPRequest) -> HTTPResponse? {
        guard Self.messageType(of: request) != nil else { return nil }
        return Self.refusal(GRPCMessage.tooLarge(traces.maximumBody))
    }

    private func answer(to request: HTTPRequest) throws(GRPCStatus) -> [UInt8] {
        switch request.path {
        case Self.package + "trace.v1.TraceService/Export":
            return try traces.export(message: message(of: request, limit: traces.maximumBody))
        case Self.package + "metrics.v1.MetricsService/Export":
            guard let metrics else {
                throw GRPCStatus(.unimplemented, "nobody looks at metrics here; start meshtop with --receive")
            }
            return try metrics.export(from: request) { () throws(GRPCStatus) in
                try message(of: request, limit: metrics.maximumBody)
            }
        case let other:
            throw GRPCStatus(
                .unimplemented, "there is no method \(other.prefix(128)); spans and metrics are taken")
        }
    }

    private func message(of request: HTTPRequest, limit: Int) throws(GRPCStatus) -> [UInt8] {
        try GRPCMessage.unary(
            request.body, encoding: request.headers["grpc-encoding"]?.lowercased(), limit: limit)
    }

    /// What follows `application/grpc` in the content type: how messages are written, protobuf when it is empty.
    private static func messageType(of request: HTTPRequest) -> String? {
        let type = String((request.headers["content-type"] ?? "").prefix { $0 != ";" && $0 != " " }).lowercased()
        guard type.hasPrefix("application/grpc") else { return nil }
        let rest = type.dropFirst("application/grpc".count)
        // gRPC-Web, which browsers speak, is another protocol.
        return rest.isEmpty || rest.first == "+" ? String(rest) : nil
    }

    private static let headers: HTTPHeaders = [
        "content-type": "application/grpc", "grpc-accept-encoding": GRPCMessage.acceptedEncodings,
    ]

    private static func answer(_ message: [UInt8]) -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: headers, body: GRPCMessage.framed(message), trailers: ["grpc-status": "0"])
    }

    /// A failure has no message, and so no body: its status stands in the head ("Trailers-Only").
    private static func refusal(_ status: GRPCStatus) -> HTTPResponse {
        var headers = headers
        for (name, value) in status.fields { headers.add(name, value) }
        return HTTPResponse(status: 200, headers: headers)
    }
}

extension GRPCStatus {
    /// Asks the sender to come again.
    ///
    ///     google.rpc.Status { int32 code = 1; string message = 2; repeated google.protobuf.Any details = 3; }
    ///     google.protobuf.Any { string type_url = 1; bytes value = 2; }
    ///     google.rpc.RetryInfo { google.protobuf.Duration retry_delay = 1; } Duration { int64 seconds = 1; }
    static func comeAgain(inSeconds seconds: Int, _ reason: String) -> GRPCStatus {
        var retry = ProtobufWriter()
        retry.message(field: 1) { $0.int(field: 1, Int64(seconds)) }
        let info = retry.bytes
        let message = "\(reason); come again in \(seconds) s"
        var status = ProtobufWriter()
        status.int(field: 1, Int64(GRPCCode.unavailable.rawValue))
        status.string(field: 2, message)
        status.message(field: 3) { detail in
            detail.string(field: 1, "type.googleapis.com/google.rpc.RetryInfo")
            detail.bytes(field: 2, info)
        }
        return GRPCStatus(.unavailable, message, details: status.bytes)
    }
}
