import JSONWire
import ProtobufWire

/// What a receiver answers an export request with, in the request's own encoding.
///
/// <https://opentelemetry.io/docs/specs/otlp/#otlphttp-response>
package enum OTLPAnswer {
    package enum Encoding: Hashable, Sendable {
        case protobuf, json
    }

    /// The codes of `google.rpc.Code` that come up.
    package enum Code: Int, Hashable, Sendable {
        case invalidArgument = 3
        case resourceExhausted = 8
        case unimplemented = 12
        case unavailable = 14
    }

    /// `ExportTraceServiceResponse`: empty when everything was taken, else with how many spans were not and why.
    package static func response(to batch: SpanBatch, _ encoding: Encoding) -> [UInt8] {
        let reason = batch.firstRejection ?? ""
        switch encoding {
        case .protobuf:
            var message = ProtobufWriter()
            if batch.rejectedCount > 0 {
                // ExportTracePartialSuccess partial_success = 1 { int64 rejected_spans = 1; string error_message = 2; }
                message.message(field: 1) { partial in
                    partial.int(field: 1, Int64(batch.rejectedCount))
                    partial.string(field: 2, reason)
                }
            }
            return message.bytes
        case .json:
            guard batch.rejectedCount > 0 else { return Array("{}".utf8) }
            // 64-bit integers are text in protobuf's JSON.
            let partial: JSONValue = [
                "rejectedSpans": .string(String(batch.rejectedCount)), "errorMessage": .string(reason),
            ]
            return JSONValue.object(["partialSuccess": partial]).serialized()
        }
    }

    /// `google.rpc.Status { int32 code = 1; string message = 2; }`, the body of every refusal.
    package static func status(_ code: Code, _ message: String, _ encoding: Encoding) -> [UInt8] {
        switch encoding {
        case .protobuf:
            var status = ProtobufWriter()
            status.int(field: 1, Int64(code.rawValue))
            status.string(field: 2, message)
            return status.bytes
        case .json:
            return JSONValue.object(["code": .integer(Int64(code.rawValue)), "message": .string(message)]).serialized()
        }
    }
}
