package import SystemIO

/// Where a target is: an address, or a name that must be looked up, each with its port.
package enum TargetHost: Hashable, Sendable, CustomStringConvertible {
    case address(SocketAddress)
    case name(String, port: UInt16)

    /// Reads `127.0.1.7:15090`, `[::1]:80`, `cart.shop:9090`, or any of them without a port when there is a standard one;
    /// nothing for anything else.
    package init?(_ text: some StringProtocol, standardPort: UInt16? = nil) {
        let text = String(text)
        if let address = SocketAddress(text) {
            self = .address(address)
            return
        }
        if let standardPort {
            let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
            if let address = SocketAddress(ip: bare, port: standardPort) {
                self = .address(address)
                return
            }
        }
        var name = text[...]
        var port = standardPort
        if let colon = text.lastIndex(of: ":") {
            let digits = text[text.index(after: colon)...]
            guard !digits.isEmpty, digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
            name = text[..<colon]
            port = UInt16(digits)
        }
        guard let port, port > 0, Self.isName(name) else { return nil }
        self = .name(String(name), port: port)
    }

    /// The name or the IP address, without the port and without brackets.
    package var host: String {
        switch self {
        case .address(let address): address.ip
        case .name(let name, _): name
        }
    }

    package var port: UInt16 {
        switch self {
        case .address(let address): address.port
        case .name(_, let port): port
        }
    }

    package var description: String {
        switch self {
        case .address(let address): address.description
        case .name(let name, let port): "\(name):\(port)"
        }
    }

    /// Whether it can be a host's name: letters, digits, `-`, `_` and dots, not a number all over, at most 253 bytes.
    package static func isName(_ text: Substring) -> Bool {
        guard !text.isEmpty, text.utf8.count <= 253, text.utf8.contains(where: { $0 | 0x20 >= 0x61 }) else {
            return false
        }
        return text.split(separator: ".", omittingEmptySubsequences: false).enumerated().allSatisfy { _, label in
            (1...63).contains(label.utf8.count)
                && label.utf8.allSatisfy { byte in
                    switch byte {
                    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
                    default: false
                    }
                }
        }
    }
}

/// How a target is spoken to.
package enum TargetScheme: String, Hashable, Sendable, CaseIterable {
    case http, https

    package var standardPort: UInt16 {
        switch self {
        case .http: 80
        case .https: 443
        }
    }
}

/// A place on the web: `https://mesh.example:8443/targets?team=shop`.
package struct TargetURL: Hashable, Sendable, CustomStringConvertible {
    /// Nothing when it was not written.
    package var scheme: TargetScheme?
    package var host: TargetHost
    /// The path with its query; nothing when it was not written.
    package var path: String?

    package init(scheme: TargetScheme? = nil, host: TargetHost, path: String? = nil) {
        self.scheme = scheme
        self.host = host
        self.path = path
    }

    /// Reads `HOST:PORT`, `HOST:PORT/PATH` and `http://HOST/PATH?QUERY`; nothing for other schemes, for credentials in
    /// the address, which would end in logs, and for anything else.
    package init?(_ text: String) {
        var rest = text[...]
        if let mark = rest.range(of: "://") {
            guard let scheme = TargetScheme(rawValue: rest[..<mark.lowerBound].lowercased()) else { return nil }
            self.scheme = scheme
            rest = rest[mark.upperBound...]
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let host = TargetHost(rest[..<slash], standardPort: scheme?.standardPort) else { return nil }
        self.host = host
        let path = String(rest[slash...])
        guard path.isEmpty || Self.isPath(path) else { return nil }
        // A lone slash is how browsers show an address without a path.
        self.path = path.isEmpty || path == "/" ? nil : path
    }

    package var description: String { "\((scheme ?? .http).rawValue)://\(host)\(path ?? "")" }

    /// Whether it can stand in a request's first line.
    static func isPath(_ text: String) -> Bool {
        text.hasPrefix("/") && text.utf8.count <= 4096 && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x23 }
    }
}

extension Substring {
    /// The place of a text in this one; the standard library's own search needs the regex module.
    fileprivate func range(of text: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
            formIndex(after: &start)
        }
        return nil
    }
}
