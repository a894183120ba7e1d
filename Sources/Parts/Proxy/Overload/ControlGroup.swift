import SystemIO

/// The process's control group (cgroup v2), as containers have one.
enum ControlGroup {
    /// The least memory limit of the group and those above it, in bytes; nothing where there is none.
    static func memoryLimit(root: String = "/sys/fs/cgroup", process: String = "/proc/self/cgroup") -> UInt64? {
        guard let bytes = try? Files.read(process, limit: 64 * 1024) else { return nil }
        // `0::/system.slice/x.service` is the line of version 2.
        let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("0::/") }
        guard var path = line.map({ $0.dropFirst(3) }) else { return nil }
        var limit: UInt64?
        while true {
            if let found = number("\(root)\(path)/memory.max") { limit = min(limit ?? found, found) }
            guard let slash = path.lastIndex(of: "/"), path.count > 1 else { return limit }
            path = path[..<slash]
        }
    }

    private static func number(_ file: String) -> UInt64? {
        guard let bytes = try? Files.read(file, limit: 4096) else { return nil }
        return UInt64(String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self))
    }
}
