import ControlPlane
import Glibc
import HTTPTransport
import JSONWire
import Quantities
import SystemIO
import TLSTransport
import Testing

/// The whole control plane behind real sockets, on one loop with its client.
@Suite struct `The control plane` {
    @Test func `answers a waiting proxy at once when weights move`() throws {
        try withService { service in
            let first = try service.discover(version: "")
            let version = try #require(first["version_info"]?.string)

            let waiting = service.send(service.discovery(version: version, wait: 20), to: .plain)
            let changed = service.send(service.weights(v1: 0, v2: 100), to: .plain)
            let start = SystemClock.monotonic()
            let answer = try service.wait(for: waiting)

            #expect(try service.wait(for: changed).status == 200)
            #expect(answer.status == 200)
            #expect(start.duration(to: SystemClock.monotonic()) < .seconds(2))
            #expect(try JSONValue.parse(answer.body)["version_info"]?.string != version)
        }
    }

    @Test func `says nothing new when the wait is over`() throws {
        try withService { service in
            let version = try #require(try service.discover(version: "")["version_info"]?.string)

            let atOnce = try service.wait(for: service.send(service.discovery(version: version), to: .plain))
            let start = SystemClock.monotonic()
            let later = try service.wait(for: service.send(service.discovery(version: version, wait: 1), to: .plain))

            #expect(atOnce.status == 304)
            #expect(atOnce.body.isEmpty)
            #expect(later.status == 304)
            #expect(start.duration(to: SystemClock.monotonic()) >= .milliseconds(900))
        }
    }

    @Test func `streams changes to a watch, a line each`() throws {
        try withService { service in
            var bytes: [UInt8] = []
            let call = service.client.stream(
                HTTPRequest("GET", Canary.routes + "?watch=1&allowWatchBookmarks=true"),
                to: service.service.plainAddress,
                onHead: { _ in }, onBytes: { bytes += $0 }, onEnd: { _ in })
            func types() -> [String] {
                bytes.split(separator: UInt8(ascii: "\n"))
                    .compactMap { (try? JSONValue.parse(Array($0)))?["type"]?.string }
            }

            try service.until { types() == ["ADDED"] }
            _ = service.send(service.weights(v1: 1, v2: 99), to: .plain)
            try service.until { types() == ["ADDED", "MODIFIED"] }
            call.cancel()
        }
    }

    @Test func `lets a workload join by its token, and then speaks to it by its certificate`() throws {
        try withService { service in
            let identity = "spiffe://cluster.local/ns/payments/sa/v1"
            let key = try PrivateKey.makeP256()
            let csr = try CertificateSigningRequest.make(key: key, uri: identity)
            let token = String(decoding: try Files.read(service.folder + "/tokens/payments.v1.token"), as: UTF8.self)
            let roots = try Certificate.chain(
                pem: String(decoding: try Files.read(service.folder + "/state/root-cert.pem"), as: UTF8.self))
            let server = "spiffe://cluster.local/ns/istio-system/sa/istiod"
            let joining = try TLSContext(client: TLSClientSettings(roots: roots, acceptedPeerURIs: [server]))
            let body = JSONValue.object(["csr": .string(csr), "validityDuration": "86400"]).serialized()
            var request = HTTPRequest(
                "POST", "/istio.v1.auth.IstioCertificateService/CreateCertificate",
                headers: ["authorization": "Bearer " + token.filter { $0 != "\n" }], body: body)

            let answer = try service.wait(for: service.send(request, to: .secure, tls: joining))
            let again = try service.wait(for: service.send(request, to: .secure, tls: joining))
            let anonymous = try service.wait(
                for: service.send(service.discovery(version: ""), to: .secure, tls: joining))

            #expect(answer.status == 200)
            #expect(again.status == 401)
            #expect(anonymous.status == 401)
            let pem = try JSONValue.parse(answer.body)["certChain"]?.array?.compactMap(\.string).joined() ?? ""
            let chain = try Certificate.chain(pem: pem)
            #expect(chain.map(\.uris) == [[identity], []])
            let member = try TLSContext(
                client: TLSClientSettings(chain: [chain[0]], key: key, roots: roots, acceptedPeerURIs: [server]))
            request.headers["authorization"] = nil
            #expect(try service.wait(for: service.send(request, to: .secure, tls: member)).status == 200)
            let own = service.discovery(version: "", node: "sidecar~127.0.1.9~v1.payments~payments.svc.cluster.local")
            #expect(try service.wait(for: service.send(own, to: .secure, tls: member)).status == 200)
            let other = service.discovery(
                version: "", node: "sidecar~127.0.1.10~v2.payments~payments.svc.cluster.local")
            #expect(try service.wait(for: service.send(other, to: .secure, tls: member)).status == 403)
        }
    }

    @Test func `has the same weights and the same root after a restart`() throws {
        try withScratchFolder { folder in
            try writeMesh(folder)
            let root = folder + "/state/root-cert.pem"
            do {
                let service = try Service(folder)
                let answer = try service.wait(for: service.send(service.weights(v1: 25, v2: 75), to: .plain))
                #expect(answer.status == 200, "\(answer.text)")
            }
            let before = try Files.read(root)

            let service = try Service(folder)
            let object = try service.get(Canary.route)

            #expect(APIReply(object).weights == [25, 75])
            #expect(try Files.read(root) == before)
        }
    }

    @Test func `keeps what it has when a file breaks, and takes it again when it is mended`() throws {
        try withService { service in
            let path = service.folder + "/mesh/canary.json"
            let good = try Files.read(path)

            try Files.writeAtomically(path, Array("{".utf8))
            service.service.reload()
            #expect(APIReply(try service.get(Canary.route)).weights == [90, 10])
            try Files.writeAtomically(
                path, Array(String(decoding: good, as: UTF8.self).replacing("90", with: "60").utf8))
            service.service.reload()

            #expect(APIReply(try service.get(Canary.route)).weights == [60, 10])
        }
    }

    @Test func `answers what is not served with a status`() throws {
        try withService { service in
            for (request, status) in [
                (HTTPRequest("GET", "/nothing"), 404), (HTTPRequest("POST", "/v1/targets"), 405),
                (HTTPRequest("GET", "/v3/discovery:routes"), 405),
                (HTTPRequest("POST", "/v3/discovery:routes", body: Array("{".utf8)), 400),
                (HTTPRequest("POST", "/v3/discovery:routes", body: Array("{}".utf8)), 400),
                (HTTPRequest("GET", Canary.routes + "?watch=1&resourceVersion=999999"), 410),
            ] {
                let answer = try service.wait(for: service.send(request, to: .plain))
                #expect(answer.status == status)
                #expect(try JSONValue.parse(answer.body)["kind"] == "Status")
            }
            #expect(try service.wait(for: service.send(HTTPRequest("GET", "/ready"), to: .metrics)).status == 200)
            let metrics = try service.wait(for: service.send(HTTPRequest("GET", "/metrics"), to: .metrics))
            #expect(metrics.text.contains("pilot_virt_services 1\n"))
            #expect(try service.get("/v1/targets")[0]?["targets"] == ["127.0.1.9:15090"])
        }
    }

    @Test func `says what keeps it from starting`() throws {
        try withScratchFolder { folder in
            let error = #expect(throws: ControlPlaneService.StartFailure.self) { try Service(folder) }

            #expect(error?.description.hasPrefix("--config-dir \(folder)/mesh is not a folder") == true)
        }
    }

    private func withService(_ body: (Service) throws -> Void) throws {
        try withScratchFolder { folder in
            try writeMesh(folder)
            try body(try Service(folder))
        }
    }

    private func writeMesh(_ folder: String) throws {
        try Files.makeDirectory(folder + "/mesh")
        let objects = [
            ("service", Canary.service), ("rule", Canary.destinationRule), ("canary", Canary.virtualService),
            ("v1", Canary.workload("v1", address: "127.0.1.9", version: "v1")),
            ("v2", Canary.workload("v2", address: "127.0.1.10", version: "v2")),
        ]
        for (name, object) in objects {
            try Files.writeAtomically(folder + "/mesh/\(name).json", object.serialized())
        }
    }
}

/// A control plane that runs on the test's own thread.
private final class Service {
    enum Port { case plain, secure, metrics }

    final class Outcome {
        var result: Result<HTTPResponse, HTTPClientError>?
    }

    let folder: String
    let loop: EventLoop
    let service: ControlPlaneService
    let client: HTTPClient

    init(_ folder: String) throws {
        self.folder = folder
        loop = try EventLoop()
        let arguments = ["--config-dir", "mesh", "--state-dir", "state", "--token-dir", "tokens"]
            .map { $0.hasPrefix("-") ? $0 : folder + "/" + $0 }
        guard case .run(let options) = ControlOptions.parse(arguments) else { throw Unexpected("usage") }
        service = try ControlPlaneService(
            options, ports: .any, loop: loop, log: Log(subsystem: "control", minimum: .error))
        client = HTTPClient(loop: loop)
        service.start()
    }

    deinit {
        client.close()
        service.stop()
        loop.run()
    }

    func send(_ request: HTTPRequest, to port: Port, tls: TLSContext? = nil) -> Outcome {
        let address =
            switch port {
            case .plain: service.plainAddress
            case .secure: service.secureAddress
            case .metrics: service.metricsAddress
            }
        let outcome = Outcome()
        client.send(request, to: address, tls: tls, deadline: .seconds(30)) { outcome.result = $0 }
        return outcome
    }

    func wait(for outcome: Outcome) throws -> HTTPResponse {
        try until { outcome.result != nil }
        return try #require(outcome.result).get()
    }

    func until(_ condition: () -> Bool) throws {
        let isMet = loop.run(until: SystemClock.monotonic().advanced(by: .seconds(20)), condition)
        if !isMet { throw Unexpected("nothing within 20 s") }
    }

    func get(_ target: String) throws -> JSONValue {
        try JSONValue.parse(try wait(for: send(HTTPRequest("GET", target), to: .plain)).body)
    }

    func discovery(
        version: String, wait: Int? = nil, node: String = "sidecar~127.0.1.9~v1.payments~payments.svc.cluster.local"
    ) -> HTTPRequest {
        let body: JSONValue = ["version_info": .string(version), "node": ["id": .string(node)]]
        var request = HTTPRequest("POST", "/v3/discovery:routes", body: body.serialized())
        request.headers["prefer"] = wait.map { "wait=\($0)" }
        return request
    }

    func discover(version: String) throws -> JSONValue {
        try JSONValue.parse(try wait(for: send(discovery(version: version), to: .plain)).body)
    }

    func weights(v1: Int64, v2: Int64) -> HTTPRequest {
        let patch: JSONValue = [
            ["op": "replace", "path": "/spec/http/0/route/0/weight", "value": .integer(v1)],
            ["op": "replace", "path": "/spec/http/0/route/1/weight", "value": .integer(v2)],
        ]
        return HTTPRequest(
            "PATCH", Canary.route, headers: ["content-type": "application/json-patch+json"], body: patch.serialized())
    }
}

extension String {
    fileprivate func replacing(_ part: String, with other: String) -> String {
        guard let start = utf8.indices.first(where: { self[$0...].hasPrefix(part) }) else { return self }
        return self[..<start] + other + self[start...].dropFirst(part.count)
    }
}
