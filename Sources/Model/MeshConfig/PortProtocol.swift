/// What a port speaks, as far as the mesh treats it differently.
package enum PortProtocol: String, Hashable, Sendable, CaseIterable {
    case http
    /// HTTP/2 from the first byte, as gRPC needs it.
    case http2
    /// Bytes that nobody looks into.
    case tcp
    /// TLS of the application's own, which is passed on by the name that it asks for.
    case tls

    /// Whether requests can be told from one another.
    package var isHTTP: Bool { self == .http || self == .http2 }

    /// What Istio's protocol selection found.
    enum Selection: Hashable {
        case known(PortProtocol)
        /// A protocol that the mesh does not carry, in Istio's word.
        case unsupported(String)
        /// Nothing is said.
        case unknown
    }

    /// The protocol that a word means: an `appProtocol`, the `protocol` of a ServiceEntry, or a port's name before its
    /// first hyphen. In any case of letters.
    static func selection(ofWord word: String) -> Selection {
        switch word.lowercased() {
        case "http": .known(.http)
        case "http2", "grpc", "grpc-web", "grpcweb", "kubernetes.io/h2c": .known(.http2)
        // PostgreSQL is no word of Istio's, which would look at the bytes and find no HTTP.
        case "tcp", "mongo", "mysql", "redis", "postgres", "postgresql": .known(.tcp)
        case "tls", "https": .known(.tls)
        case "udp": .unsupported("udp")
        default: .unknown
        }
    }

    /// The protocol that a port's name tells, `tcp-redis`.
    static func selection(ofPortName name: String) -> Selection {
        selection(ofWord: String(name.prefix { $0 != "-" }))
    }

    /// What a port of this number speaks when nothing is said: for SMTP, DNS, MySQL and MongoDB Istio takes the number's
    /// word; otherwise it looks at the bytes, where we expect HTTP.
    static func expected(at port: UInt16) -> PortProtocol {
        [25, 53, 3306, 27017].contains(port) ? .tcp : .http
    }
}
