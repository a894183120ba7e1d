// Modules: ByteCursor HTTPWire

import HTTPWire

/// A body of gRPC, packed or not, and a status message: no trap, no message above its limit, and what was read is what
/// framing it gives again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let limit = 4096
    for encoding in [nil, "gzip", "other"] {
        guard let message = try? GRPCMessage.unary(bytes, encoding: encoding, limit: limit) else { continue }
        precondition(message.count <= limit, "a message passes its limit")
        precondition(
            (try? GRPCMessage.unary(GRPCMessage.framed(message), encoding: nil, limit: limit)) == message,
            "a message is read as another")
    }
    let text = String(decoding: bytes, as: UTF8.self)
    let encoded = GRPCStatus.percentEncoded(text)
    precondition(encoded.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7f }, "a status message is no visible ASCII")
    precondition(GRPCStatus.percentDecoded(encoded) == text, "a status message is read as another")
    _ = GRPCStatus.percentDecoded(text)
    return 0
}
