/// Why a proxy cannot start or take a configuration, in words for the person who started it.
package enum ProxyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The command line is wrong.
    case usage(String)
    /// A configuration says something that is wrong or not supported; names the place.
    case configuration(String)
    /// A file, an address or a certificate is not as it must be.
    case environment(String)

    package var description: String {
        switch self {
        case .usage(let text), .configuration(let text), .environment(let text): text
        }
    }
}
