internal import HTTPTransport
internal import HTTPWire
internal import JSONWire
internal import ProtobufWire
internal import PushedMetrics
internal import SystemIO

extension PushAPI {
    private enum Encoding {
        case protobuf, json
    }

    /// Takes an export request. What is not taken is answered as a partial success; refusals carry a `google.rpc.Status`
    /// in the request's encoding, as <https://opentelemetry.io/docs/specs/otlp/#otlphttp-response> has it.
    func export(_ request: HTTPRequest) -> HTTPResponse {
        let encoding: Encoding
        switch mediaType(request.headers["content-type"] ?? "") {
        case "application/x-protobuf", "application/protobuf": encoding = .protobuf
        case "application/json": encoding = .json
        case let other:
            return refusal(
                415, 3, "the content type is \"\(other.prefix(64))\"; send application/x-protobuf or application/json",
                .json)
        }
        guard !inbox.isFull else { return comeAgain(encoding) }
        let body: [UInt8]
        switch mediaType(request.headers["content-encoding"] ?? "") {
        case "", "identity": body = request.body
        case "gzip", "x-gzip":
            do throws(GzipError) {
                body = try Gzip.unpack(request.body, limit: maximumBody)
            } catch {
                if case .tooLarge = error {
                    return refusal(413, 8, "\(error); export in smaller batches", encoding)
                }
                return refusal(400, 3, error.description, encoding)
            }
        case let other:
            return refusal(
                415, 12, "the content encoding is \"\(other.prefix(64))\"; send gzip or none", encoding)
        }
        do throws(PushError) {
            let batch =
                switch encoding {
                case .protobuf: try OTLPMetricsDecoding.batch(protobuf: body, wants: inbox.wants)
                case .json: try OTLPMetricsDecoding.batch(json: body, wants: inbox.wants)
                }
            guard
                inbox.put(batch, by: .otlp, from: peer(of: request), at: SystemClock.monotonic(), SystemClock.wall())
            else { return comeAgain(encoding) }
            return success(batch, encoding)
        } catch {
            return refusal(400, 3, "the body is no ExportMetricsServiceRequest: \(error.description)", encoding)
        }
    }

    /// `ExportMetricsServiceResponse { ExportMetricsPartialSuccess partial_success = 1 {
    /// int64 rejected_data_points = 1; string error_message = 2; } }`
    static func exportResponse(to batch: PushedBatch) -> [UInt8] {
        var message = ProtobufWriter()
        if batch.rejectedCount > 0 {
            message.message(field: 1) { partial in
                partial.int(field: 1, Int64(batch.rejectedCount))
                partial.string(field: 2, batch.firstRejection ?? "")
            }
        }
        return message.bytes
    }

    private func success(_ batch: PushedBatch, _ encoding: Encoding) -> HTTPResponse {
        let (count, reason) = (batch.rejectedCount, batch.firstRejection ?? "")
        switch encoding {
        case .protobuf: return response(200, Self.exportResponse(to: batch), encoding)
        case .json:
            guard count > 0 else { return response(200, Array("{}".utf8), encoding) }
            // 64-bit integers are text in protobuf's JSON.
            let partial: JSONValue = [
                "rejectedDataPoints": .string(String(count)), "errorMessage": .string(reason),
            ]
            return response(200, JSONValue.object(["partialSuccess": partial]).serialized(), encoding)
        }
    }

    /// - Parameter code: of `google.rpc.Code`: 3 invalid argument, 8 resource exhausted, 12 unimplemented,
    ///   14 unavailable.
    private func refusal(_ status: Int, _ code: Int, _ message: String, _ encoding: Encoding) -> HTTPResponse {
        switch encoding {
        case .protobuf:
            var body = ProtobufWriter()
            body.int(field: 1, Int64(code))
            body.string(field: 2, message)
            return response(status, body.bytes, encoding)
        case .json:
            let body: JSONValue = ["code": .integer(Int64(code)), "message": .string(message)]
            return response(status, body.serialized(), encoding)
        }
    }

    private func comeAgain(_ encoding: Encoding) -> HTTPResponse {
        var answer = refusal(429, 14, "too many samples wait to be looked at; come again", encoding)
        answer.headers["retry-after"] = "1"
        return answer
    }

    private func response(_ status: Int, _ body: [UInt8], _ encoding: Encoding) -> HTTPResponse {
        let type = encoding == .protobuf ? "application/x-protobuf" : "application/json"
        return HTTPResponse(status: status, headers: ["content-type": type], body: body)
    }

    /// Lower-cased and without parameters.
    private func mediaType(_ field: String) -> String {
        String(field.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }).lowercased()
    }
}
