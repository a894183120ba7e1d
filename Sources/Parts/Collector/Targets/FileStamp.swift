internal import Glibc

/// What tells one version of a file from the next without reading it: a file that is written in place changes its times
/// or its size, one that is replaced its inode, and a Kubernetes volume the directory that its links lead through.
struct FileStamp: Hashable, Sendable {
    private var device: UInt
    private var inode: UInt
    private var size: Int
    private var seconds: Int
    private var nanoseconds: Int
    private var changedSeconds: Int
    private var changedNanoseconds: Int

    /// Nothing when there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        size = Int(status.st_size)
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
        changedSeconds = status.st_ctim.tv_sec
        changedNanoseconds = status.st_ctim.tv_nsec
    }
}
