import HTTPTransport
import HTTPWire
import JSONWire
import MeshModel
import SystemIO
import TrafficPolicy

/// A request as the rules of access ask about it.
struct RequestAccess: AccessFacts {
    let exchange: Exchange

    var authority: ArraySlice<UInt8> { exchange.authority }
    var target: ArraySlice<UInt8> { exchange.target }
    var method: ArraySlice<UInt8> { exchange.method }
    var scheme: ArraySlice<UInt8> { exchange.scheme }
    func header(_ name: [UInt8]) -> ArraySlice<UInt8>? { exchange.header(name) }

    var isTLS: Bool { exchange.downstream.isTLS }
    var identities: [String] { exchange.downstream.peerURIs }
    var serverName: String { exchange.downstream.serverName ?? "" }
    var peer: IPAddress? { IPAddress(exchange.downstream.peerAddress) }
    var destination: IPAddress? { exchange.downstream.localAddress.map { IPAddress($0) } }
    var destinationPort: UInt16 { exchange.downstream.localAddress?.port ?? 0 }

    /// At the edge who connects; elsewhere who the hop before says.
    var client: IPAddress? {
        guard !exchange.listener.plan.isEdge, let hops = exchange.head.value(of: "x-forwarded-for") else {
            return peer
        }
        return IPAddress(lastForwardedFor: hops) ?? peer
    }

    func metadata(of filter: String) -> JSONObject? { exchange.filterMetadata[filter] }
}

extension IPAddress {
    init(_ address: SocketAddress) {
        let (isV6, high, low) = address.hostBits
        self = isV6 ? IPAddress(v6: high, low) : IPAddress(v4: UInt32(truncatingIfNeeded: high >> 32))
    }
}
