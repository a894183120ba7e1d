import HTTPTransport
import TraceModel

extension TraceAPI {
    /// Takes an OTLP export request.
    ///
    /// Every refusal carries a `google.rpc.Status` in the request's encoding and content type
    /// (<https://opentelemetry.io/docs/specs/otlp/#failures>). Only 429 makes the exporter try again, after as long as
    /// `Retry-After` says; the others would fail for ever.
    func export(_ request: HTTPRequest) -> HTTPResponse {
        let reply = OTLPReply(to: request, type: mediaType(request.headers["content-type"] ?? ""))
        guard request.method == "POST" else {
            var response = reply.refusal(405, "\(request.path) answers POST only")
            response.headers["allow"] = "POST"
            return response
        }
        guard reply.isKnown else {
            return reply.refusal(
                415,
                "the content type is \"\(reply.type.prefix(64))\"; send application/x-protobuf or application/json")
        }
        let body: [UInt8]
        do throws(BodyRefusal) {
            body = try self.body(of: request)
        } catch {
            return reply.refusal(error)
        }
        do throws(SpanPayloadError) {
            let batch =
                switch reply.encoding {
                case .protobuf: try OTLPDecoding.batch(protobuf: body)
                case .json: try OTLPDecoding.batch(json: body)
                }
            traces.insert(batch, receivedAt: clock.wall())
            return reply.response(200, OTLPAnswer.response(to: batch, reply.encoding))
        } catch {
            return reply.refusal(400, "the body is no ExportTraceServiceRequest: \(error.description)")
        }
    }

    /// What a body that was not even received is answered with; `request` has none.
    func refuseBody(of request: HTTPRequest) -> HTTPResponse {
        switch request.pathSegments.first {
        case "v1": OTLPReply(to: request, type: mediaType(request.headers["content-type"] ?? "")).refusal(tooLarge)
        default: HTTPResponse.text(tooLarge.message + "\n", status: 413)
        }
    }
}

/// Answers in what an exporter wrote.
struct OTLPReply {
    /// The request's content type, which the answer must have too.
    let type: String
    let encoding: OTLPAnswer.Encoding
    /// Whether the type is one of OTLP's. Other requests are answered in JSON, which people can read.
    let isKnown: Bool

    init(to request: HTTPRequest, type: String) {
        self.type = type
        switch type {
        case "application/x-protobuf", "application/protobuf":
            encoding = .protobuf
            isKnown = true
        default:
            encoding = .json
            isKnown = type == "application/json"
        }
    }

    func refusal(_ refusal: TraceAPI.BodyRefusal) -> HTTPResponse {
        var response = self.refusal(refusal.status, refusal.message)
        response.headers["retry-after"] = refusal.retryAfter.map(String.init)
        return response
    }

    func refusal(_ status: Int, _ message: String) -> HTTPResponse {
        let code: OTLPAnswer.Code =
            switch status {
            case 404, 405: .unimplemented
            case 413: .resourceExhausted
            case 429: .unavailable
            default: .invalidArgument
            }
        return response(status, OTLPAnswer.status(code, message, encoding))
    }

    func response(_ status: Int, _ body: [UInt8]) -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["content-type": isKnown ? type : "application/json"], body: body)
    }
}
