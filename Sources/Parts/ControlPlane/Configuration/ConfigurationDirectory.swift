import Glibc
package import SystemIO
import TLSTransport

/// The folder of YAML files, looked at cheaply: files are read only when something about them changed.
package final class ConfigurationDirectory {
    /// The most files that are read, and the largest.
    private static let maximumFiles = 10_000
    private static let maximumBytes = 8 << 20

    /// What `stat` tells about a file; another value means that it must be read again.
    private struct Stamp: Hashable {
        let seconds: Int
        let nanoseconds: Int
        let size: Int
        let inode: UInt64
    }

    private let path: String
    private var stamps: [String: Stamp] = [:]
    private var files: [String: ConfigurationFile] = [:]
    private var complaints: [String] = []

    package init(path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// The `.yaml`, `.yml` and `.json` files as they are now, sorted by name. Files whose names begin with a dot – an
    /// editor's – are passed over, and so are folders.
    ///
    /// - Returns: also why files cannot be read, in words, when that was not said by the last call.
    package func read() throws(SystemError) -> (files: [ConfigurationFile], unreadable: [String]) {
        let names = try Files.list(path)
            .filter { name in
                !name.hasPrefix(".") && [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) }
            }
            .sorted()
        var found: [String: Stamp] = [:]
        for name in names.prefix(Self.maximumFiles) {
            if let stamp = stamp(path + "/" + name) { found[name] = stamp }
        }
        var unreadable: [String] = []
        var read: [String: ConfigurationFile] = [:]
        for name in names {
            guard let stamp = found[name] else { continue }
            if stamp == stamps[name], let known = files[name] {
                read[name] = known
                continue
            }
            do {
                let bytes = try Files.read(path + "/" + name, limit: Self.maximumBytes)
                read[name] = ConfigurationFile(
                    path: name, displayPath: path + "/" + name, bytes: bytes, fingerprint: Digest.sha256Text(bytes))
            } catch {
                unreadable.append("\(error)")
                // What was read last still stands, and the stamp is dropped so that it is tried again.
                read[name] = files[name]
                found[name] = nil
            }
        }
        if names.count > Self.maximumFiles {
            unreadable.append("\(path): only the first \(Self.maximumFiles) of \(names.count) files are read")
        }
        let news = unreadable == complaints ? [] : unreadable
        (stamps, files, complaints) = (found, read, unreadable)
        return (read.values.sorted { $0.path < $1.path }, news)
    }

    private func stamp(_ path: String) -> Stamp? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Stamp(
            seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec, size: Int(status.st_size),
            inode: UInt64(status.st_ino))
    }
}
