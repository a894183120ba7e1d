/// Messages of gRPC in the body of a request or a response.
///
///     ┌────────────┬──────────────────┬─────────┐
///     │ compressed │ length           │ message │  again and again
///     │ 0 or 1     │ 4 bytes, big end │         │
///     └────────────┴──────────────────┴─────────┘
///
/// <https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md>
package enum GRPCMessage {
    /// Bytes in front of each message.
    package static let prefixBytes = 5

    /// The codings that ``unary(_:encoding:limit:)`` reads, as `grpc-accept-encoding` has them.
    package static let acceptedEncodings = "identity,gzip"

    /// A body with one message, uncompressed.
    package static func framed(_ message: [UInt8]) -> [UInt8] {
        precondition(message.count <= Int(UInt32.max), "a message of gRPC has less than 4 GiB")
        let count = UInt32(message.count)
        return [0] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * UInt32($0))) } + message
    }

    /// The one message of a call that has one, unpacked.
    ///
    /// - Parameters:
    ///   - encoding: the field `grpc-encoding`; nothing when there is none.
    ///   - limit: bytes of the message once it is unpacked.
    package static func unary(_ body: [UInt8], encoding: String?, limit: Int) throws(GRPCStatus) -> [UInt8] {
        guard let flag = body.first else {
            throw GRPCStatus(.internal, "there is no message; a call of this method has one")
        }
        guard body.count >= prefixBytes else {
            throw GRPCStatus(.internal, "the message is cut short within its length")
        }
        guard flag <= 1 else { throw GRPCStatus(.internal, "a message begins with \(flag), not with 0 or 1") }
        let count = body[1..<prefixBytes].reduce(0) { $0 << 8 | Int($1) }
        guard count <= limit else { throw tooLarge(limit) }
        let rest = body.count - prefixBytes
        guard rest >= count else {
            throw GRPCStatus(.internal, "the message is cut short: \(rest) of its \(count) bytes are there")
        }
        guard rest == count else {
            throw GRPCStatus(.unimplemented, "there is more than one message; a call of this method has one")
        }
        let message = Array(body[prefixBytes...])
        return flag == 0 ? message : try unpacked(message, encoding, limit)
    }

    /// Why a message that is larger than is taken is not; trying again would not help.
    package static func tooLarge(_ limit: Int) -> GRPCStatus {
        GRPCStatus(.resourceExhausted, "the message has more than \(limit) bytes; send smaller batches")
    }

    private static func unpacked(_ message: [UInt8], _ encoding: String?, _ limit: Int) throws(GRPCStatus) -> [UInt8] {
        switch encoding {
        case "gzip": break
        case nil, "identity":
            throw GRPCStatus(.internal, "the message is compressed, but grpc-encoding does not say how")
        case let other?:
            throw GRPCStatus(.unimplemented, "the message encoding is \"\(other.prefix(64))\"; send gzip or identity")
        }
        do throws(GzipError) {
            return try Gzip.unpack(message, limit: limit)
        } catch {
            if case .tooLarge = error { throw tooLarge(limit) }
            throw GRPCStatus(.internal, error.description)
        }
    }
}
