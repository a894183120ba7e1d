internal import ByteCursor

/// How a gRPC call ended: what `grpc-status` says.
///
/// <https://github.com/grpc/grpc/blob/master/doc/statuscodes.md>
package enum GRPCCode: Int, Hashable, Sendable {
    case ok, cancelled, unknown, invalidArgument, deadlineExceeded, notFound, alreadyExists, permissionDenied
    case resourceExhausted, failedPrecondition, aborted, outOfRange, unimplemented, `internal`, unavailable, dataLoss
    case unauthenticated
}

/// Why a call failed, as a client is told in trailers.
package struct GRPCStatus: Error, Hashable, Sendable, CustomStringConvertible {
    package var code: GRPCCode
    /// For people.
    package var message: String
    /// The same as a `google.rpc.Status` in protobuf, which may hold more; empty for none.
    package var details: [UInt8]

    package init(_ code: GRPCCode, _ message: String, details: [UInt8] = []) {
        self.code = code
        self.message = message
        self.details = details
    }

    package var description: String { message }

    /// The fields of it, in order.
    package var fields: [(name: String, value: String)] {
        var fields = [("grpc-status", String(code.rawValue))]
        if !message.isEmpty { fields.append(("grpc-message", Self.percentEncoded(message))) }
        // Binary fields are base64 (gRPC over HTTP/2, "Custom-Metadata").
        if !details.isEmpty { fields.append(("grpc-status-details-bin", Base64.encode(details))) }
        return fields
    }

    /// Text as `grpc-message` has it: everything but visible ASCII and the blank is written as `%XX`, and `%` too.
    package static func percentEncoded(_ text: String) -> String {
        var result: [UInt8] = []
        for byte in text.utf8 {
            if byte >= 0x20, byte < 0x7f, byte != UInt8(ascii: "%") {
                result.append(byte)
            } else {
                result.append(UInt8(ascii: "%"))
                for digit in [byte >> 4, byte & 0xf] { result.append(digit < 10 ? digit + 0x30 : digit + 0x37) }
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The text behind a `grpc-message`. What is not encoded as it should be is left as it is, as the protocol asks.
    package static func percentDecoded(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "%"), position + 2 < bytes.count,
                let high = ByteClass.hexadecimal(bytes[position + 1]),
                let low = ByteClass.hexadecimal(bytes[position + 2])
            {
                result.append(high << 4 | low)
                position += 3
            } else {
                result.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
