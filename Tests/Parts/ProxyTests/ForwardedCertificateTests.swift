import Discovery
import HTTPTransport
import TLSTransport
import Testing

@testable import Proxy

@Suite struct `The header of client certificates` {
    private let chain: TestChain

    init() throws { chain = try TestChain() }

    /// What the application gets when the caller's sidecar sends `sent`.
    private func header(_ rules: ClientCertificateHeader, sent: String? = nil) throws -> String? {
        // The sidecar before it lets the field pass as it came, as no client could make it otherwise.
        try chain.applySource(
            endpoints: [chain.inbound], manager: { $0.clientCertificate = .init(.alwaysForwardOnly) })
        try chain.applyDestination(clientCertificate: rules)
        for _ in 0..<2 {
            _ = try chain.send(headers: sent.map { [("x-forwarded-client-cert", $0)] } ?? [])
        }
        try #require(chain.seen.count == 2)
        #expect(chain.seen[0].headers["x-forwarded-client-cert"] == chain.seen[1].headers["x-forwarded-client-cert"])
        return chain.seen.last?.headers["x-forwarded-client-cert"]
    }

    /// Of the caller's certificate, in hexadecimal digits.
    private var digest: String {
        get throws {
            let pem = try #require(chain.sourceSecrets.certificates["default"]?.chain)
            let certificate = try #require(try Certificate.chain(pem: pem).first)
            return certificate.sha256.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
    }

    private func own(_ rules: ClientCertificateHeader) throws -> String {
        let hash = try digest
        let names =
            (rules.tellsSubject ? [#"Subject="""#] : []) + (rules.tellsURI ? ["URI=\(chain.mesh.uri("web"))"] : [])
        return (["By=\(chain.mesh.uri("catalog"))", "Hash=\(hash)"] + names).joined(separator: ";")
    }

    @Test func `is taken away unless somebody wants it`() throws {
        #expect(try header(ClientCertificateHeader(), sent: "By=me") == nil)
    }

    @Test func `names the caller, behind those before it`() throws {
        #expect(try header(.inbound) == own(.inbound))
        #expect(try own(.inbound).contains("URI=spiffe://"))
    }

    @Test func `is added to what came`() throws {
        #expect(try header(.inbound, sent: "By=a;URI=b") == "By=a;URI=b," + own(.inbound))
    }

    @Test func `is set at the edge, whatever came`() throws {
        #expect(try header(.edge, sent: "By=a;URI=b") == own(.edge))
        #expect(try own(.init(.sanitizeSet)).hasSuffix(digest))
    }

    @Test(arguments: [ClientCertificateHeader.Mode.forwardOnly, .alwaysForwardOnly])
    func `passes as it came where nothing else is wanted`(mode: ClientCertificateHeader.Mode) throws {
        #expect(try header(.init(mode), sent: "By=a;URI=b") == "By=a;URI=b")
    }

    @Test func `of who shows no certificate is not believed`() throws {
        try chain.applySource(endpoints: [chain.inbound], manager: { $0.clientCertificate = .inbound })
        try chain.applyDestination(clientCertificate: .init(.alwaysForwardOnly))

        _ = try chain.send(headers: [("x-forwarded-client-cert", "By=a")])

        #expect(chain.seen.last?.headers["x-forwarded-client-cert"] == nil)
    }
}
