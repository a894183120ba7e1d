/// Where something listens or is reached: Envoy's `core.v3.Address` with a `socket_address`.
///
/// Only TCP by number: names are resolved nowhere in the data path, so `address` holds an IP address in text form.
package struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
    /// `127.0.1.9` or `::1`, without brackets.
    package var ip: String
    /// 0…65535; 0 lets the kernel choose (listeners only).
    package var port: UInt16

    package init(ip: String, port: UInt16) {
        self.ip = ip
        self.port = port
    }

    package var description: String { ip.utf8.contains(UInt8(ascii: ":")) ? "[\(ip)]:\(port)" : "\(ip):\(port)" }
}
