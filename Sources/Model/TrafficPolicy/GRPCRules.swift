import Quantities

/// What a proxy has to know of gRPC over HTTP/2, <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>.
package enum GRPCRules {
    /// Whether a request or response of that content type is gRPC: `application/grpc`, or with a `+` and a format behind
    /// it. gRPC-Web, with a hyphen, is not.
    package static func isContentType(_ type: some Collection<UInt8>) -> Bool {
        let name = "application/grpc".utf8
        guard type.starts(with: name) else { return false }
        let next = type.dropFirst(name.count).first
        return next == nil || next == UInt8(ascii: "+")
    }

    /// The time that a `grpc-timeout` field gives, in whole milliseconds, rounded up: at most eight digits and a unit.
    /// Nothing when it is malformed.
    package static func timeout(_ field: some BidirectionalCollection<UInt8>) -> Duration? {
        guard let unit = field.last, (2...9).contains(field.count) else { return nil }
        var value: Int64 = 0
        for byte in field.dropLast() {
            guard byte &- 0x30 < 10 else { return nil }
            // Eight digits stay far below 2^63, hours of them in milliseconds too.
            value = value * 10 + Int64(byte - 0x30)
        }
        return switch unit {
        case UInt8(ascii: "H"): .milliseconds(value * 3_600_000)
        case UInt8(ascii: "M"): .milliseconds(value * 60_000)
        case UInt8(ascii: "S"): .seconds(value)
        case UInt8(ascii: "m"): .milliseconds(value)
        case UInt8(ascii: "u"): .milliseconds((value + 999) / 1000)
        case UInt8(ascii: "n"): .milliseconds((value + 999_999) / 1_000_000)
        default: nil
        }
    }

    /// How long a whole request may take on a route with `max_grpc_timeout`, which then takes the place of the route's
    /// timeout: Envoy's rule. Zero is no limit everywhere, and comes back as nothing.
    ///
    /// - Parameter asked: what the request's `grpc-timeout` says.
    package static func limit(asked: Duration?, maximum: Duration) -> Duration? {
        let asked = asked ?? .zero
        if maximum > .zero, asked <= .zero || asked > maximum { return maximum }
        return asked > .zero ? asked : nil
    }

    /// The `grpc-timeout` that tells an upstream what time is left: the finest unit that eight digits have room for.
    package static func timeoutField(_ left: Duration) -> String {
        var value = max(0, left.nanoseconds / 1_000_000)
        for (unit, next) in [("m", Int64(1000)), ("S", 60), ("M", 60)] {
            if value <= 99_999_999 { return "\(value)\(unit)" }
            value /= next
        }
        return "\(min(value, 99_999_999))H"
    }

    /// The status of gRPC that an answer of the proxy's own has for callers of gRPC.
    package static func status(ofHTTP status: Int) -> UInt8 {
        switch status {
        case 400: 13
        case 401: 16
        case 403: 7
        case 404: 12
        case 429, 502, 503, 504: 14
        default: 2
        }
    }

    /// A `grpc-message`: bytes that text may not hold are written as `%0A`.
    package static func message(_ text: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text {
            if byte >= 0x20, byte < 0x7f, byte != UInt8(ascii: "%") {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return result
    }
}
