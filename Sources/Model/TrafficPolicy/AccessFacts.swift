package import JSONWire
package import MeshModel

/// What the rules of access may ask about a request or a connection.
package protocol AccessFacts: RequestFacts {
    var isTLS: Bool { get }
    /// The verified names in the peer's certificate, URIs before DNS names; empty without one.
    var identities: [String] { get }
    /// The name that a TLS client asked for; empty when it asked for none.
    var serverName: String { get }
    /// The connection's other end.
    var peer: IPAddress? { get }
    /// The client, as far as trusted headers tell of another one.
    var client: IPAddress? { get }
    /// Our end of the connection.
    var destination: IPAddress? { get }
    var destinationPort: UInt16 { get }
    /// What a filter before has left about the request.
    func metadata(of filter: String) -> JSONObject?
}

/// The facts of a connection that is no HTTP: it has no header, and no path.
package struct ConnectionAccess: AccessFacts {
    package var isTLS: Bool
    package var identities: [String]
    package var serverName: String
    package var peer: IPAddress?
    package var destination: IPAddress?
    package var destinationPort: UInt16

    package init(
        isTLS: Bool, identities: [String] = [], serverName: String = "", peer: IPAddress?, destination: IPAddress?,
        destinationPort: UInt16
    ) {
        self.isTLS = isTLS
        self.identities = identities
        self.serverName = serverName
        self.peer = peer
        self.destination = destination
        self.destinationPort = destinationPort
    }

    package var client: IPAddress? { peer }
    package var authority: ArraySlice<UInt8> { [] }
    package var target: ArraySlice<UInt8> { [] }
    package var method: ArraySlice<UInt8> { [] }
    package var scheme: ArraySlice<UInt8> { [] }
    package func header(_ name: [UInt8]) -> ArraySlice<UInt8>? { nil }
    package func metadata(of filter: String) -> JSONObject? { nil }
}

extension IPAddress {
    /// Where a request came from by its `x-forwarded-for`: the last address, which the proxy before has written. Nothing
    /// when that is no address.
    package init?(lastForwardedFor value: ArraySlice<UInt8>) {
        var last = value
        // A comma at the very end belongs to the text, as with Envoy; it is then no address.
        if let comma = value.lastIndex(of: UInt8(ascii: ",")), comma + 1 < value.endIndex {
            last = value[(comma + 1)...]
        }
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        last = last.drop(while: isBlank)
        while let end = last.last, isBlank(end) { last.removeLast() }
        self.init(last)
    }
}
