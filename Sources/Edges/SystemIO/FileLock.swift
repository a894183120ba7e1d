internal import CLinux
internal import Glibc

/// A file that one process at a time may hold, for as long as this value lives. The kernel lets go of it when the
/// process ends, however it ends.
///
/// It is `flock(2)`, which keeps nobody from reading or writing the file: it is for those who ask. A file that SQLite
/// has open must be unlocked after SQLite has closed it, because closing any descriptor of a file drops the process'
/// record locks on it, which are SQLite's.
package final class FileLock: Sendable {
    private let descriptor: CInt

    /// Locks `path`, and makes an empty file when there is none.
    ///
    /// - Throws: with the code `EWOULDBLOCK` when somebody else holds it; see ``isHeldElsewhere(_:)``.
    package init(_ path: String) throws(SystemError) {
        let descriptor = CInt(
            try require("open", path) { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644) })
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            throw SystemError(call: "flock", code: code, subject: path)
        }
        self.descriptor = descriptor
    }

    /// Whether an error says that another process has the file.
    package static func isHeldElsewhere(_ error: SystemError) -> Bool { error.code == EWOULDBLOCK }

    deinit {
        close(descriptor)
    }
}
