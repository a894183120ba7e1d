/// What a connection's first bytes tell.
package struct ConnectionFacts: Sendable, Hashable {
    package var isTLS: Bool
    /// The name that a TLS client asks for (SNI), as it came; nothing when it asks for none.
    package var serverName: String?
    /// The protocols that a TLS client offers (ALPN), in its order.
    package var applicationProtocols: [String]

    package init(isTLS: Bool, serverName: String? = nil, applicationProtocols: [String] = []) {
        self.isTLS = isTLS
        self.serverName = serverName
        self.applicationProtocols = applicationProtocols
    }

    package static let plainText = ConnectionFacts(isTLS: false)
}

/// Which connections one chain of a listener takes.
package struct ConnectionMatch: Sendable, Hashable {
    /// Exact names, and `*.example` for every name under `example`. Empty takes any, also none.
    package var serverNames: [String]
    /// Nothing takes TLS and plain text.
    package var isTLS: Bool?
    /// Empty takes any.
    package var applicationProtocols: [String]

    package init(serverNames: [String] = [], isTLS: Bool? = nil, applicationProtocols: [String] = []) {
        self.serverNames = serverNames
        self.isTLS = isTLS
        self.applicationProtocols = applicationProtocols
    }
}

/// Finds a connection's chain as Envoy does: by server name, then by transport, then by application protocol, at each
/// step the most exact and never back. A name that only some chain knows therefore keeps a connection from those that
/// take any name, even when that chain then wants another protocol.
package struct ConnectionMatcher: Sendable, Hashable {
    /// From application protocol to chain; the empty text is "any".
    private typealias ByProtocol = [String: Int]

    private struct Transports: Sendable, Hashable {
        var tls: ByProtocol?
        var plainText: ByProtocol?
        var any: ByProtocol?
    }

    /// By name in lower case; `.example` for a wildcard, the empty text for any.
    private var names: [String: Transports] = [:]
    /// Whether a connection's first bytes must be seen to choose.
    package let needsFacts: Bool

    /// - Parameter matches: of the chains, in their order. Of two with the same match the first counts.
    package init(_ matches: [ConnectionMatch]) {
        needsFacts = matches.contains { $0 != ConnectionMatch() }
        for (index, match) in matches.enumerated() {
            let protocols = match.applicationProtocols.isEmpty ? [""] : match.applicationProtocols
            let wanted = match.serverNames.isEmpty ? [""] : match.serverNames.map(Self.key)
            for name in wanted {
                var transports = names[name] ?? Transports()
                switch match.isTLS {
                case true?: Self.add(index, protocols, to: &transports.tls)
                case false?: Self.add(index, protocols, to: &transports.plainText)
                case nil: Self.add(index, protocols, to: &transports.any)
                }
                names[name] = transports
            }
        }
    }

    private static func add(_ index: Int, _ protocols: [String], to table: inout ByProtocol?) {
        table = (table ?? [:]).merging(protocols.map { ($0, index) }) { first, _ in first }
    }

    private static func key(of name: String) -> String {
        let name = name.lowercased()
        return name.hasPrefix("*.") ? String(name.dropFirst()) : name
    }

    /// The place of the chain that takes a connection; nothing when none does.
    package func chain(for facts: ConnectionFacts) -> Int? {
        guard let transports = transports(of: facts.serverName?.lowercased() ?? "") else { return nil }
        guard let protocols = (facts.isTLS ? transports.tls : transports.plainText) ?? transports.any else {
            return nil
        }
        for offered in facts.applicationProtocols {
            if let index = protocols[offered] { return index }
        }
        return protocols[""]
    }

    private func transports(of name: String) -> Transports? {
        if !name.isEmpty {
            if let exact = names[name] { return exact }
            // The longest wildcard first: `.b.example`, then `.example`.
            var rest = name[...]
            while let dot = rest.dropFirst().firstIndex(of: ".") {
                rest = rest[dot...]
                if let wildcard = names[String(rest)] { return wildcard }
            }
        }
        return names[""]
    }
}
