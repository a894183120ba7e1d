import Quantities
import SystemIO
import TLSTransport

@testable import Proxy

/// A certificate authority and the workloads it vouches for, made for one test.
struct TestMesh {
    private let authority: CertificateAuthority

    init() throws {
        authority = try CertificateAuthority.makeRoot(commonName: "test", now: SystemClock.wall())
    }

    var rootPEM: String { authority.root.pem }

    func uri(_ account: String) -> String { "spiffe://cluster.local/ns/shop/sa/\(account)" }

    func material(account: String, lifetime: Duration = .seconds(3600)) throws -> CertificateMaterial {
        let key = try PrivateKey.makeP256()
        let request = try CertificateSigningRequest(
            pem: try CertificateSigningRequest.make(key: key, uri: uri(account)))
        let certificate = try authority.issue(
            request, uri: uri(account), now: SystemClock.wall(), lifetime: lifetime)
        return CertificateMaterial(chain: certificate.pem, key: try key.pem)
    }

    /// The secrets of a workload with this service account.
    func secrets(account: String) throws -> SecretBook {
        SecretBook(workload: try material(account: account), roots: rootPEM)
    }
}
