// Modules: Quantities ByteCursor JSONWire ProtobufWire TraceModel
// Shared: Tests/Fuzzing/Shared/SpanJourney.swift

import TraceModel

/// Zipkin's JSON in both forms: no trap, and what is read can be kept, drawn and written again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if let batch = try? ZipkinJSON.batch(v2: bytes) { travel(batch) }
    if let batch = try? ZipkinJSON.batch(v1: bytes) { travel(batch) }
    return 0
}
