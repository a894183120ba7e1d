import Quantities
import SystemIO
import TLSTransport

/// The certificates of the demo's bank: outside the mesh, so of an authority of its own, made anew for every demo.
enum DemoBank {
    /// The name that is asked for, as in `demo/mesh/bank.yaml`.
    private static let host = "bank.example"
    private static let lifetime = Duration.seconds(7 * 86_400)

    /// Below the state directory; the path in `demo/mesh/bank.yaml` begins there, too.
    static func directory(in state: String) -> String { "\(state)/bank" }

    /// Writes `root-cert.pem`, `cert-chain.pem` and `key.pem`.
    static func makeCertificates(in state: String) throws {
        let directory = directory(in: state)
        let now = SystemClock.wall()
        let authority = try CertificateAuthority.makeRoot(commonName: "Bank root", now: now, lifetime: lifetime)
        let key = try PrivateKey.makeP256()
        let certificate = try authority.issue(key, hosts: [host], now: now, lifetime: lifetime)
        try Files.makeDirectory(directory)
        for (name, text) in [
            ("root-cert", authority.root.pem), ("cert-chain", certificate.pem), ("key", try key.pem),
        ] {
            try Files.writeAtomically("\(directory)/\(name).pem", Array(text.utf8))
        }
    }
}
