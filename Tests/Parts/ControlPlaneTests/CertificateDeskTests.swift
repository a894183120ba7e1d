import ControlPlane
import Glibc
import JSONWire
import Quantities
import SystemIO
import TLSTransport
import Testing

@Suite struct `The certificate desk` {
    private static let identity = "spiffe://cluster.local/ns/payments/sa/v1"

    @Test func `gives a workload its certificate for its token`() throws {
        let scene = try Scene()
        let token = try scene.token("v1")

        let chain = try scene.desk.issue(
            request: try scene.request(Self.identity), credential: .token(token + "\n"))

        #expect(chain.count == 2)
        #expect(chain[0].uris == [Self.identity])
        #expect(chain[0].isCA == false)
        #expect(chain[1].sha256 == scene.desk.authority.root.sha256)
        #expect(scene.desk.granted == 1)
    }

    @Test func `tells which certificates are in use and what workloads want of their callers`() throws {
        let scene = try Scene()
        for _ in 0..<2 {
            _ = try scene.desk.issue(
                request: try scene.request(Self.identity), credential: .certificate(uris: [Self.identity]))
        }

        let report = try SecurityReport.json(scene.bench.configuration, scene.desk)
        let certificates = try #require(report["certificates"]?.array)
        #expect(certificates.map { $0["identity"] } == [.string(Self.identity), .string(Self.identity)])
        #expect(certificates.count { $0["current"]?.bool ?? false } == 1)
        #expect(certificates[0]["expires"]?.string.flatMap { WallTime(rfc3339: $0) } != nil)
        #expect(report["root"]?["serial"] == .string(scene.desk.authority.root.serial))
        let workload = try #require(report["workloads"]?.array?.first { $0["identity"] == .string(Self.identity) })
        #expect(workload["mode"] == "PERMISSIVE")
        #expect(workload["policy"] == nil)
    }

    @Test func `takes a token once`() throws {
        let scene = try Scene()
        let token = try scene.token("v1")
        _ = try scene.desk.issue(request: try scene.request(Self.identity), credential: .token(token))

        #expect(try scene.refusal(Self.identity, .token(token))?.reason == .unauthorized)
        #expect(try scene.refusal(Self.identity, .token(token))?.message.contains("used before") == true)
    }

    @Test func `does not use a token up for a request that it refuses`() throws {
        let scene = try Scene()
        let token = try scene.token("v1")

        #expect(try scene.refusal("spiffe://cluster.local/ns/payments/sa/v2", .token(token))?.reason == .forbidden)

        #expect(try scene.refusal(Self.identity, .token(token)) == nil)
    }

    @Test(arguments: [
        "spiffe://cluster.local/ns/payments/sa/v2", "spiffe://cluster.local/ns/shop/sa/v1",
        "spiffe://other/ns/payments/sa/v1", "spiffe://cluster.local/ns/payments/sa/v1/", "https://example.org/",
    ])
    func `refuses a request for a foreign identity`(uri: String) throws {
        let scene = try Scene()
        let token = try scene.token("v1")

        let refusal = try scene.refusal(uri, .token(token))

        #expect(refusal?.reason == .forbidden)
        #expect(refusal?.message.contains(Self.identity) == true)
    }

    @Test func `refuses tokens that are unknown, expired, or of a workload that is gone`() throws {
        let scene = try Scene()
        let token = try scene.token("v1")

        #expect(try scene.refusal(Self.identity, .none)?.reason == .unauthorized)
        #expect(try scene.refusal(Self.identity, .token("nonsense"))?.reason == .unauthorized)
        try scene.bench.send("DELETE", Canary.workloads + "/v1")
        #expect(try scene.refusal(Self.identity, .token(token))?.reason == .forbidden)
        scene.bench.clock.now = scene.bench.clock.now.advanced(by: .seconds(3_601))
        #expect(try scene.refusal(Self.identity, .token(token))?.message.contains("expired") == true)
    }

    @Test func `renews for the certificate that is held, and for no other identity`() throws {
        let scene = try Scene()

        #expect(try scene.refusal(Self.identity, .certificate(uris: [Self.identity])) == nil)
        let other = "spiffe://cluster.local/ns/payments/sa/v2"
        #expect(try scene.refusal(other, .certificate(uris: [Self.identity]))?.reason == .forbidden)
        let stranger = "spiffe://cluster.local/ns/payments/sa/stranger"
        #expect(try scene.refusal(stranger, .certificate(uris: [stranger]))?.reason == .forbidden)
        #expect(try scene.refusal(Self.identity, .certificate(uris: []))?.reason == .forbidden)
    }

    @Test(arguments: [(nil, 600), (60, 60), (86_400, 600), (0, 600), (-5, 600)] as [(Int?, Int)])
    func `keeps to the lifetime that was set`(wanted: Int?, seconds: Int) throws {
        let scene = try Scene(lifetime: .seconds(600))

        let chain = try scene.desk.issue(
            request: try scene.request(Self.identity), credential: .certificate(uris: [Self.identity]),
            wanted: wanted.map { .seconds($0) })

        let end = scene.bench.clock.now.advanced(by: .seconds(seconds))
        #expect(abs(end.duration(to: chain[0].notAfter).inSeconds) <= 1)
    }

    @Test func `refuses what is no certificate request`() throws {
        let scene = try Scene()

        for text in ["", "hello", String(repeating: "x", count: 20_000)] {
            let error = #expect(throws: APIFailure.self) {
                try scene.desk.issue(request: text, credential: .certificate(uris: [Self.identity]))
            }
            #expect(error?.reason == .badRequest)
        }
    }
}

@Suite struct `The root on the disk` {
    @Test func `is made once, with a key for its owner only`() throws {
        try withScratchFolder { folder in
            let now = WallTime(secondsSinceEpoch: 1_800_000_000)

            let made = try AuthorityFiles.load(in: folder, hasIssued: false, now: now)
            let read = try AuthorityFiles.load(in: folder, hasIssued: true, now: now)

            #expect(made.root.sha256 == read.root.sha256)
            #expect(made.root.isCA)
            let years = now.duration(to: made.root.notAfter).inSeconds / 86_400 / 365
            #expect(abs(years - 10) < 0.01)
            var status = stat()
            #expect(stat(AuthorityFiles.keyPath(in: folder), &status) == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }

    @Test func `is not replaced behind the proxies' backs`() throws {
        try withScratchFolder { folder in
            let now = WallTime(secondsSinceEpoch: 1_800_000_000)
            _ = try AuthorityFiles.load(in: folder, hasIssued: false, now: now)
            unlink(AuthorityFiles.certificatePath(in: folder))

            #expect(throws: AuthorityFiles.Failure.self) {
                try AuthorityFiles.load(in: folder, hasIssued: true, now: now)
            }
            _ = try AuthorityFiles.load(in: folder, hasIssued: false, now: now)
            unlink(AuthorityFiles.keyPath(in: folder))
            let error = #expect(throws: AuthorityFiles.Failure.self) {
                try AuthorityFiles.load(in: folder, hasIssued: false, now: now)
            }
            #expect(error?.description.contains("root-key.pem is missing") == true)
        }
    }

    @Test func `is refused when it is damaged, of another key, or too old`() throws {
        try withScratchFolder { folder in
            let now = WallTime(secondsSinceEpoch: 1_800_000_000)
            _ = try AuthorityFiles.load(in: folder, hasIssued: false, now: now)
            func refuses(at time: WallTime) -> Bool {
                do throws(AuthorityFiles.Failure) {
                    _ = try AuthorityFiles.load(in: folder, hasIssued: true, now: time)
                    return false
                } catch {
                    return true
                }
            }

            #expect(refuses(at: now.advanced(by: .seconds(11 * 365 * 86_400))))
            try Files.writeAtomically(AuthorityFiles.keyPath(in: folder), Array(try PrivateKey.makeP256().pem.utf8))
            #expect(refuses(at: now))
            try Files.writeAtomically(AuthorityFiles.certificatePath(in: folder), Array("nonsense".utf8))
            #expect(refuses(at: now))
        }
    }
}

private struct Scene {
    let bench: Bench
    let desk: CertificateDesk
    let key = try? PrivateKey.makeP256()

    init(lifetime: Duration = .seconds(86_400)) throws {
        let bench = try Bench()
        self.bench = bench
        desk = CertificateDesk(
            bench.configuration,
            authority: try CertificateAuthority.makeRoot(commonName: "test root", now: bench.clock.now),
            lifetime: lifetime
        ) { bench.clock.now }
    }

    func request(_ uri: String) throws -> String {
        try CertificateSigningRequest.make(key: try #require(key), uri: uri)
    }

    /// A fresh token of a WorkloadEntry.
    func token(_ entry: String) throws -> String {
        let token = JoinToken.make()
        try bench.configuration.store.issueToken(
            hash: JoinToken.hash(token.text), namespace: "payments", entry: entry,
            expires: bench.clock.now.advanced(by: .seconds(3_600)))
        return token.text
    }

    func refusal(_ uri: String, _ credential: CertificateDesk.Credential) throws -> APIFailure? {
        let request = try request(uri)
        do throws(APIFailure) {
            _ = try desk.issue(request: request, credential: credential)
            return nil
        } catch {
            return error
        }
    }
}
