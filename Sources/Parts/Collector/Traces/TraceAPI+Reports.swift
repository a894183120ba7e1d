import HTTPTransport
import TraceModel

extension TraceAPI {
    /// Takes Zipkin's lists of spans. Its reporters expect 202 and no body, and read no other answer.
    func zipkin(_ request: HTTPRequest, version: String) -> HTTPResponse {
        switch mediaType(request.headers["content-type"] ?? "") {
        // Some reporters say nothing; Zipkin's server took that for JSON too.
        case "", "application/json", "text/json", "text/plain": break
        case let other:
            return refusal(415, "the content type is \"\(other.prefix(64))\"; send application/json")
        }
        return report(request, of: "a list of Zipkin's spans, version \(version)") { body throws(SpanPayloadError) in
            version == "1" ? try ZipkinJSON.batch(v1: body) : try ZipkinJSON.batch(v2: body)
        }
    }

    /// Takes batches of Jaeger's clients, as its collector does at `/api/traces?format=jaeger.thrift`.
    func jaeger(_ request: HTTPRequest) -> HTTPResponse {
        if let format = request.query("format"), format != "jaeger.thrift" {
            return refusal(400, "the format is \"\(format.prefix(64))\"; send jaeger.thrift")
        }
        switch mediaType(request.headers["content-type"] ?? "") {
        case "application/x-thrift", "application/vnd.apache.thrift.binary": break
        case let other:
            return refusal(
                415,
                "the content type is \"\(other.prefix(64))\"; send application/x-thrift, in the binary protocol")
        }
        return report(request, of: "a Batch of jaeger.thrift") { body throws(SpanPayloadError) in
            try JaegerThrift.batch(body)
        }
    }

    private func report(
        _ request: HTTPRequest, of what: String, _ decode: ([UInt8]) throws(SpanPayloadError) -> SpanBatch
    ) -> HTTPResponse {
        let body: [UInt8]
        do throws(BodyRefusal) {
            body = try self.body(of: request)
        } catch {
            var response = refusal(error.status, error.message)
            response.headers["retry-after"] = error.retryAfter.map(String.init)
            return response
        }
        do throws(SpanPayloadError) {
            traces.insert(try decode(body), receivedAt: clock.wall())
            return HTTPResponse(status: 202)
        } catch {
            return refusal(400, "the body is not \(what): \(error.description)")
        }
    }

    private func refusal(_ status: Int, _ message: String) -> HTTPResponse { .text(message + "\n", status: status) }
}
