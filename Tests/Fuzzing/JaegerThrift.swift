// Modules: Quantities ByteCursor JSONWire ProtobufWire TraceModel
// Shared: Tests/Fuzzing/Shared/SpanJourney.swift

import TraceModel

/// Batches of Jaeger's clients: no trap, and what is read can be kept, drawn and written again.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    if let batch = try? JaegerThrift.batch(bytes) { travel(batch) }
    return 0
}
