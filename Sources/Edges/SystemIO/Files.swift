internal import CLinux
internal import Glibc

/// Whole files, read and replaced.
package enum Files {
    /// The largest file that ``read(_:limit:)`` takes unless told otherwise: configuration, not data.
    package static let defaultLimit = 64 * 1024 * 1024

    /// All bytes of a file; `EFBIG` when it has more than `limit`.
    package static func read(_ path: String, limit: Int = defaultLimit) throws(SystemError) -> [UInt8] {
        let descriptor = CInt(try require("open", path) { open(path, O_RDONLY | O_CLOEXEC) })
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var status = stat()
        if fstat(descriptor, &status) == 0, status.st_size > 0 {
            bytes.reserveCapacity(min(Int(status.st_size), limit))
        }
        // The size is only a hint: files in /proc have none, and others may grow meanwhile.
        return try withChunk { chunk throws(SystemError) in
            while true {
                let count = try require("read", path) { Glibc.read(descriptor, chunk.baseAddress, chunk.count) }
                guard count > 0 else { return bytes }
                guard bytes.count + count <= limit else { throw SystemError(call: "read", code: EFBIG, subject: path) }
                bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(chunk)[..<count]))
            }
        }
    }

    /// At most `count` bytes of a file's beginning.
    package static func readBeginning(_ path: String, count: Int) throws(SystemError) -> [UInt8] {
        let descriptor = CInt(try require("open", path) { open(path, O_RDONLY | O_CLOEXEC) })
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: max(0, count))
        let length = try require("read", path) {
            bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        }
        return Array(bytes[..<length])
    }

    /// Replaces a file by one with these bytes, so that a reader, or a restart after a crash, sees the old or the new
    /// file and never a part.
    ///
    /// - Parameter mode: the permissions of the new file; by default nobody else may read it.
    package static func writeAtomically(_ path: String, _ bytes: [UInt8], mode: UInt32 = 0o600) throws(SystemError) {
        let draft = "\(path).\(getpid()).new"
        let descriptor = CInt(
            try require("open", draft) { open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode) })
        do throws(SystemError) {
            defer { close(descriptor) }
            // The mode of open is cut by the umask and ignored for a draft left by a crash.
            try require("fchmod", draft) { fchmod(descriptor, mode) }
            var written = 0
            while written < bytes.count {
                written += try require("write", draft) {
                    bytes.withUnsafeBytes {
                        write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
                    }
                }
            }
            try require("fsync", draft) { fsync(descriptor) }
            try require("rename", path) { rename(draft, path) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    /// The names in a directory, sorted, without `.` and `..`.
    package static func list(_ directory: String) throws(SystemError) -> [String] {
        guard let stream = opendir(directory) else {
            throw SystemError(call: "opendir", code: errno, subject: directory)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            // d_name is a fixed array in Swift's eyes; the kernel ends the name with a zero inside it.
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Makes a directory and the ones above it; one that exists is fine.
    package static func makeDirectory(_ path: String, mode: UInt32 = 0o700) throws(SystemError) {
        guard mkdir(path, mode) != 0, errno != EEXIST else { return }
        let code = errno
        guard code == ENOENT, let slash = path.dropLast(path.hasSuffix("/") ? 1 : 0).lastIndex(of: "/"),
            slash > path.startIndex
        else { throw SystemError(call: "mkdir", code: code, subject: path) }
        try makeDirectory(String(path[..<slash]), mode: mode)
        guard mkdir(path, mode) == 0 || errno == EEXIST else {
            throw SystemError(call: "mkdir", code: errno, subject: path)
        }
    }

    /// A fresh directory that only we may enter, under `TMPDIR` or `/tmp`.
    package static func makeTemporaryDirectory(prefix: String) throws(SystemError) -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/\(prefix)-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.map { mkdtemp($0) != nil } ?? false }
        guard made else { throw SystemError(call: "mkdtemp", code: errno, subject: parent) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What changes when a file is written or replaced.
    package struct Stamp: Hashable, Sendable {
        private let inode: UInt64
        private let size: Int64
        private let modified: Int64

        fileprivate init(_ status: stat) {
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
            modified = Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
        }
    }

    /// A file's present stamp; nothing when it is not there. Links are followed.
    package static func stamp(of path: String) -> Stamp? {
        var status = stat()
        return stat(path, &status) == 0 ? Stamp(status) : nil
    }

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    package static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Removes a file, or a directory with all it holds; one that is not there is fine.
    package static func remove(_ path: String) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        // A link to a directory is removed as a link: its target is not ours.
        if status.st_mode & S_IFMT == S_IFDIR {
            for name in try list(path) { try remove("\(path)/\(name)") }
            try require("rmdir", path) { rmdir(path) }
        } else {
            try require("unlink", path) { unlink(path) }
        }
    }

    private static func withChunk<Result>(
        _ body: (UnsafeMutableRawBufferPointer) throws(SystemError) -> Result
    ) throws(SystemError) -> Result {
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
        defer { chunk.deallocate() }
        return try body(chunk)
    }
}
