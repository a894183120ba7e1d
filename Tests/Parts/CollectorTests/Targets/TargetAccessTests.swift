import HTTPTransport
import HTTPWire
import MeshModel
import Quantities
import SystemIO
import TLSTransport
import TestSupport
import Testing

@testable import Collector

/// How targets are asked, on real sockets.
@Suite struct TargetAccessTests {
    private func entry(_ target: FakeTarget, _ scheme: TargetScheme? = nil) -> TargetEntry {
        TargetEntry(url: TargetURL(scheme: scheme, host: .address(target.address), path: "/metrics"))
    }

    @Test func `an answer may be packed`() throws {
        let telemetry = Telemetry("destination web/v1@shop -> cart/v1@shop cart.shop x10")
        let loop = try EventLoop()
        let target = try FakeTarget(loop) { request in
            #expect(request.headers["accept-encoding"] == "gzip")
            var answer = HTTPResponse.metrics
            answer.headers.add("content-encoding", "gzip")
            answer.body = Gzip.pack(telemetry.exposition(of: "cart/v1@shop", times: 1))
            return answer
        }
        let mailbox = Mailbox()
        let collector = try collect(mailbox, TargetSources(targets: [entry(target)]))
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.state(of: target.address) == .up })
        #expect(mailbox.newest?.targets.first?.series == 7)
    }

    // MARK: Credentials

    /// A target that wants to see this field.
    private func guarded(_ loop: EventLoop, _ scheme: String, _ wanted: String) throws -> FakeTarget {
        try FakeTarget(loop) { request in
            request.headers["authorization"] == wanted
                ? .metrics : HTTPResponse(status: 401, headers: ["www-authenticate": "\(scheme) realm=\"metrics\""])
        }
    }

    @Test func `a target that wants a token says so, and is up with it`() throws {
        let loop = try EventLoop()
        let scratch = try Scratch()
        let target = try guarded(loop, "Bearer", "Bearer s3cret")
        let without = Mailbox()
        let first = try collect(without, TargetSources(targets: [entry(target)]))
        #expect(
            runs(loop) {
                without.reason(of: target.address) == "answered 401: it wants a bearer token, or another one"
            })
        first.stop()

        // When: the token is of yesterday, then renewed in its file.
        let file = try scratch.file("token", "old\n")
        let with = Mailbox()
        let collector = try collect(
            with, TargetSources(targets: [entry(target)], access: TargetAccess(credentials: .bearer(.file(file)))))
        defer { collector.stop() }
        #expect(runs(loop) { with.reason(of: target.address)?.hasPrefix("answered 401") ?? false })
        _ = try scratch.file("token", "s3cret\n")

        #expect(runs(loop) { with.state(of: target.address) == .up })
    }

    @Test func `a user and a password are sent as RFC 7617 writes them`() throws {
        let loop = try EventLoop()
        // The example of the RFC.
        let target = try guarded(loop, "Basic", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==")
        let mailbox = Mailbox()
        let collector = try collect(
            mailbox,
            TargetSources(
                targets: [entry(target)],
                access: TargetAccess(credentials: .basic(user: "Aladdin", password: .text("open sesame")))))
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.state(of: target.address) == .up })
    }

    @Test(arguments: [
        (nil, "cannot be read: no such file"), ("\n", "is empty"),
        ("a\r\nx-injected: b", "has line breaks or other control characters in it"),
    ])
    func `a token that cannot be sent is told, and nothing is asked without it`(text: String?, reason: String) throws {
        let loop = try EventLoop()
        let scratch = try Scratch()
        let target = try FakeTarget(loop)
        let file = try text.map { try scratch.file("token", $0) } ?? "\(scratch.path)/token"
        let mailbox = Mailbox()
        let collector = try collect(
            mailbox, TargetSources(targets: [entry(target)], access: TargetAccess(credentials: .bearer(.file(file)))))
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.reason(of: target.address)?.contains(reason) ?? false })
        #expect(target.requests.isEmpty)
    }

    @Test func `a control plane is told no secrets`() throws {
        let loop = try EventLoop()
        let target = try guarded(loop, "Bearer", "Bearer s3cret")
        let control = try FakeTarget(loop) { _ in .json(Array("[{\"targets\":[\"\(target.address)\"]}]".utf8)) }
        let mailbox = Mailbox()
        let sources = TargetSources(access: TargetAccess(credentials: .bearer(.text("s3cret"))))
        let collector = try Collector(
            CollectorConfiguration(control: control.address, sources: sources, interval: .milliseconds(200))
        ) { mailbox.put($0) }
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.state(of: target.address) == .up })
        #expect(control.requests.allSatisfy { $0.headers["authorization"] == nil })
    }

    @Test func `secrets are never printed`() {
        let access = TargetAccess(credentials: .basic(user: "Aladdin", password: .text("open sesame")))
        #expect(!"\(access)".contains("sesame"))
        #expect(!String(reflecting: access).contains("sesame"))
    }

    // MARK: TLS

    private static let serverURI = "spiffe://cluster.local/ns/shop/sa/cart"
    private static let clientURI = "spiffe://cluster.local/ns/watch/sa/meshtop"

    /// An authority, what a server of its is greeted with, and the files that a client needs.
    private struct Mesh {
        let scratch: Scratch
        let server: TLSContext
        var access: TargetAccess

        init(demandsCertificate: Bool = false) throws {
            let now = SystemClock.wall()
            let authority = try CertificateAuthority.makeRoot(commonName: "test root", now: now)
            func identity(_ uri: String) throws -> (Certificate, PrivateKey) {
                let key = try PrivateKey.makeP256()
                let request = try CertificateSigningRequest(pem: CertificateSigningRequest.make(key: key, uri: uri))
                return (try authority.issue(request, uri: uri, now: now, lifetime: .seconds(3600)), key)
            }
            let (certificate, key) = try identity(serverURI)
            server = try TLSContext(
                server: TLSServerSettings(
                    chain: [certificate], key: key, roots: [authority.root],
                    clientCertificate: demandsCertificate ? .required : .notRequested))
            scratch = try Scratch()
            access = TargetAccess()
            access.tls.authorityFile = try scratch.file("ca.pem", authority.root.pem)
            access.tls.serverName = serverURI
            guard demandsCertificate else { return }
            let client = try identity(clientURI)
            access.tls.certificateFile = try scratch.file("client.pem", client.0.pem)
            access.tls.keyFile = try scratch.file("client.key", client.1.pem)
        }
    }

    /// What becomes of a target behind `mesh` that is asked as `access` says.
    private func outcome(_ mesh: Mesh, _ access: TargetAccess, _ scheme: TargetScheme? = nil) throws -> String {
        let loop = try EventLoop()
        let target = try FakeTarget(loop, tls: mesh.server)
        let mailbox = Mailbox()
        let collector = try collect(mailbox, TargetSources(targets: [entry(target, scheme)], access: access))
        defer { collector.stop() }
        let isTold = runs(loop) {
            switch mailbox.state(of: target.address) {
            case .up, .down: true
            case .pending, nil: false
            }
        }
        guard isTold else { return "no answer" }
        let peers = target.requests.first?.peerURIs ?? []
        return mailbox.reason(of: target.address) ?? "up \(peers.joined())"
    }

    @Test func `a target is believed when its authority is, and it is whom we mean`() throws {
        let mesh = try Mesh()
        #expect(try outcome(mesh, mesh.access) == "up ")

        var wrongName = mesh.access
        wrongName.tls.serverName = "spiffe://cluster.local/ns/shop/sa/other"
        #expect(try outcome(mesh, wrongName).contains("expected spiffe://cluster.local/ns/shop/sa/other"))

        // Without a name the host counts, and this certificate is for no host.
        var noName = mesh.access
        noName.tls.serverName = nil
        #expect(try outcome(mesh, noName).contains("not trusted"))

        var otherAuthority = try Mesh().access
        otherAuthority.tls.serverName = Self.serverURI
        let other = try Mesh()
        otherAuthority.tls.authorityFile = other.access.tls.authorityFile
        #expect(try outcome(mesh, otherAuthority).contains("peer certificate is not trusted"))
    }

    @Test func `whoever answers is believed only when told so`() throws {
        let mesh = try Mesh()
        #expect(try outcome(mesh, TargetAccess(tls: TargetAccess.TLS(isInsecure: true))) == "up ")
        #expect(try outcome(mesh, TargetAccess(), .https).contains("not trusted"))
    }

    @Test func `a target that wants to know who asks is shown our certificate`() throws {
        let mesh = try Mesh(demandsCertificate: true)
        #expect(try outcome(mesh, mesh.access) == "up \(Self.clientURI)")

        var anonymous = mesh.access
        anonymous.tls.certificateFile = nil
        anonymous.tls.keyFile = nil
        #expect(try outcome(mesh, anonymous).contains("certificate"))

        var halved = mesh.access
        halved.tls.keyFile = nil
        #expect(try outcome(mesh, halved) == "a client certificate needs its key")

        var mistaken = mesh.access
        mistaken.tls.keyFile = mesh.access.tls.certificateFile
        #expect(try outcome(mesh, mistaken).contains("client.pem: read a private key"))
    }

    @Test func `an authority that changes is read again`() throws {
        let loop = try EventLoop()
        let (mesh, other) = (try Mesh(), try Mesh())
        let target = try FakeTarget(loop, tls: mesh.server)
        let scratch = try Scratch()
        func authority(of mesh: Mesh) throws -> String {
            String(decoding: try Files.read(try #require(mesh.access.tls.authorityFile)), as: UTF8.self)
        }
        var access = mesh.access
        access.tls.authorityFile = try scratch.file("ca.pem", authority(of: other))
        let mailbox = Mailbox()
        let collector = try collect(mailbox, TargetSources(targets: [entry(target)], access: access))
        defer { collector.stop() }
        #expect(runs(loop) { mailbox.reason(of: target.address)?.contains("not trusted") ?? false })

        // When: the file is broken for a moment, then right.
        _ = try scratch.file("ca.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        #expect(runs(loop) { mailbox.reason(of: target.address)?.contains("ca.pem: read certificate 1") ?? false })
        _ = try scratch.file("ca.pem", authority(of: mesh))

        #expect(runs(loop) { mailbox.state(of: target.address) == .up })
    }

    @Test func `a target that speaks no TLS says so`() throws {
        let loop = try EventLoop()
        let target = try FakeTarget(loop)
        let mesh = try Mesh()
        let mailbox = Mailbox()
        let collector = try collect(mailbox, TargetSources(targets: [entry(target)], access: mesh.access))
        defer { collector.stop() }

        #expect(runs(loop) { mailbox.reason(of: target.address)?.contains("TLS") ?? false })
    }
}
