// Modules: Quantities ByteCursor JSONWire ProtobufWire TraceModel
// Shared: Tests/Fuzzing/Shared/SpanJourney.swift

import TraceModel

/// Spans as protobuf and as JSON: no trap, and what is read can be kept, drawn and written again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if let batch = try? OTLPDecoding.batch(protobuf: bytes) { travel(batch) }
    if let batch = try? OTLPDecoding.batch(json: bytes) { travel(batch) }
    return 0
}
