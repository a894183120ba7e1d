import ByteCursor
import ProtobufWire

/// How two sidecars tell each other, before the bytes of a connection, who they stand beside: Istio's metadata exchange.
/// ALPN agrees on it, so that nobody gets it who does not know it.
///
///     | magic, 4 bytes | length, 4 bytes | google.protobuf.Any of a Struct |
///
/// Numbers are in network order. Both ends send theirs at once and neither waits for the other's.
enum PeerExchange {
    static let protocolName = "istio-peer-exchange"

    private static let magic: [UInt8] = [0x3D, 0x23, 0x04, 0x67]
    private static let headerLength = 8
    private static let structType = "type.googleapis.com/google.protobuf.Struct"
    /// No workload needs more.
    private static let lengthLimit = 16 * 1024

    static func frame(_ labels: WorkloadLabels, nodeID: [UInt8]) -> [UInt8] {
        var any = ProtobufWriter()
        any.string(field: 1, structType)
        any.bytes(field: 2, PeerMetadata.exchanged(labels, nodeID: nodeID))
        let count = UInt32(clamping: any.bytes.count)
        return magic + withUnsafeBytes(of: count.bigEndian) { Array($0) } + any.bytes
    }

    /// What the bytes so far came to.
    enum Outcome: Equatable {
        case incomplete
        /// The peer has spoken, or sends none; the rest is the connection's own.
        case met(WorkloadLabels?, rest: [UInt8])
        /// What is announced is too long.
        case refused
    }

    /// Takes a peer's frame off the front of what it sends.
    struct Reader {
        private var bytes: [UInt8] = []

        mutating func add(_ more: UnsafeRawBufferPointer) -> Outcome {
            bytes.append(contentsOf: more)
            guard bytes.starts(with: magic.prefix(bytes.count)) else { return .met(nil, rest: bytes) }
            guard bytes.count >= headerLength else { return .incomplete }
            let length = bytes[4..<headerLength].reduce(0) { $0 << 8 | Int($1) }
            guard length <= lengthLimit else { return .refused }
            let end = headerLength + length
            guard bytes.count >= end else { return .incomplete }
            return .met(labels(bytes[headerLength..<end]), rest: Array(bytes[end...]))
        }

        private func labels(_ any: ArraySlice<UInt8>) -> WorkloadLabels? {
            var reader = ProtobufReader(any)
            while let field = try? reader.next() {
                if field.number == 2, case .bytes(let value) = field.value {
                    return PeerMetadata.decode(exchanged: value)
                }
            }
            return nil
        }
    }
}
