import HTTPTransport
import HTTPWire
import TraceModel

extension TraceAPI {
    /// Takes an export request. Refusals carry a `google.rpc.Status` in the request's encoding; no answer asks the
    /// exporter to try again, since none of them would end otherwise.
    func export(_ request: HTTPRequest) -> HTTPResponse {
        let encoding: OTLPAnswer.Encoding
        switch mediaType(request.headers["content-type"] ?? "") {
        case "application/x-protobuf", "application/protobuf": encoding = .protobuf
        case "application/json": encoding = .json
        case let other:
            return answer(
                415, .invalidArgument,
                "the content type is \"\(other.prefix(64))\"; send application/x-protobuf or application/json", .json)
        }
        let body: [UInt8]
        switch mediaType(request.headers["content-encoding"] ?? "") {
        case "", "identity": body = request.body
        case "gzip", "x-gzip":
            do throws(GzipError) {
                body = try Gzip.unpack(request.body, limit: maximumBody)
            } catch {
                if case .tooLarge = error {
                    return answer(413, .resourceExhausted, "\(error); export in smaller batches", encoding)
                }
                return answer(400, .invalidArgument, error.description, encoding)
            }
        case let other:
            return answer(
                415, .unimplemented, "the content encoding is \"\(other.prefix(64))\"; send gzip or none", encoding)
        }
        guard body.count <= maximumBody else {
            return answer(
                413, .resourceExhausted,
                "the body has more than \(maximumBody) bytes; export in smaller batches", encoding)
        }
        do throws(OTLPError) {
            let batch =
                switch encoding {
                case .protobuf: try OTLPDecoding.batch(protobuf: body)
                case .json: try OTLPDecoding.batch(json: body)
                }
            traces.insert(batch.spans)
            return response(200, OTLPAnswer.response(to: batch, encoding), encoding)
        } catch {
            return answer(
                400, .invalidArgument, "the body is no ExportTraceServiceRequest: \(error.description)", encoding)
        }
    }

    /// Lower-cased and without parameters: `Application/JSON; charset=utf-8` is `application/json`.
    private func mediaType(_ field: String) -> String {
        String(field.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }).lowercased()
    }

    private func answer(
        _ status: Int, _ code: OTLPAnswer.Code, _ message: String, _ encoding: OTLPAnswer.Encoding
    ) -> HTTPResponse {
        response(status, OTLPAnswer.status(code, message, encoding), encoding)
    }

    private func response(_ status: Int, _ body: [UInt8], _ encoding: OTLPAnswer.Encoding) -> HTTPResponse {
        let type = encoding == .protobuf ? "application/x-protobuf" : "application/json"
        return HTTPResponse(status: status, headers: ["content-type": type], body: body)
    }
}
