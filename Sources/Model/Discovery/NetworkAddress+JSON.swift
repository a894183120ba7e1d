package import JSONWire

extension NetworkAddress: DiscoveryMessage {
    package init(_ reader: SchemaReader) throws(SchemaError) {
        let fields = try reader.fields(
            ["socket_address"], unsupported: ["pipe", "envoy_internal_address"])
        let socket = try fields.required("socket_address").fields(
            ["address", "port_value", "protocol"], unsupported: ["named_port", "resolver_name", "ipv4_compat"])
        try socket["protocol"]?.mustBe("TCP", because: "UDP is not spoken")
        let address = try socket.required("address")
        ip = try address.nonEmptyString()
        guard ip.utf8.allSatisfy({ $0.isAddressByte }) else {
            throw address.error("\"\(ip)\" is not an IP address; names are not resolved, write the number")
        }
        port = UInt16(clamping: try socket.required("port_value").integer(in: 0...65535))
    }

    package var json: JSONValue {
        ["socket_address": ["address": .string(ip), "port_value": .integer(Int64(port))]]
    }
}

extension UInt8 {
    /// Digits, `a`…`f`, `.`, `:` and `%`: whatever a number address may hold. Whether it is one, the socket layer decides.
    fileprivate var isAddressByte: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: ":"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: "."), UInt8(ascii: "%"):
            true
        default: false
        }
    }
}
