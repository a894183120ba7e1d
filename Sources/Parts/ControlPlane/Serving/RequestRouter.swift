import Discovery
import HTTPTransport
import HTTPWire
import JSONWire
import MeshConfig
import SystemIO

/// Which port a request came in by.
enum Door {
    /// 15010: plain, on the loopback only; whoever reaches it is trusted, as with istiod's debug port.
    case plain
    /// 15012: TLS; a client shows a certificate, or a token.
    case secure
    /// 15014: readiness and metrics.
    case metrics
}

/// Brings each request to what answers it. Belongs to the control plane's one thread.
final class RequestRouter {
    private let configuration: LiveConfiguration
    private let api: KubernetesAPI
    private let discovery: DiscoveryEndpoint
    private let certificates: CertificateEndpoint
    private let watches: WatchStreams
    private let metrics: () -> MetricsPage

    init(
        _ configuration: LiveConfiguration, api: KubernetesAPI, discovery: DiscoveryEndpoint,
        certificates: CertificateEndpoint, watches: WatchStreams, metrics: @escaping () -> MetricsPage
    ) {
        self.configuration = configuration
        self.api = api
        self.discovery = discovery
        self.certificates = certificates
        self.watches = watches
        self.metrics = metrics
    }

    func answer(_ request: HTTPRequest, _ responder: HTTPResponder, door: Door) {
        let path = request.path
        switch door {
        case .metrics:
            switch path {
            case "/ready", "/healthz": responder.respond(.text("ok\n"))
            case "/metrics":
                responder.respond(
                    HTTPResponse(
                        status: 200, headers: ["content-type": MetricsPage.contentType], body: metrics().bytes()))
            default: responder.refuse(.notFound("nothing is served at \(path); try /ready or /metrics"))
            }
        case .secure:
            if let type = ResourceType(path: path) {
                discovery.answer(request, type, responder, isTrusted: false)
            } else if path == CertificateEndpoint.path {
                certificates.answer(request, responder)
            } else {
                responder.refuse(.notFound("nothing is served at \(path) here; the API is on the plain port"))
            }
        case .plain: answerPlain(request, path, responder)
        }
    }

    private func answerPlain(_ request: HTTPRequest, _ path: String, _ responder: HTTPResponder) {
        if let type = ResourceType(path: path) {
            return discovery.answer(request, type, responder, isTrusted: true)
        }
        let asked = APIRequest(
            method: request.method, target: request.target, contentType: request.headers["content-type"] ?? "",
            accept: request.headers["accept"] ?? "", userAgent: request.headers["user-agent"] ?? "",
            body: request.body)
        if KubernetesAPI.owns(asked.path) {
            switch api.answer(asked) {
            case .reply(let reply): responder.respond(.json(reply.body, status: reply.status))
            case .watch(let watch): watches.open(watch, responder)
            }
            return
        }
        guard asked.method == "GET" || asked.method == "HEAD" else {
            return responder.refuse(APIFailure(.methodNotAllowed, "\(path) is only read"))
        }
        switch path {
        case "/v1/targets": responder.respond(.json(TargetList.json(configuration.mesh)))
        case "/debug/syncz": responder.respond(.json(SyncReport.json(discovery.desk.status())))
        case "/debug/revision":
            responder.respond(.json(["revision": .integer(configuration.store.revision.number)]))
        case "/debug/security":
            do {
                responder.respond(.json(try SecurityReport.json(configuration, certificates.desk)))
            } catch {
                responder.refuse(APIFailure(.internalError, "the certificates cannot be read: \(error)"))
            }
        case "/debug/problems": responder.respond(.json(problems))
        case "/debug/history":
            do {
                let limit = min(max(asked.value("limit").flatMap { Int($0) } ?? 100, 1), 1_000)
                responder.respond(.json(HistoryReport.json(try configuration.store.history(limit: limit))))
            } catch {
                responder.refuse(APIFailure(.internalError, "the history cannot be read: \(error)"))
            }
        case "/", "/healthz", "/livez", "/readyz": responder.respond(.text("ok\n"))
        default: responder.refuse(.notFound("nothing is served at \(path)"))
        }
    }

    /// What is wrong with the configuration in force: warnings for people to look at.
    private var problems: JSONValue {
        .array(
            configuration.problems.map { problem in
                var entry: JSONObject = [
                    "severity": .string(problem.severity.rawValue), "message": .string(problem.message),
                    "field": .string(problem.pointer.fieldPath),
                ]
                entry["object"] = problem.object.map { .string("\($0)") }
                entry["code"] = problem.code.map { .string($0) }
                return .object(entry)
            })
    }
}

extension ResourceType {
    /// The type behind a discovery path.
    fileprivate init?(path: String) {
        guard let type = Self.allCases.first(where: { $0.path == path }) else { return nil }
        self = type
    }
}

extension APIFailure {
    fileprivate static func notFound(_ message: String) -> APIFailure { APIFailure(.notFound, message) }
}

extension HTTPResponse {
    static func json(_ body: JSONValue, status: Int = 200) -> HTTPResponse {
        .json(body.serialized(), status: status)
    }
}

extension HTTPResponder {
    /// Answers with the failure's `Status` object.
    func refuse(_ failure: APIFailure) {
        respond(.json(failure.status, status: failure.reason.code))
    }
}
