import Quantities
import SystemIO
import TLSTransport
import Testing

private let server = "spiffe://cluster.local/ns/payments/sa/payment"
private let client = "spiffe://cluster.local/ns/shop/sa/order"

/// What a handshake and a few bytes each way came to, with the two ends joined in memory.
private struct Outcome {
    var client: TLSSession
    var server: TLSSession
    var clientError: TLSError?
    var serverError: TLSError?
}

private func join(client clientContext: TLSContext, server serverContext: TLSContext) throws -> Outcome {
    var outcome = Outcome(client: try TLSSession(clientContext), server: try TLSSession(serverContext))
    for _ in 0..<6 {
        do throws(TLSError) {
            if outcome.clientError == nil {
                if try outcome.client.handshake() {
                    // Reading tells a client of TLS 1.3 that the server has refused it after all.
                    try withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer throws(TLSError) in
                        _ = try outcome.client.read(into: buffer)
                    }
                }
            }
        } catch { outcome.clientError = error }
        outcome.client.takeCiphertext { outcome.server.receive($0) }
        do throws(TLSError) {
            if outcome.serverError == nil { _ = try outcome.server.handshake() }
        } catch { outcome.serverError = error }
        outcome.server.takeCiphertext { outcome.client.receive($0) }
    }
    return outcome
}

@Suite struct `A handshake` {
    private let authority: CertificateAuthority
    private let now = SystemClock.wall()

    init() throws {
        authority = try CertificateAuthority.makeRoot(commonName: "Root", now: now)
    }

    private func identity(_ uri: String, _ authority: CertificateAuthority, lifetime: Duration = .seconds(60)) throws
        -> (
            [Certificate], PrivateKey
        )
    {
        let key = try PrivateKey.makeP256()
        let request = try CertificateSigningRequest(pem: CertificateSigningRequest.make(key: key, uri: uri))
        return ([try authority.issue(request, uri: uri, now: now, lifetime: lifetime)], key)
    }

    private func serverContext(
        by issuer: CertificateAuthority? = nil, lifetime: Duration = .seconds(60),
        _ change: (inout TLSServerSettings) -> Void = { _ in }
    ) throws -> TLSContext {
        let (chain, key) = try identity(server, issuer ?? authority, lifetime: lifetime)
        var settings = TLSServerSettings(chain: chain, key: key, roots: [authority.root])
        change(&settings)
        return try TLSContext(server: settings)
    }

    private func clientContext(
        by issuer: CertificateAuthority? = nil, _ change: (inout TLSClientSettings) -> Void = { _ in }
    ) throws -> TLSContext {
        let (chain, key) = try identity(client, issuer ?? authority)
        var settings = TLSClientSettings(chain: chain, key: key, roots: [authority.root], acceptedPeerURIs: [server])
        change(&settings)
        return try TLSContext(client: settings)
    }

    @Test func `tells each end who the other is`() throws {
        let outcome = try join(client: clientContext(), server: serverContext())

        #expect(outcome.clientError == nil && outcome.serverError == nil)
        #expect(outcome.client.isHandshakeDone && outcome.server.isHandshakeDone)
        #expect(outcome.client.peerURIs == [server])
        #expect(outcome.server.peerURIs == [client])
        #expect(outcome.client.negotiatedProtocol == "http/1.1")
        #expect(outcome.server.negotiatedProtocol == "http/1.1")
    }

    @Test func `carries bytes both ways and the end`() throws {
        let outcome = try join(client: clientContext(), server: serverContext())
        let sent = [UInt8]((0..<100_000).map { UInt8(truncatingIfNeeded: $0) })
        var received: [UInt8] = []

        try outcome.client.write(sent)
        outcome.client.endWriting()
        outcome.client.takeCiphertext { outcome.server.receive($0) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 10_000, alignment: 1)
        defer { buffer.deallocate() }
        while case .bytes(let count) = try outcome.server.read(into: buffer) { received += buffer[..<count] }

        #expect(received == sent)
        #expect(try outcome.server.read(into: buffer) == .ended)
    }

    @Test func `fails when the server has another identity`() throws {
        let other = "spiffe://cluster.local/ns/payments/sa/refunds"

        let outcome = try join(client: clientContext { $0.acceptedPeerURIs = [other] }, server: serverContext())

        #expect(outcome.clientError == TLSError("peer certificate has \(server), expected \(other)"))
        #expect(!outcome.client.isHandshakeDone)
    }

    @Test func `fails when the client has another identity`() throws {
        let other = "spiffe://cluster.local/ns/shop/sa/web"

        let outcome = try join(client: clientContext(), server: serverContext { $0.acceptedPeerURIs = [other] })

        #expect(outcome.serverError == TLSError("peer certificate has \(client), expected \(other)"))
    }

    @Test func `fails when the server's issuer is unknown`() throws {
        let stranger = try CertificateAuthority.makeRoot(commonName: "Stranger", now: now)

        let outcome = try join(client: clientContext(), server: serverContext(by: stranger))

        #expect(
            outcome.clientError
                == TLSError("peer certificate is not trusted: unable to get local issuer certificate"))
        #expect(outcome.serverError?.description.hasPrefix("the peer refused: ") == true)
    }

    @Test func `fails when the client's issuer is unknown`() throws {
        let stranger = try CertificateAuthority.makeRoot(commonName: "Stranger", now: now)

        let outcome = try join(client: clientContext(by: stranger), server: serverContext())

        #expect(
            outcome.serverError
                == TLSError("peer certificate is not trusted: unable to get local issuer certificate"))
        #expect(outcome.clientError?.description.hasPrefix("the peer refused: ") == true)
    }

    @Test func `fails when the certificate has expired`() throws {
        let outcome = try join(client: clientContext(), server: serverContext(lifetime: .seconds(-60)))

        #expect(outcome.clientError == TLSError("peer certificate is not trusted: certificate has expired"))
    }

    @Test func `fails without a client certificate where one is required`() throws {
        let outcome = try join(
            client: clientContext { ($0.chain, $0.key) = ([], nil) }, server: serverContext())

        #expect(outcome.serverError == TLSError("the peer showed no certificate"))
        #expect(outcome.clientError?.description.contains("certificate required") == true)
    }

    @Test func `needs no client certificate where none is required`() throws {
        for kind in [TLSServerSettings.ClientCertificate.optional, .notRequested] {
            let outcome = try join(
                client: clientContext { ($0.chain, $0.key) = ([], nil) },
                server: serverContext { $0.clientCertificate = kind })

            #expect(outcome.server.isHandshakeDone && outcome.client.isHandshakeDone)
            #expect(outcome.server.peerURIs == [])
        }
    }

    @Test func `says when the peer speaks plain HTTP`() throws {
        let session = try TLSSession(serverContext())

        Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8).withUnsafeBytes { session.receive($0) }

        #expect(throws: TLSError("the peer speaks plain HTTP where TLS is expected")) { try session.handshake() }
    }

    @Test func `says when the peer does not speak TLS`() throws {
        let session = try TLSSession(clientContext())
        _ = try session.handshake()

        Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8).withUnsafeBytes { session.receive($0) }

        #expect(throws: TLSError("the peer does not speak TLS")) { try session.handshake() }
    }

    @Test func `shares a context between peers`() throws {
        let context = try clientContext()
        let other = context.with(serverName: "other", acceptedPeerURIs: ["spiffe://cluster.local/ns/a/sa/b"])

        #expect(try join(client: context, server: serverContext()).client.isHandshakeDone)
        #expect(try !join(client: other, server: serverContext()).client.isHandshakeDone)
    }

    @Test func `refuses a key of another certificate`() throws {
        let (chain, _) = try identity(server, authority)

        #expect(throws: TLSError.self) {
            try TLSContext(
                server: TLSServerSettings(chain: chain, key: PrivateKey.makeP256(), roots: [authority.root]))
        }
    }

    @Test(arguments: [
        (["bank.example"], ["bank.example"], true), (["*.bank.example"], ["api.bank.example"], true),
        (["other.example", "bank.example"], ["bank.example"], true), (["bank.example"], ["x", "bank.example"], true),
        (["bank.example"], ["bank.example.org"], false), (["*.example"], ["a.bank.example"], false),
        (["bank.example"], ["api.bank.example"], false),
    ])
    func `believes a server by the names of its certificate`(names: [String], expected: [String], isBelieved: Bool)
        throws
    {
        let key = try PrivateKey.makeP256()
        let certificate = try authority.issue(key, hosts: names, now: now, lifetime: .seconds(60))
        let server = try TLSContext(
            server: TLSServerSettings(chain: [certificate], key: key, roots: [], clientCertificate: .notRequested))
        let client = try TLSContext(client: TLSClientSettings(roots: [authority.root]))
            .with(serverName: expected[0], acceptedPeerURIs: [], acceptedPeerHosts: expected)

        let outcome = try join(client: client, server: server)

        #expect((outcome.clientError == nil) == isBelieved)
        if !isBelieved {
            #expect(outcome.clientError?.description.contains("expected \(expected[0])") == true)
            #expect(outcome.clientError?.description.contains(names[0]) == true)
        }
    }

    @Test(arguments: ["", "a b", "a,DNS:b", "*", "*.", "ü.example"])
    func `no certificate is made for what is no name`(name: String) throws {
        let key = try PrivateKey.makeP256()
        #expect(throws: TLSError.self) { try authority.issue(key, hosts: [name], now: now, lifetime: .seconds(60)) }
    }
}
