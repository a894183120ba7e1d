import SystemIO
import TLSTransport

/// The bank's TLS: a server that is known by its name, and asks nobody who they are.
enum BankCertificates {
    static func context(in directory: String) throws(Shop.Failure) -> TLSContext {
        do {
            return try TLSContext(
                server: TLSServerSettings(
                    chain: try Certificate.chain(pem: try text("\(directory)/cert-chain.pem")),
                    key: try PrivateKey(pem: try text("\(directory)/key.pem")), roots: [],
                    clientCertificate: .notRequested))
        } catch {
            throw Shop.Failure(message: "the bank's certificates in \(directory) are of no use: \(error)")
        }
    }

    private static func text(_ path: String) throws -> String {
        String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
    }
}
