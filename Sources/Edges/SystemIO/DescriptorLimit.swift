internal import Glibc

/// How many descriptors the process may have open.
package enum DescriptorLimit {
    /// More is of no use, and some systems say "infinity".
    private static let ceiling = 1 << 20

    /// Raises the limit to what the system allows at most, and returns what it is then.
    @discardableResult
    package static func raise() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        let wanted = min(limit.rlim_max, rlim_t(ceiling))
        if limit.rlim_cur < wanted {
            let before = limit.rlim_cur
            limit.rlim_cur = wanted
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) != 0 { limit.rlim_cur = before }
        }
        return Int(min(limit.rlim_cur, rlim_t(ceiling)))
    }
}
