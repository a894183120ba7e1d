import HTTPTransport
import JSONWire
import Quantities
import SystemIO
import TLSTransport

/// All applications and shoppers on one event loop.
final class Shop {
    private let loop: EventLoop
    private let ledger = Ledger()
    private let log: ServedLog?
    private let player: Player
    private var servers: [HTTPServer] = []
    private var stock: StockDatabase?
    private var shoppers: Shoppers?

    struct Failure: Error {
        var message: String
    }

    init(_ arguments: Arguments, loop: EventLoop) throws {
        self.loop = loop
        log = try arguments.log.map { path throws(ServedLog.Failure) in try ServedLog(path: path) }
        let client = HTTPClient(loop: loop)
        player = Player(loop: loop, client: client, ledger: ledger, seed: arguments.seed)
        for application in Catalogue.applications {
            let tls =
                try application.name == Catalogue.bank ? arguments.bankCertificates.map(BankCertificates.context) : nil
            for instance in application.instances { try serve(application, at: instance, tls: tls) }
        }
        guard let address = SocketAddress(Catalogue.stock) else {
            throw Failure(message: "\(Catalogue.stock) is not an address")
        }
        stock = try StockDatabase(loop: loop, address: address)
        try serveReport(at: arguments.report)
        if arguments.hasShoppers {
            guard let gateway = SocketAddress(Catalogue.gateway) else {
                throw Failure(message: "\(Catalogue.gateway) is not an address")
            }
            shoppers = Shoppers(
                loop: loop, client: client, ledger: ledger, gateway: gateway, rate: arguments.rate,
                seed: arguments.seed &+ 1)
        }
    }

    func open() {
        shoppers?.open()
        keepLogFresh()
    }

    /// No more shoppers, no more requests; what is in the log is written out.
    func close() {
        shoppers?.close()
        for server in servers { server.close() }
        stock?.close()
        player.close()
        log?.flush()
    }

    private func serve(_ application: Application, at instance: Application.Instance, tls: TLSContext?) throws {
        guard let address = SocketAddress(instance.listens) else {
            throw Failure(message: "\(instance.listens) is not an address")
        }
        let sidecar = instance.sidecar.flatMap { SocketAddress($0) }
        let servedBy = application.version.isEmpty ? application.name : "\(application.name)/\(application.version)"
        let body = [UInt8](repeating: UInt8(ascii: "."), count: application.responseBytes)
        // Calls of gRPC come as HTTP/2, everything else as HTTP/1.1.
        var limits = HTTPServerLimits()
        limits.http2 = HTTP2Limits()
        let server = try HTTPServer(loop: loop, address: address, tls: tls, limits: limits) {
            [self] request, responder in
            let forwarded = Player.forwardedNames.compactMap { name in request.headers[name].map { (name, $0) } }
            let scene = Player.Scene(application: application, sidecar: sidecar, forwarded: forwarded)
            let start = request.headers[Player.startedHeader].flatMap { UInt64($0) }
            player.play(application.steps(for: request.path)[...], in: scene) { [self] succeeded in
                let status = succeeded ? 200 : 500
                var response: HTTPResponse
                if GRPC.isCall(request) {
                    response = GRPC.response(succeeded: succeeded)
                } else {
                    response = HTTPResponse(status: status, body: succeeded ? body : [])
                    response.headers.add("content-type", "text/plain")
                }
                response.headers.add(Player.servedByHeader, servedBy)
                responder.respond(response)
                ledger.recordServed(
                    service: application.name, version: application.version, failed: !succeeded)
                log?.record(
                    end: SystemClock.monotonic(), start: start, service: application.name, version: application.version,
                    status: status)
            }
        }
        servers.append(server)
    }

    private func serveReport(at text: String) throws {
        guard let address = SocketAddress(text) else {
            throw Failure(message: "--report wants an address like 127.0.2.1:8081, not “\(text)”")
        }
        servers.append(
            try HTTPServer(loop: loop, address: address) { [ledger, loop] _, responder in
                responder.respond(.json(ledger.report(now: loop.now).serialized()))
            })
    }

    private func keepLogFresh() {
        log?.flush()
        _ = loop.schedule(after: .milliseconds(200)) { [self] in keepLogFresh() }
    }
}
