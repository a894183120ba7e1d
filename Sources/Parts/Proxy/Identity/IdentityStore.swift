import SystemIO

/// Key, certificate and last good configuration in the state directory. Files are written whole or not at all, and
/// only their owner may read them.
struct IdentityStore: Sendable {
    let directory: String

    private var certificateFile: String { "\(directory)/certificate.pem" }
    private var configurationFile: String { "\(directory)/configuration.json" }

    /// Makes the directory when it is missing.
    init(directory: String) throws(ProxyError) {
        self.directory = directory
        do throws(SystemError) {
            if !Files.isDirectory(directory) { try Files.makeDirectory(directory) }
        } catch {
            throw .environment("--state-dir: \(error)")
        }
    }

    /// The stored certificate, and the roots that it was issued under. They are one file with the key, so that a crash
    /// between two writes cannot leave parts that do not belong together:
    ///
    ///     key · certificate · roots …
    func loadCertificate() -> (material: CertificateMaterial, roots: String)? {
        guard let bytes = try? Files.read(certificateFile, limit: 1 << 20) else { return nil }
        let starts = Self.certificates(in: bytes)
        guard starts.count >= 2, starts[0] > 0 else { return nil }
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        return (
            CertificateMaterial(chain: text(starts[0]..<starts[1]), key: text(0..<starts[0])),
            text(starts[1]..<bytes.count)
        )
    }

    func save(_ certificate: CertificateMaterial, roots: String) throws(SystemError) {
        let text = certificate.key + certificate.chain + roots
        try Files.writeAtomically(certificateFile, Array(text.utf8), mode: 0o600)
    }

    func loadConfiguration() -> [UInt8]? { try? Files.read(configurationFile) }

    func save(configuration: [UInt8]) throws(SystemError) {
        try Files.writeAtomically(configurationFile, configuration, mode: 0o600)
    }

    /// Where each certificate begins.
    private static func certificates(in bytes: [UInt8]) -> [Int] {
        let marker = Array("-----BEGIN CERTIFICATE-----".utf8)
        return bytes.indices.filter { bytes[$0] == marker[0] && bytes[$0...].starts(with: marker) }
    }
}
