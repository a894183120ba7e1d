import Quantities
import TLSTransport
import Testing

private let now = WallTime(secondsSinceEpoch: 1_763_800_000)
private let uri = "spiffe://cluster.local/ns/payments/sa/payment"

@Suite struct `A certificate authority` {
    private let authority: CertificateAuthority

    init() throws {
        authority = try CertificateAuthority.makeRoot(commonName: "Mesh root", now: now)
    }

    @Test func `is its own issuer`() throws {
        let root = authority.root

        #expect(root.subject == "CN = Mesh root")
        #expect(root.issuer == root.subject)
        #expect(root.isCA)
        #expect(root.uris == [])
        #expect(root.sha256.count == 32)
    }

    @Test func `issues what it was told, not what was asked`() throws {
        let key = try PrivateKey.makeP256()
        let pem = try CertificateSigningRequest.make(key: key, uri: "spiffe://cluster.local/ns/x/sa/asked")
        let request = try CertificateSigningRequest(pem: pem)

        let certificate = try authority.issue(request, uri: uri, now: now, lifetime: .seconds(3600))

        #expect(request.uris == ["spiffe://cluster.local/ns/x/sa/asked"])
        #expect(certificate.uris == [uri])
        #expect(certificate.issuer == "CN = Mesh root")
        #expect(certificate.subject == "")
        #expect(!certificate.isCA)
        #expect(certificate.notBefore == now.advanced(by: .seconds(-120)))
        #expect(certificate.notAfter == now.advanced(by: .seconds(3600)))
        #expect(certificate.serial.count >= 31)
    }

    @Test func `takes text in a URI for a URI`() throws {
        let odd = "spiffe://cluster.local/ns/a/sa/b,DNS:bank.example"
        let pem = try CertificateSigningRequest.make(key: PrivateKey.makeP256(), uri: odd)

        let certificate = try authority.issue(
            CertificateSigningRequest(pem: pem), uri: odd, now: now, lifetime: .seconds(60))

        #expect(certificate.uris == [odd])
    }

    @Test func `is the same after it was written and read`() throws {
        let root = try Certificate.chain(pem: authority.root.pem)
        let key = try PrivateKey(pem: authority.key.pem)

        let copy = try CertificateAuthority(root: #require(root.first), key: key)

        #expect(copy.root.sha256 == authority.root.sha256)
        #expect(throws: TLSError.self) {
            try CertificateAuthority(root: authority.root, key: PrivateKey.makeP256())
        }
    }

    @Test func `refuses a request that was changed on its way`() throws {
        let pem = try CertificateSigningRequest.make(key: PrivateKey.makeP256(), uri: uri)
        let lines = pem.split(separator: "\n")
        // One character in the middle, replaced by another of the same alphabet.
        var middle = Array(lines[lines.count / 2])
        middle[20] = middle[20] == "A" ? "B" : "A"
        let changed = (lines[..<(lines.count / 2)] + [Substring(middle)] + lines[(lines.count / 2 + 1)...])
            .joined(separator: "\n")

        #expect(throws: TLSError.self) { try CertificateSigningRequest(pem: changed + "\n") }
    }
}

@Suite struct `Certificate text` {
    @Test func `may hold a chain`() throws {
        let first = try CertificateAuthority.makeRoot(commonName: "First", now: now).root
        let second = try CertificateAuthority.makeRoot(commonName: "Second", now: now).root

        let chain = try Certificate.chain(pem: "a remark\n" + first.pem + "\n" + second.pem)

        #expect(chain.map(\.subject) == ["CN = First", "CN = Second"])
    }

    @Test func `is refused when it holds none or a broken one`() throws {
        #expect(throws: TLSError("the text holds no certificate")) { try Certificate.chain(pem: "nothing") }
        #expect(throws: TLSError.self) {
            try Certificate.chain(pem: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
        }
        #expect(throws: TLSError.self) { try PrivateKey(pem: "nothing") }
    }
}
