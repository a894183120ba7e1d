// Modules: Quantities ByteCursor JSONWire ProtobufWire MeshModel TraceModel

import TraceModel

/// Spans as protobuf and as JSON: no trap, and what is read can be written and read again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    check { () throws(OTLPError) in try OTLPDecoding.batch(protobuf: bytes) }
    check { () throws(OTLPError) in try OTLPDecoding.batch(json: bytes) }
    return 0
}

private func check(_ read: () throws(OTLPError) -> OTLPBatch) {
    guard let batch = try? read() else { return }
    let written = OTLPEncoding.exportRequest(batch.spans, scope: "fuzz")
    guard let again = try? OTLPDecoding.batch(protobuf: written) else {
        preconditionFailure("what was written is not read")
    }
    precondition(again.spans.count == batch.spans.count, "spans were lost")
}
