// Modules: ByteCursor ExpositionWire JSONWire ProtobufWire PushedMetrics

import ExpositionWire
import PushedMetrics

/// Metrics as protobuf and as JSON: no trap, and every series that is taken is one that an exposition can spell.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    check { () throws(PushError) in try OTLPMetricsDecoding.batch(protobuf: bytes) }
    check { () throws(PushError) in try OTLPMetricsDecoding.batch(json: bytes) }
    return 0
}

private func check(_ read: () throws(PushError) -> PushedBatch) {
    guard let batch = try? read() else { return }
    for series in batch.series {
        guard let again = try? SeriesKey.parse(series.key.spelling[...]) else {
            preconditionFailure("a key is not read: \(series.key)")
        }
        precondition(again == series.key, "a key is read as another: \(series.key)")
    }
}
