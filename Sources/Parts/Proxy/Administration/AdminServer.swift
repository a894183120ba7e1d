import Discovery
import ExpositionWire
import HTTPTransport
import HTTPWire
import JSONWire
import Patterns
import Quantities
import SystemIO
import TLSTransport

/// The admin pages (loopback only), the metrics page and the readiness page. It belongs to the admin thread.
final class AdminServer {
    private var servers: [HTTPServer] = []
    private unowned let runtime: ProxyRuntime
    private let inherited: InheritedSockets?

    /// - Parameter inherited: sockets of the proxy before, which listen already.
    init(_ runtime: ProxyRuntime, inherited: InheritedSockets?) throws(SystemError) {
        self.runtime = runtime
        self.inherited = inherited
        let setup = runtime.setup
        if let address = setup.admin.flatMap({ SocketAddress(ip: $0.ip, port: $0.port) }), address.isLoopback {
            try serve(address) { [unowned self] in admin($0, $1) }
        }
        if let address = setup.metrics.flatMap({ SocketAddress(ip: $0.ip, port: $0.port) }) {
            try serve(address) { [unowned self] in metrics($0, $1) }
        }
        if let address = setup.readiness.flatMap({ SocketAddress(ip: $0.ip, port: $0.port) }) {
            try serve(address) { [unowned self] in readiness($0, $1) }
        }
    }

    private func serve(
        _ address: SocketAddress, _ handler: @escaping (HTTPRequest, HTTPResponder) -> Void
    ) throws(SystemError) {
        let socket = try InheritedSockets.listening(on: address, of: inherited)
        servers.append(try HTTPServer(loop: runtime.loop, socket: socket, handler: handler))
    }

    /// Another descriptor of every socket that the pages are served on.
    func duplicateSockets() -> [Socket] { servers.compactMap { (try? $0.duplicateSocket()) ?? nil } }

    /// Stops accepting; answers under way are finished.
    func close() {
        for server in servers { server.close() }
    }

    // MARK: Pages

    private func metrics(_ request: HTTPRequest, _ responder: HTTPResponder) {
        guard request.path == "/stats/prometheus" || request.path == "/metrics" else {
            return responder.respond(.text("not found\n", status: 404))
        }
        guard request.method == "GET" else { return responder.respond(.text("use GET\n", status: 405)) }
        exposition(request, responder)
    }

    private func exposition(_ request: HTTPRequest, _ responder: HTTPResponder) {
        let format = ExpositionFormat(accept: request.headers["accept"] ?? "")
        runtime.gatherReports { [unowned self] reports in
            let page = MetricsPage.merged(reports.map(\.page))
            var response = HTTPResponse(
                status: 200,
                body: MetricsExposition.render(
                    page, facts: runtime.facts,
                    draws: reports.map(\.draws).reduce(into: [:]) { $0.merge($1, uniquingKeysWith: &+) },
                    format: format))
            response.headers.add("content-type", format.contentType)
            responder.respond(response)
        }
    }

    private func readiness(_ request: HTTPRequest, _ responder: HTTPResponder) {
        guard request.path == "/healthz/ready" else { return responder.respond(.text("not found\n", status: 404)) }
        ready(responder)
    }

    private func ready(_ responder: HTTPResponder) {
        if runtime.isDraining {
            responder.respond(.text("DRAINING\n", status: 503))
        } else if runtime.isHealthCheckFailed {
            responder.respond(.text("FAILED\n", status: 503))
        } else {
            responder.respond(
                .text(runtime.isReady ? "LIVE\n" : "PRE_INITIALIZING\n", status: runtime.isReady ? 200 : 503))
        }
    }

    /// What changes the proxy; everything else only tells.
    private static let mutations: Set = [
        "/drain_listeners", "/healthcheck/fail", "/healthcheck/ok", "/logging", "/quitquitquit", "/reopen_logs",
    ]

    private func admin(_ request: HTTPRequest, _ responder: HTTPResponder) {
        let isMutation = Self.mutations.contains(request.path)
        guard request.method == (isMutation ? "POST" : "GET") || (request.method == "HEAD" && !isMutation) else {
            return responder.respond(.text("use \(isMutation ? "POST" : "GET")\n", status: 405))
        }
        let wantsJSON = request.query("format") == "json"
        switch request.path {
        case "/", "/help": responder.respond(.text(AdminPages.help))
        case "/ready": ready(responder)
        case "/stats/prometheus": metrics(request, responder)
        case "/stats": stats(request, responder)
        case "/logging": logging(request, responder)
        case "/healthcheck/fail", "/healthcheck/ok":
            runtime.isHealthCheckFailed = request.path == "/healthcheck/fail"
            responder.respond(.text("OK\n"))
        case "/config_dump": json(AdminPages.configDump(runtime.resources), responder)
        case "/certs": json(certificates(), responder)
        case "/server_info":
            json(
                AdminPages.serverInfo(
                    version: ProxyRuntime.version, isReady: runtime.isReady, isDraining: runtime.isDraining,
                    uptime: runtime.startedAt.duration(to: SystemClock.wall()), node: runtime.setup.node,
                    concurrency: runtime.workers.count, overload: runtime.overload.report), responder)
        case "/clusters":
            runtime.gatherReports { [unowned self] reports in
                let merged = EndpointReport.merged(reports.map(\.endpoints))
                if wantsJSON {
                    json(AdminPages.clustersJSON(merged, breakers: runtime.breakerReports), responder)
                } else {
                    responder.respond(
                        .text(
                            AdminPages.clusters(
                                merged, outliers: runtime.outlierReports, breakers: runtime.breakerReports)))
                }
            }
        case "/listeners":
            runtime.gatherReports { [unowned self] reports in
                let listeners = (reports.first?.listeners ?? []).map {
                    (name: $0.name, address: $0.address.description)
                }
                .sorted { $0.name < $1.name }
                if wantsJSON {
                    json(AdminPages.listenersJSON(listeners), responder)
                } else {
                    responder.respond(.text(AdminPages.listeners(listeners)))
                }
            }
        case "/reopen_logs":
            runtime.reopenLogs()
            responder.respond(.text("OK\n"))
        case "/drain_listeners":
            runtime.drain { _ in }
            responder.respond(.text("OK\n"))
        case "/quitquitquit":
            responder.respond(.text("OK\n"))
            runtime.loop.soon { [unowned self] in runtime.quit(because: "/quitquitquit") }
        default:
            responder.respond(.text("invalid path. \(AdminPages.help)", status: 404))
        }
    }

    /// `/stats?filter=REGEX&usedonly&format=json`.
    private func stats(_ request: HTTPRequest, _ responder: HTTPResponder) {
        if request.query("format") == "prometheus" { return exposition(request, responder) }
        let filter: Pattern?
        do throws(PatternError) {
            filter = try request.query("filter").map { (text) throws(PatternError) in try Pattern(text) }
        } catch {
            return responder.respond(.text("filter: \(error)\n", status: 400))
        }
        runtime.gatherReports { [unowned self] reports in
            let stats = AdminStats(
                reports, endpoints: EndpointReport.merged(reports.map(\.endpoints)), facts: runtime.facts,
                isLive: runtime.isReady && !runtime.isDraining, workers: runtime.workers.count)
            let values = stats.page(matching: filter, usedOnly: request.query("usedonly") != nil)
            if request.query("format") == "json" {
                json(AdminStats.json(values), responder)
            } else {
                responder.respond(.text(AdminStats.text(values)))
            }
        }
    }

    /// `/logging?level=debug`; without a level it tells the present one.
    private func logging(_ request: HTTPRequest, _ responder: HTTPResponder) {
        if let name = request.query("level") {
            guard let level = LogLevel(name) else {
                let names = LogLevel.allCases.map { "\($0)" }.joined(separator: ", ")
                return responder.respond(.text("level \(name): expected one of \(names)\n", status: 400))
            }
            Log.minimum = level
        }
        responder.respond(.text("active loggers:\n  all: \(Log.minimum)\n"))
    }

    private func json(_ value: JSONValue, _ responder: HTTPResponder) {
        responder.respond(.json(value.serialized(pretty: true)))
    }

    /// `/certs`: what is public about the certificates that TLS contexts use.
    private func certificates() -> JSONValue {
        func entries(_ pem: String) -> [JSONValue] {
            let certificates = (try? Certificate.chain(pem: pem)) ?? []
            return certificates.map { certificate in
                let left = SystemClock.wall().duration(to: certificate.notAfter)
                return [
                    "path": "<inline>",
                    "serial_number": .string(certificate.serial),
                    "subject_alt_names": .array(certificate.uris.map { ["uri": .string($0)] }),
                    "days_until_expiration": .string(String(max(0, Int64(left.inSeconds) / 86_400))),
                    "valid_from": .string(certificate.notBefore.rfc3339),
                    "expiration_time": .string(certificate.notAfter.rfc3339),
                ]
            }
        }
        let secrets = runtime.secrets
        return [
            "certificates": .array(
                secrets.certificates.sorted { $0.key < $1.key }.map { name, material in
                    [
                        "name": .string(name),
                        "ca_cert": .array(secrets.roots.values.sorted().flatMap { entries($0) }),
                        "cert_chain": .array(entries(material.chain)),
                    ]
                })
        ]
    }
}
