package import Quantities
import SystemIO
package import TLSTransport

/// The mesh's root on the disk: its certificate for everybody, its key for nobody else.
package enum AuthorityFiles {
    /// `root-cert.pem` in the state directory: what proxies check each other against.
    package static func certificatePath(in directory: String) -> String { directory + "/root-cert.pem" }

    /// `root-key.pem`, readable by its owner only.
    package static func keyPath(in directory: String) -> String { directory + "/root-key.pem" }

    /// Why there is no authority to work with, in words.
    package struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// The authority of the state directory; a new one, valid for ten years, when there is none.
    ///
    /// A key without its certificate is what a crash within the first start leaves: nobody has seen the root, so a new
    /// one is made – unless certificates were issued, for then the root is known and must not change silently.
    package static func load(
        in directory: String, hasIssued: Bool, now: WallTime
    ) throws(Failure) -> CertificateAuthority {
        let (certificatePath, keyPath) = (certificatePath(in: directory), keyPath(in: directory))
        do {
            guard Files.exists(certificatePath) else {
                guard !hasIssued else {
                    throw Failure(
                        description:
                            "\(certificatePath) is missing, but certificates were issued under it; restore it, "
                            + "or remove the state directory to begin with a new root that every proxy must join anew")
                }
                let authority = try CertificateAuthority.makeRoot(commonName: "meshtop root", now: now)
                try Files.writeAtomically(keyPath, Array(authority.key.pem.utf8), mode: 0o600)
                try Files.writeAtomically(certificatePath, Array(authority.root.pem.utf8), mode: 0o644)
                return authority
            }
            guard Files.exists(keyPath) else {
                throw Failure(
                    description: "\(keyPath) is missing, and \(certificatePath) is of no use without it; restore it, "
                        + "or remove both to begin with a new root")
            }
            let chain = try Certificate.chain(pem: text(certificatePath))
            guard let root = chain.first, chain.count == 1 else {
                throw Failure(
                    description: "\(certificatePath) holds \(chain.count) certificates; it must hold the root")
            }
            guard root.notAfter > now else {
                throw Failure(
                    description: "\(certificatePath) expired at \(root.notAfter.rfc3339); remove it and \(keyPath) to "
                        + "begin with a new root")
            }
            return try CertificateAuthority(root: root, key: try PrivateKey(pem: text(keyPath)))
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(description: "\(directory): the certificate authority cannot be read: \(error)")
        }
    }

    private static func text(_ path: String) throws(SystemError) -> String {
        String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
    }
}
