package import HTTPTransport
import JSONWire
import TraceModel

/// The receiver's answers, one function from request to response.
///
/// | request | what it is |
/// |---|---|
/// | `POST /v1/traces` | spans, as OTLP over HTTP |
/// | `GET /api/services` | names, as Jaeger lists them |
/// | `GET /api/traces?…` | a search; see ``TraceSearch`` |
/// | `GET /api/traces/{id}` | one trace |
/// | `GET /` | a sentence about this server |
package struct TraceAPI: Sendable {
    package let traces: LocalTraceSource
    /// Bytes of a request's body once it is unpacked; more is answered 413.
    package let maximumBody: Int

    /// Spans of one answer: what is beyond it in a search is left out, oldest traces first.
    static let maximumSpans = 10_000

    package init(traces: LocalTraceSource, maximumBody: Int = 16 << 20) {
        self.traces = traces
        self.maximumBody = max(0, maximumBody)
    }

    package func respond(to request: HTTPRequest) -> HTTPResponse {
        let segments = request.pathSegments
        switch segments {
        case ["v1", "traces"]:
            return request.method == "POST" ? export(request) : refuse(request, allowing: "POST")
        case [], ["api", "services"], ["api", "traces"]:
            guard request.method == "GET" else { return refuse(request, allowing: "GET") }
            if segments.isEmpty { return .text(greeting) }
            return segments == ["api", "services"]
                ? .json(JaegerJSON.document(services: traces.services).serialized()) : search(request)
        default:
            guard segments.count == 3, segments.starts(with: ["api", "traces"]) else {
                return failure(404, "there is nothing at \(request.path); try /api/traces")
            }
            return request.method == "GET" ? trace(segments[2]) : refuse(request, allowing: "GET")
        }
    }

    private var greeting: String {
        let counts = traces.counts
        return "meshtop takes OTLP traces at POST /v1/traces and shows them at /api/traces; "
            + "\(counts.traces) traces of \(traces.services.count) services are here.\n"
    }

    private func search(_ request: HTTPRequest) -> HTTPResponse {
        let query: TraceQuery
        do throws(TraceSearch.Refusal) {
            query = try TraceSearch.query(in: request)
        } catch {
            return failure(400, error.message)
        }
        var spans = 0
        let found = traces.traces(query).prefix { trace in
            spans += trace.spans.count
            return spans <= Self.maximumSpans || spans == trace.spans.count
        }
        return .json(JaegerJSON.document(Array(found)).serialized())
    }

    private func trace(_ text: String) -> HTTPResponse {
        guard let id = TraceID(hexadecimal: text) else {
            return failure(400, "\"\(text.prefix(64))\" is no trace id: 1 to 32 hexadecimal digits, not all 0")
        }
        guard let trace = traces.trace(id) else {
            return failure(404, "trace \(id) is not here; it was never sent, or gave way to newer ones")
        }
        return .json(JaegerJSON.document([trace]).serialized())
    }

    private func refuse(_ request: HTTPRequest, allowing method: String) -> HTTPResponse {
        var response = failure(405, "\(request.path) answers \(method) only")
        response.headers["allow"] = method
        return response
    }

    private func failure(_ status: Int, _ message: String) -> HTTPResponse {
        .json(JaegerJSON.failure(code: status, message: message).serialized(), status: status)
    }
}
