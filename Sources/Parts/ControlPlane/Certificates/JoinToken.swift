import MeshConfig
import Quantities
import SystemIO
import TLSTransport

/// What a workload proves itself with before it has a certificate: 32 random bytes in a file of its own.
///
/// Only the hash is stored, so that a copy of the store admits nobody.
package struct JoinToken: Hashable, Sendable {
    /// 64 hexadecimal digits.
    package let text: String

    /// A new token from the system's random source.
    package static func make() -> JoinToken {
        var generator = SystemRandomNumberGenerator()
        let words = (0..<4).map { _ in
            let digits = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }
        return JoinToken(text: words.joined())
    }

    /// What is stored of a token. Blanks and line ends around it do not count.
    package static func hash(_ text: String) -> String {
        Digest.sha256Text(Array(text.utf8.filter { $0 > 0x20 }))
    }
}

/// The token files of the workloads: `<namespace>.<entry>.token`, readable by their owner only.
final class TokenFiles {
    /// How long a token is good for.
    private static let validity = Duration.seconds(3_600)

    private let directory: String
    private let store: ConfigurationStore
    private let now: () -> WallTime

    init(directory: String, store: ConfigurationStore, now: @escaping () -> WallTime) {
        self.directory = directory
        self.store = store
        self.now = now
    }

    /// Writes a fresh token for every workload that has a proxy. Tokens written before stop working.
    func issue(for workloads: [MeshWorkload], log: Log) {
        for workload in workloads where workload.hasProxy {
            let token = JoinToken.make()
            do {
                // First the hash: a token in a file must be one that works.
                try store.issueToken(
                    hash: JoinToken.hash(token.text), namespace: workload.namespace, entry: workload.name,
                    expires: now().advanced(by: Self.validity))
                try Files.writeAtomically(
                    path(workload.namespace, workload.name), Array((token.text + "\n").utf8), mode: 0o600)
            } catch {
                log.error("token not written", ["workload": "\(workload.key)", "error": "\(error)"])
            }
        }
    }

    /// Keeps the files in step with changed WorkloadEntries.
    func follow(_ changes: [Change], mesh: MeshConfiguration, log: Log) {
        for key in Set(changes.map(\.key)).sorted() where key.kind == .workloadEntry {
            if let workload = mesh.workload(namespace: key.namespace, name: key.name) {
                issue(for: [workload], log: log)
            } else if Files.exists(path(key.namespace, key.name)) {
                do {
                    try Files.remove(path(key.namespace, key.name))
                } catch {
                    log.warning("token file not removed", ["error": "\(error)"])
                }
            }
        }
    }

    private func path(_ namespace: String, _ entry: String) -> String { "\(directory)/\(namespace).\(entry).token" }
}
