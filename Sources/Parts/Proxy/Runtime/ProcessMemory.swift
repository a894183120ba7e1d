import Glibc
import SystemIO

/// The process's own memory.
enum ProcessMemory {
    /// Resident bytes as the kernel counts them; nothing where `/proc` is not there.
    static func residentBytes() -> UInt64? {
        guard let bytes = try? Files.read("/proc/self/statm", limit: 4_096) else { return nil }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard fields.count > 1, let pages = UInt64(fields[1]) else { return nil }
        return pages.multipliedReportingOverflow(by: UInt64(max(1, sysconf(CInt(_SC_PAGESIZE))))).partialValue
    }
}
