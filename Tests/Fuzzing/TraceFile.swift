// Modules: Quantities ByteCursor JSONWire ProtobufWire TraceModel

import ByteCursor
import JSONWire
import TraceModel

/// A file of traces in whichever format: no trap, and what is read can be saved in every other.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let file = try? TraceFile(bytes) else { return 0 }
    let spans = file.traces.flatMap(\.spans)
    guard !spans.isEmpty else { return 0 }
    let saved = [
        OTLPEncoding.document(spans, scope: "fuzz").serialized(), OTLPEncoding.exportRequest(spans, scope: "fuzz"),
        JaegerJSON.document(file.traces).serialized(), ZipkinJSON.document(file.traces).serialized(),
    ]
    for bytes in saved {
        guard let again = try? TraceFile(bytes) else { preconditionFailure("what was saved is not read") }
        precondition(again.traces.flatMap(\.spans).count == spans.count, "spans were lost")
    }
    _ = TraceDependency.count(in: file.traces)
    return 0
}
