package import HTTPTransport
import JSONWire
package import Quantities
import SystemIO
import TraceModel

/// The receiver's answers, one function from request to response.
///
/// | request | what it is |
/// |---|---|
/// | `POST /v1/traces` | spans, as OTLP over HTTP |
/// | `POST /api/v2/spans`, `/api/v1/spans` | spans, as Zipkin has them in JSON |
/// | `POST /api/traces?format=jaeger.thrift` | spans, as Jaeger's clients send them |
/// | `GET /api/services` | names, as Jaeger lists them |
/// | `GET /api/traces?…` | a search; see ``TraceSearch`` |
/// | `GET /api/traces/{id}` | one trace |
/// | `GET /` | a sentence about this server |
package struct TraceAPI: Sendable {
    package let traces: LocalTraceSource
    /// Bytes of a request's body once it is unpacked; more is answered 413.
    package let maximumBody: Int

    let intake: TraceIntake
    let clock: Clock

    /// Two readings of the time, so that tests can set it.
    package struct Clock: Sendable {
        let wall: @Sendable () -> WallTime
        let monotonic: @Sendable () -> MonotonicTime

        package init(wall: @escaping @Sendable () -> WallTime, monotonic: @escaping @Sendable () -> MonotonicTime) {
            self.wall = wall
            self.monotonic = monotonic
        }

        package static let system = Clock(wall: SystemClock.wall, monotonic: SystemClock.monotonic)
    }

    /// Spans of one answer: what is beyond it in a search is left out, oldest traces first.
    static let maximumSpans = 10_000

    /// - Parameter bytesPerSecond: unpacked bytes that are read in a second; more is answered 429.
    package init(
        traces: LocalTraceSource, maximumBody: Int = 16 << 20, bytesPerSecond: Int = 64 << 20, clock: Clock = .system
    ) {
        self.traces = traces
        self.maximumBody = max(0, maximumBody)
        intake = TraceIntake(bytesPerSecond: bytesPerSecond)
        self.clock = clock
    }

    package func respond(to request: HTTPRequest) -> HTTPResponse {
        let segments = request.pathSegments
        switch segments {
        case ["v1", "traces"]: return export(request)
        case ["api", "v2", "spans"], ["api", "v1", "spans"]:
            guard request.method == "POST" else { return refuse(request, allowing: "POST") }
            return zipkin(request, version: segments[1] == "v1" ? "1" : "2")
        case ["api", "traces"]:
            switch request.method {
            case "POST": return jaeger(request)
            case "GET": return search(request)
            default: return refuse(request, allowing: "GET, POST")
            }
        case []: return request.method == "GET" ? .text(greeting) : refuse(request, allowing: "GET")
        case ["api", "services"]:
            guard request.method == "GET" else { return refuse(request, allowing: "GET") }
            return .json(JaegerJSON.document(services: traces.services).serialized())
        default:
            if segments.first == "v1" {
                let reply = OTLPReply(to: request, type: mediaType(request.headers["content-type"] ?? ""))
                return reply.refusal(404, "there is nothing at \(request.path); only traces are taken, at /v1/traces")
            }
            guard segments.count == 3, segments.starts(with: ["api", "traces"]) else {
                return failure(404, "there is nothing at \(request.path); try /api/traces")
            }
            return request.method == "GET" ? trace(segments[2]) : refuse(request, allowing: "GET")
        }
    }

    private var greeting: String {
        let counts = traces.counts
        let losses = counts.losses.map { "Not here any more, or never: \($0).\n" } ?? ""
        return "meshtop takes OTLP at POST /v1/traces, Zipkin's JSON at /api/v2/spans and /api/v1/spans, and Jaeger's "
            + "Thrift at /api/traces, where traces are shown too; "
            + "\(counts.traces) traces of \(traces.services.count) services are here.\n" + losses
    }

    private func search(_ request: HTTPRequest) -> HTTPResponse {
        let query: TraceQuery
        do throws(TraceSearch.Refusal) {
            query = try TraceSearch.query(in: request)
        } catch {
            return failure(400, error.message)
        }
        let found = traces.traces(query, maximumSpans: Self.maximumSpans)
        return .json(JaegerJSON.document(found).serialized())
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
