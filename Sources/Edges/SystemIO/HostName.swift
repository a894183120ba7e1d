internal import Glibc

/// What this machine calls itself.
package enum HostName {
    /// As `gethostname` says at the first look; empty when it says nothing.
    package static let own: String = {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }()
}
